"""Everything says whose it is, what it belongs to and who pays for it.

Source: https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, OnUnknown, Policy, Severity
from guardrails.resources import reading
from guardrails.resources.aws_reading import AwsResource
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import resource
from guardrails.rules._containers import unknown

if TYPE_CHECKING:
    from guardrails.model import Context

# Types that cost money or hold something, and that AWS lets be tagged.
_TAGGED: Final = frozenset(
    f"aws:{name}"
    for name in (
        *("backup/vault:Vault", "cloudtrail/trail:Trail", "cloudwatch/logGroup:LogGroup", "docdb/cluster:Cluster"),
        *("dynamodb/table:Table", "ebs/volume:Volume", "ec2/instance:Instance", "ec2/launchTemplate:LaunchTemplate"),
        *("ec2/natGateway:NatGateway", "ec2/securityGroup:SecurityGroup", "ec2/subnet:Subnet", "ec2/vpc:Vpc"),
        *("ecr/repository:Repository", "efs/fileSystem:FileSystem", "eks/cluster:Cluster", "eks/nodeGroup:NodeGroup"),
        *("elasticache/replicationGroup:ReplicationGroup", "guardduty/detector:Detector", "iam/policy:Policy"),
        *("iam/role:Role", "kms/key:Key", "kms/replicaKey:ReplicaKey", "lambda/function:Function"),
        *("lb/loadBalancer:LoadBalancer", "lb/targetGroup:TargetGroup", "rds/cluster:Cluster", "rds/instance:Instance"),
        *("route53/zone:Zone", "s3/bucket:Bucket", "s3/bucketV2:BucketV2", "secretsmanager/secret:Secret"),
        *("sns/topic:Topic", "sqs/queue:Queue", "wafv2/webAcl:WebAcl"),
    )
)


def _tagged(one: AwsResource, context: Context) -> tuple[Finding, ...]:
    if one.declared.type not in _TAGGED:
        return ()
    missing = set(context.tags)
    sources = (
        one.declared.default_tags,
        *(reading.mapping(one.declared.properties, key, "") for key in ("tags", "tagsAll")),
    )
    if any(isinstance(tags, Unknown) for tags in sources):
        return (unknown("tags", "what it is tagged with"),)
    for tags in sources:
        if not isinstance(tags, Unknown):
            missing -= {key for key, value in tags.items() if value not in (None, "")}
    return (Finding("tags", f"not tagged: {', '.join(sorted(missing))}"),) if missing else ()


_KEY: Final = "aws:kms/key:Key"


def _key(tags: str) -> Example:
    return Example(resource(_KEY, f"{{enableKeyRotation: true, tags: {{{tags}}}}}", "seal", protect=True))


POLICIES: Final = (
    Policy(
        id="aws/tags",
        title="Every resource has the tags that say whose it is",
        severity=Severity.LOW,
        rationale=(
            "What nobody owns nobody mends, deletes or pays for knowingly. Keys are listed in "
            "policy_pack/settings.yaml; a provider's default tags count."
        ),
        resource_types=(AwsResource,),
        remediation="Give the provider defaultTags, or the resource tags, with the keys of policy_pack/settings.yaml.",
        since="0.3.0",
        rule=_tagged,
        on_unknown=OnUnknown.WAIT,
        passing=_key("owner: plataforma"),
        failing=_key("purpose: seal"),
    ),
)
