"""Policy documents of all kinds: they can be read, and those of things let in only whom they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, OnUnknown, Policy, Severity
from guardrails.resources.aws_audit import LogAccess
from guardrails.resources.aws_backup import VaultPolicy
from guardrails.resources.aws_cluster import RepositoryPolicy, RepositoryTemplate
from guardrails.resources.aws_documents import Document
from guardrails.resources.aws_iam import IamRole, IdentityPolicy
from guardrails.resources.aws_kms import KmsKey, KmsPolicy, KmsReplica
from guardrails.resources.aws_machines import FunctionPermission, FunctionUrl
from guardrails.resources.aws_messages import Queue, QueuePolicy, Topic, TopicPolicy
from guardrails.resources.aws_network import VpcEndpoint
from guardrails.resources.aws_reading import AwsResource, documents
from guardrails.resources.aws_s3 import S3Bucket, S3Policy
from guardrails.resources.aws_stores import FileSystemPolicy, Secret, SecretPolicy
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import example, on, policy_text
from guardrails.rules._containers import unknown
from guardrails.rules._sources import fsbp
from guardrails.rules._statements import lets_everybody_in, names_nothing

if TYPE_CHECKING:
    from guardrails.model import Context

_OF_THINGS: Final = (
    *(S3Bucket, S3Policy, TopicPolicy, Topic, QueuePolicy, Queue, RepositoryPolicy, SecretPolicy, Secret),
    *(RepositoryTemplate, VaultPolicy, LogAccess, FileSystemPolicy),
)
_KEYS: Final = (KmsKey, KmsReplica, KmsPolicy)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
_OF_SERVICES: Final = ".amazonaws.com"


def _readable(resource: AwsResource, _context: Context) -> tuple[Finding, ...]:
    return tuple(
        Finding(path, document.problem) if isinstance(document, Document) else unknown(path, "the policy")
        for path, document in documents(resource)
        if not isinstance(document, Document) or document.problem
    )


def _named(resource: AwsResource, _context: Context) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for path, document in documents(resource):
        if not isinstance(document, Document):
            found.append(unknown(path, "the policy"))
            continue
        found += [
            Finding(f"{statement.path}.Principal", f"{statement.title} lets anybody in, whoever it is")
            for statement in document.statements
            if lets_everybody_in(statement)
        ]
    return tuple(found)


def _functions(resource: FunctionUrl | FunctionPermission, _context: Context) -> tuple[Finding, ...]:
    if isinstance(resource, FunctionUrl):
        value = (
            resource.authorisation if isinstance(resource.authorisation, Unknown) else resource.authorisation != "NONE"
        )
        return tuple(on(value, "authorizationType", "who may call the function", "anybody may call the function"))
    if resource.source_arn or resource.source_account or resource.organisation:
        return ()
    if isinstance(resource.principal, Unknown):
        return (unknown("principal", "who may call the function"),)
    if resource.principal == "*":
        return (Finding("principal", "anybody may call the function"),)
    if str(resource.principal).endswith(_OF_SERVICES):
        return (Finding("principal", f"{resource.principal} may call the function for anybody's sake"),)
    return ()


def _endpoint(endpoint: VpcEndpoint, _context: Context) -> tuple[Finding, ...]:
    if endpoint.kind != "Gateway":
        return ()
    if endpoint.policy is None:
        return (Finding("policy", "the way to the service is open for everybody's data: the endpoint has no policy"),)
    if not isinstance(endpoint.policy, Document):
        return (unknown("policy", "the policy"),)
    return tuple(
        Finding(f"{statement.path}.Resource", f"{statement.title} is about everybody's data, not the account's")
        for statement in endpoint.policy.allowed
        if any(map(names_nothing, statement.resources)) and lets_everybody_in(statement)
    )


_BUCKET_POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"
_TLS: Final = (
    '{"Sid": "TlsOnly", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", '
    '"Resource": ["arn:aws:s3:::deeds", "arn:aws:s3:::deeds/*"], '
    '"Condition": {"Bool": {"aws:SecureTransport": "false"}}}'
)
_PUBLIC: Final = '{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::deeds/*"}'
_KEY: Final = "aws:kms/key:Key"


def _key(principal: str, condition: str = "{}") -> str:
    statement = (
        f'{{"Sid": "Account", "Effect": "Allow", "Principal": {{"AWS": "{principal}"}}, "Action": "kms:*", '
        f'"Resource": "*", "Condition": {condition}}}'
    )
    return f"{{enableKeyRotation: true, deletionWindowInDays: 30, policy: {policy_text(statement)}}}"


_ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
_OWN: Final = policy_text(
    '{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*", '
    '"Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}}'
)

POLICIES: Final = (
    Policy(
        id="aws/policy-document",
        title="Every policy document follows IAM's grammar",
        severity=Severity.HIGH,
        rationale="What cannot be read cannot be judged; AWS refuses it amid an update, or reads it otherwise.",
        resource_types=(IamRole, IdentityPolicy, VpcEndpoint, *_OF_THINGS, *_KEYS),
        remediation="Write JSON by a library, with Version, Effect and Action, and no key twice.",
        since="0.3.0",
        rule=_readable,
        on_unknown=OnUnknown.WAIT,
        passing=example(_BUCKET_POLICY, f"{{bucket: deeds, policy: {policy_text(_TLS)}}}"),
        failing=example(_BUCKET_POLICY, """{bucket: deeds, policy: '{"Statement": [{"Effect": "Alow"}]}'}"""),
    ),
    Policy(
        id="aws/policy-principal",
        title="Buckets, topics, queues, repositories, secrets and vaults let in only whom they name",
        severity=Severity.CRITICAL,
        rationale="A statement that allows `*` publishes what it is about, unless a condition says who is meant.",
        resource_types=_OF_THINGS,
        remediation="Name the principals, or tie `*` to them by aws:PrincipalOrgID or aws:SourceArn.",
        since="0.3.0",
        rule=_named,
        controls=(fsbp("S3.2"), fsbp("S3.3"), fsbp("SNS.4")),
        on_unknown=OnUnknown.WAIT,
        passing=example(_BUCKET_POLICY, f"{{bucket: deeds, policy: {policy_text(_TLS)}}}"),
        failing=example(_BUCKET_POLICY, f"{{bucket: deeds, policy: {policy_text(_TLS, _PUBLIC)}}}"),
    ),
    Policy(
        id="aws/kms-policy",
        title="No key can be used by anybody",
        severity=Severity.CRITICAL,
        rationale="A key's policy is the last word on who decrypts. `*` without a condition is every account of AWS.",
        resource_types=_KEYS,
        remediation="Name the account's root or roles; tie `*` to them by kms:CallerAccount and aws:PrincipalArn.",
        since="0.3.0",
        rule=_named,
        controls=(fsbp("KMS.5"),),
        on_unknown=OnUnknown.WAIT,
        passing=example(_KEY, _key("arn:aws:iam::111122223333:root")),
        failing=example(_KEY, _key("*")),
    ),
    Policy(
        id="aws/function-public",
        title="No function can be called by anybody",
        severity=Severity.HIGH,
        rationale=(
            "An address without authorisation, or a permission for `*`, makes a function part of the internet; so does "
            "one for a service of AWS, which acts for every account."
        ),
        resource_types=(FunctionUrl, FunctionPermission),
        remediation="Set authorizationType to AWS_IAM; name the caller, or its sourceArn or sourceAccount.",
        since="0.3.0",
        rule=_functions,
        controls=(fsbp("Lambda.1"),),
        passing=example("aws:lambda/functionUrl:FunctionUrl", "{functionName: stamp, authorizationType: AWS_IAM}"),
        failing=example("aws:lambda/functionUrl:FunctionUrl", "{functionName: stamp, authorizationType: NONE}"),
    ),
    Policy(
        id="aws/vpc-endpoint-policy",
        title="A gateway to S3 or DynamoDB leads to the account's own data",
        severity=Severity.MEDIUM,
        rationale="Without a policy, whoever is inside the network carries data to a bucket of their own through it.",
        resource_types=(VpcEndpoint,),
        remediation="Give the endpoint a policy with conditions on aws:PrincipalAccount and aws:ResourceAccount.",
        since="0.3.0",
        rule=_endpoint,
        on_unknown=OnUnknown.WAIT,
        passing=example(_ENDPOINT, f"{{vpcId: vpc-1, serviceName: com.amazonaws.sa-east-1.s3, policy: {_OWN}}}"),
        failing=example(_ENDPOINT, "{vpcId: vpc-1, serviceName: com.amazonaws.sa-east-1.s3}"),
    ),
)
