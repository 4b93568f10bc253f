"""Where one thing ends and another begins: the internet, purposes of keys, environments."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from guardrails.model import RELAXED_LOCALLY, Example, Finding, OnUnknown, Policy, Profile, Severity
from guardrails.resources.aws_audit import DeliveryChannel, LogGroup, Trail
from guardrails.resources.aws_backup import BackupVault
from guardrails.resources.aws_cluster import EksCluster, Repository, RepositoryTemplate
from guardrails.resources.aws_edge import Distribution, LoadBalancer, WebAclAssociation
from guardrails.resources.aws_kms import KmsAlias, KmsKey, KmsReplica
from guardrails.resources.aws_machines import Instance, LaunchTemplate, Volume
from guardrails.resources.aws_messages import DeliveryStream, Queue, Stream, Topic
from guardrails.resources.aws_reading import AwsResource, Link
from guardrails.resources.aws_s3 import S3Encryption
from guardrails.resources.aws_stores import Cache, Database, FileSystem, Parameter, Secret, Table
from guardrails.resources.base import Stack
from guardrails.resources.kubernetes import KubernetesObject
from guardrails.resources.reading import Unknown
from guardrails.resources.texts import texts_in
from guardrails.rules._aws import of, of_kind, resource
from guardrails.rules._containers import unknown
from guardrails.rules._sources import fsbp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from guardrails.model import Context

# An account, wherever one stands: in an ARN, in the address of a registry or a queue, by itself.
_ACCOUNT: Final = re.compile(r"(?<!\d)\d{12}(?!\d)")
# Without any of these, a text names nothing of AWS: looking for them first is what makes this cheap.
_MARKS: Final = re.compile(r"arn:|alias/|\d{12}")
_NAMED: Final = re.compile(r"(?:^|[:/])alias/|\barn:")
_ALIAS: Final = re.compile(r"^arn:[^/]*:alias/")
_WORDS: Final = re.compile(r"[a-z0-9]+")


def _ingress(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    associations = list(of_kind(stack, WebAclAssociation))
    found: list[Finding] = []
    for balancer in of_kind(stack, LoadBalancer):
        if isinstance(balancer.internal, Unknown):
            found += of(balancer, [unknown("internal", "whether the internet reaches it")])
        elif balancer.internal:
            continue
        elif balancer.kind not in ("application", Unknown.UNKNOWN):
            found += of(
                balancer, [Finding("loadBalancerType", "no firewall can stand before it, and the internet reaches it")]
            )
        elif not any(one.subject.leads_to(balancer, balancer.arn) for one in associations):
            found += of(balancer, [Finding("", "the internet reaches it, and no firewall stands before it")])
    for distribution in of_kind(stack, Distribution):
        if not distribution.web_acl.value:
            found += of(
                distribution, [Finding("webAclId", "the internet reaches it, and no firewall stands before it")]
            )
    return tuple(found)


_IN_BLOCKS: Final = (Repository, RepositoryTemplate, LaunchTemplate, Instance, S3Encryption)


def _links(one: Repository | RepositoryTemplate | LaunchTemplate | Instance | S3Encryption) -> tuple[Link, ...]:
    """The keys that the blocks of a resource name."""
    if isinstance(one, (Repository, RepositoryTemplate)):
        return _of_blocks(one.encryption)
    if isinstance(one, Instance):
        return (*_of_blocks(one.root), *_of_blocks(one.volumes))
    return _of_blocks(one.rules if isinstance(one, S3Encryption) else one.volumes)


def _of_blocks(blocks: Iterable[Any] | Unknown) -> tuple[Link, ...]:
    return () if isinstance(blocks, Unknown) else tuple(block.key for block in blocks)


_OBJECTS: Final = "objects"
# What a bucket is for is nowhere to be seen: records and backups are kept in some, under their own keys.
_KEPT_IN_BUCKETS: Final = frozenset({"records", "backups", "secrets and images"})
# For each kind: the purpose, the property that says which key, and how it is read.
_PURPOSES: Final[dict[type[AwsResource], tuple[str, str]]] = {
    LogGroup: ("records", "kmsKeyId"),
    Trail: ("records", "kmsKeyId"),
    Topic: ("records", "kmsMasterKeyId"),
    DeliveryChannel: ("records", "s3KmsKeyArn"),
    DeliveryStream: ("records", "serverSideEncryption"),
    Stream: ("records", "kmsKeyId"),
    EksCluster: ("secrets and images", "encryptionConfig"),
    Secret: ("secrets and images", "kmsKeyId"),
    Parameter: ("secrets and images", "keyId"),
    Repository: ("secrets and images", "encryptionConfigurations"),
    RepositoryTemplate: ("secrets and images", "encryptionConfigurations"),
    S3Encryption: (_OBJECTS, "rules"),
    Volume: ("volumes", "kmsKeyId"),
    LaunchTemplate: ("volumes", "blockDeviceMappings"),
    Instance: ("volumes", "rootBlockDevice"),
    BackupVault: ("backups", "kmsKeyArn"),
    Database: ("databases", "kmsKeyId"),
    FileSystem: ("databases", "kmsKeyId"),
    Cache: ("databases", "kmsKeyId"),
    Table: ("databases", "serverSideEncryption"),
    Queue: ("messages", "kmsMasterKeyId"),
}


def _uses(stack: Stack) -> Iterator[tuple[str, AwsResource, str, Link]]:
    """What keys are used for: the purpose, who uses it, in which property."""
    for one in stack.resources:
        if isinstance(one, AwsResource) and type(one) in _PURPOSES:
            purpose, path = _PURPOSES[type(one)]
            links = _links(one) if isinstance(one, _IN_BLOCKS) else (getattr(one, "key"),)  # noqa: B009 - each has one
            yield from ((purpose, one, path, link) for link in links)


def _names(stack: Stack) -> Mapping[str, str]:
    """Keys by all that they are called: addresses and ARNs, their aliases' as well."""
    keys = {key.address: key.address for key in of_kind(stack, KmsKey, KmsReplica)}
    for key in of_kind(stack, KmsKey):
        keys |= {name: key.address for name in (key.arn, key.key_id) if isinstance(name, str)}
    aliases: dict[str, str] = {}
    for alias in of_kind(stack, KmsAlias):
        for target in (*alias.target.addresses, alias.target.value):
            if isinstance(target, str) and target in keys:
                aliases |= {name: keys[target] for name in (alias.address, alias.name) if isinstance(name, str)}
    return {**aliases, **keys}


def _called(link: Link, names: Mapping[str, str]) -> set[str]:
    """The keys that a reference leads to; one that the stack does not know is what it is called."""
    if found := {names[address] for address in link.addresses if address in names}:
        return found
    if not isinstance(link.value, str) or not link.value:
        return set()
    return {names.get(link.value) or names.get(_ALIAS.sub("alias/", link.value), link.value)}


def _purposes(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    names = _names(stack)
    users: dict[str, list[tuple[str, AwsResource, str]]] = defaultdict(list)
    for purpose, one, path, link in _uses(stack):
        for key in _called(link, names):
            users[key].append((purpose, one, path))
    result: list[Finding] = []
    for uses in users.values():
        purposes = sorted({purpose for purpose, *_ in uses})
        if _OBJECTS in purposes and _KEPT_IN_BUCKETS.intersection(purposes):
            purposes.remove(_OBJECTS)
        if len(purposes) > 1:
            for _, one, path in uses:
                result += of(one, [Finding(path, f"one key is used for {' and for '.join(purposes)}")])
    return tuple(dict.fromkeys(result))


def _environments(one: AwsResource | KubernetesObject, context: Context) -> tuple[Finding, ...]:
    properties = one.declared.properties if isinstance(one, AwsResource) else one.properties
    texts = tuple(texts_in(properties, wanted=_MARKS.search))
    if not texts:
        return ()
    own = set(context.accounts.get(context.profile, ()))
    foreign = {
        account: profile for profile, known in context.accounts.items() for account in known if account not in own
    }
    others = {profile.value for profile in Profile} - {context.profile.value}
    found: dict[str, Finding] = {}
    for path, text in texts:
        for account in sorted(foreign.keys() & set(_ACCOUNT.findall(text))):
            found[path] = Finding(path, f"it names the account of {foreign[account].value}")
        if _NAMED.search(text):
            for name in others.intersection(_WORDS.findall(text)):
                found.setdefault(path, Finding(path, f"it names something of {name}"))
    return tuple(found.values())


_BALANCER: Final = resource("aws:lb/loadBalancer:LoadBalancer", "{internal: false}", "edge")
_BEFORE: Final = resource(
    "aws:wafv2/webAclAssociation:WebAclAssociation", "{resourceArn: '${edge}', webAclArn: firewall}", "before"
)
_KEYS: Final = "".join(
    resource("aws:kms/key:Key", "{enableKeyRotation: true}", name, protect=True) for name in ("logs", "volumes")
)
_LOG: Final = resource(
    "aws:cloudwatch/logGroup:LogGroup", "{retentionInDays: 365, kmsKeyId: '${logs}'}", "log", protect=True
)


def _volume(key: str) -> str:
    return resource("aws:ebs/volume:Volume", f"{{encrypted: true, kmsKeyId: '${{{key}}}'}}", "disk", protect=True)


_ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

POLICIES: Final = (
    Policy(
        id="stack/ingress-firewall",
        title="Before everything that the internet reaches stands a firewall",
        severity=Severity.HIGH,
        rationale="One forgotten way in is the one that is tried.",
        resource_types=(Stack,),
        remediation="Declare a WebAclAssociation with the load balancer, or set internal.",
        since="0.3.0",
        rule=_ingress,
        on_unknown=OnUnknown.WAIT,
        controls=(fsbp("ELB.16"),),
        enforcement=RELAXED_LOCALLY,
        passing=Example(_BALANCER + _BEFORE),
        failing=Example(_BALANCER),
    ),
    Policy(
        id="stack/key-purpose",
        title="A key has one purpose",
        severity=Severity.HIGH,
        rationale=(
            "Whoever has to read logs must not thereby read databases, and disabling the key of backups must not stop "
            "the cluster. Records, secrets and images, volumes, databases, messages, objects and backups each have "
            "their own; a bucket of records or backups may have theirs. A key is the same by whichever alias."
        ),
        resource_types=(Stack,),
        remediation="Use the key of that purpose, or make one.",
        since="0.3.0",
        rule=_purposes,
        on_unknown=OnUnknown.WAIT,
        passing=Example(_KEYS + _LOG + _volume("volumes")),
        failing=Example(_KEYS + _LOG + _volume("logs")),
    ),
    Policy(
        id="stack/environment",
        title="Nothing refers to another environment",
        severity=Severity.CRITICAL,
        rationale=(
            "A role, key or image of another account brings its mistakes, and intruders, along. Accounts are listed "
            "in policy_pack/settings.yaml and count wherever they stand; in ARNs and aliases, the names of the other "
            "profiles count as well."
        ),
        resource_types=(AwsResource, KubernetesObject),
        remediation="Name what is in this environment's own account; share by an account that is in no list.",
        since="0.3.0",
        rule=_environments,
        on_unknown=OnUnknown.WAIT,
        passing=Example(resource(_ATTACHMENT, "{role: api, policyArn: 'arn:aws:iam::444455556666:policy/api'}")),
        failing=Example(
            resource(_ATTACHMENT, "{role: api, policyArn: 'arn:aws:iam::444455556666:policy/api-staging'}")
        ),
    ),
)
