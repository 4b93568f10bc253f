"""Clusters: reached from inside, watched, encrypted, current, and open only to whom the program names.

Sources: https://docs.aws.amazon.com/eks/latest/best-practices/security.html,
https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html and
https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, OnUnknown, Policy, Severity
from guardrails.resources.aws_cluster import AccessEntry, Addon, EksCluster, NodeGroup
from guardrails.resources.reading import Unknown
from guardrails.rules._addresses import is_internet
from guardrails.rules._aws import example, on, own_key, varied
from guardrails.rules._checks import is_off, is_on, is_one_of, rule
from guardrails.rules._containers import unknown
from guardrails.rules._sources import cis_eks, control_tower, fsbp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context

_LOGS: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_VERSION: Final = re.compile(r"1\.(\d{1,3})")
# The oldest version that AWS still supports as standard, as of November 2026.
_OLDEST: Final = 34
_MASTERS: Final = "system:masters"


def _endpoint(cluster: EksCluster, _context: Context) -> tuple[Finding, ...]:
    path = "vpcConfig.endpointPublicAccess"
    if isinstance(cluster.public, Unknown):
        return (unknown(path, "whether the internet reaches the cluster's API"),)
    found: list[Finding] = []
    if cluster.public:
        found += _callers(cluster)
    found += on(
        cluster.private,
        "vpcConfig.endpointPrivateAccess",
        "whether the network reaches the cluster's API",
        "nodes reach the cluster's API through the internet only",
    )
    return tuple(found)


def _callers(cluster: EksCluster) -> Iterator[Finding]:
    path = "vpcConfig.publicAccessCidrs"
    cidrs = cluster.public_cidrs
    known = () if isinstance(cidrs, Unknown) else [each for each in cidrs if isinstance(each, str)]
    if cidrs == () or any(map(is_internet, known)):
        yield Finding(path, "the whole internet reaches the cluster's API")
    elif isinstance(cidrs, Unknown) or len(known) < len(cidrs):
        yield unknown(path, "who on the internet reaches the cluster's API")


def _logs(cluster: EksCluster, _context: Context) -> tuple[Finding, ...]:
    if isinstance(cluster.logs, Unknown) or Unknown.UNKNOWN in cluster.logs:
        return (unknown("enabledClusterLogTypes", "what of the control plane is logged"),)
    missing = [name for name in _LOGS if name not in cluster.logs]
    return (Finding("enabledClusterLogTypes", f"not logged: {', '.join(missing)}"),) if missing else ()


def _encrypted(cluster: EksCluster, _context: Context) -> tuple[Finding, ...]:
    if isinstance(cluster.encrypted, Unknown):
        return (unknown("encryptionConfig", "whether Secrets are encrypted"),)
    if "secrets" not in cluster.encrypted:
        return (Finding("encryptionConfig", "Secrets are not encrypted with a key of the stack's own"),)
    return tuple(
        own_key(cluster.key, "encryptionConfig.provider.keyArn", "Secrets are encrypted with no key of the stack's")
    )


def _current(cluster: EksCluster, _context: Context) -> tuple[Finding, ...]:
    if isinstance(cluster.version, Unknown):
        return (unknown("version", "the cluster's version"),)
    number = _VERSION.fullmatch(cluster.version or "")
    if number is None:
        return (Finding("version", "no version is named: the cluster gets whatever is AWS's default that day"),)
    if int(number[1]) < _OLDEST:
        return (Finding("version", f"version 1.{int(number[1])} is out of standard support"),)
    return ()


def _entries(entry: AccessEntry, _context: Context) -> tuple[Finding, ...]:
    if not isinstance(entry.groups, Unknown) and _MASTERS in entry.groups:
        return (Finding("kubernetesGroups", f"{_MASTERS} cannot be limited by any role or admission policy"),)
    if isinstance(entry.groups, Unknown) or Unknown.UNKNOWN in entry.groups:
        return (unknown("kubernetesGroups", "which groups somebody is in"),)
    return ()


def _pinned(addon: Addon, _context: Context) -> tuple[Finding, ...]:
    wrong = "no version is named: it gets whatever is AWS's default that day"
    return (Finding("addonVersion", wrong),) if not addon.version else ()


_KIND: Final = "aws:eks/cluster:Cluster"
_SETTINGS: Final = {
    "version": "'1.36'",
    "enabledClusterLogTypes": f"[{', '.join(_LOGS)}]",
    "encryptionConfig": "{resources: [secrets], provider: {keyArn: key}}",
    "accessConfig": "{authenticationMode: API, bootstrapClusterCreatorAdminPermissions: false}",
    "vpcConfig": "{endpointPublicAccess: false, endpointPrivateAccess: true}",
    "deletionProtection": "true",
}


def _cluster(**changes: str) -> str:
    return varied(_SETTINGS, **changes)


_GOOD: Final = example(_KIND, _cluster())
_OPEN: Final = "{endpointPublicAccess: true, endpointPrivateAccess: true, publicAccessCidrs: [0.0.0.0/0]}"
_ENTRY: Final = "aws:eks/accessEntry:AccessEntry"
_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
_ADDON: Final = "aws:eks/addon:Addon"

POLICIES: Final = (
    Policy(
        id="aws/eks-endpoint",
        title="A cluster's API is reached from the network, and from the internet by named addresses at most",
        severity=Severity.HIGH,
        rationale="An API that the internet reaches is one stolen token, or one flaw, away from everything that runs.",
        resource_types=(EksCluster,),
        remediation="Set endpointPrivateAccess true and endpointPublicAccess false, or name publicAccessCidrs.",
        since="0.3.0",
        rule=_endpoint,
        controls=(cis_eks("5.4.1"), fsbp("EKS.1"), control_tower("CT.EKS.PR.1", "eks")),
        passing=_GOOD,
        failing=example(_KIND, _cluster(vpcConfig=_OPEN)),
    ),
    Policy(
        id="aws/eks-logs",
        title="A cluster logs everything that its control plane can log",
        severity=Severity.HIGH,
        rationale="Who did what is in the audit log; who tried, in the authenticator's. What was not logged is lost.",
        resource_types=(EksCluster,),
        remediation=f"Set enabledClusterLogTypes to {', '.join(_LOGS)}.",
        since="0.3.0",
        rule=_logs,
        controls=(cis_eks("2.1.1"), fsbp("EKS.8")),
        passing=_GOOD,
        failing=example(_KIND, _cluster(enabledClusterLogTypes="[audit]")),
    ),
    Policy(
        id="aws/eks-encryption",
        title="A cluster encrypts its Secrets with a key of the stack's own",
        severity=Severity.HIGH,
        rationale="Envelope encryption keeps Secrets unreadable in etcd's backups, and records each use of the key.",
        resource_types=(EksCluster,),
        remediation="Set encryptionConfig with resources [secrets] and provider.keyArn.",
        since="0.3.0",
        rule=_encrypted,
        controls=(cis_eks("5.3.1"), fsbp("EKS.3"), control_tower("CT.EKS.PR.2", "eks")),
        passing=_GOOD,
        failing=example(_KIND, _cluster(encryptionConfig="")),
    ),
    Policy(
        id="aws/eks-access-mode",
        title="Only access entries decide who gets into a cluster",
        severity=Severity.HIGH,
        rationale=(
            "The older ConfigMap is changed by whoever may write in kube-system, and the creator's rights are nowhere "
            "to be seen. Access entries are declared, reviewed and recorded by AWS."
        ),
        resource_types=(EksCluster,),
        remediation="Set authenticationMode API, bootstrapClusterCreatorAdminPermissions false; declare AccessEntry.",
        since="0.3.0",
        rule=rule(
            is_one_of(
                "access_mode",
                ("API",),
                "how the cluster knows its users",
                "a ConfigMap inside the cluster decides who gets in",
            ),
            is_off(
                "creator_is_admin",
                "whether the creator is an administrator",
                "whoever creates the cluster stays its administrator, and nothing shows it",
            ),
        ),
        controls=(cis_eks("5.5.1"),),
        passing=_GOOD,
        failing=example(_KIND, _cluster(accessConfig="{authenticationMode: API_AND_CONFIG_MAP}")),
    ),
    Policy(
        id="aws/eks-version",
        title="A cluster names a version that is in standard support",
        severity=Severity.MEDIUM,
        rationale="Outside it, flaws are mended late and at six times the price, and one day AWS upgrades by itself.",
        resource_types=(EksCluster,),
        remediation=f"Set version to 1.{_OLDEST} or newer, one minor version at a time.",
        since="0.3.0",
        rule=_current,
        controls=(fsbp("EKS.2"),),
        passing=_GOOD,
        failing=example(_KIND, _cluster(version="'1.29'")),
    ),
    Policy(
        id="aws/eks-masters",
        title="Nobody is in the group system:masters",
        severity=Severity.CRITICAL,
        rationale="The API server asks no role about that group: its rights cannot be limited, nor taken away in time.",
        resource_types=(AccessEntry,),
        remediation="Use an access policy, or a group of your own that is bound to a role.",
        since="0.3.0",
        rule=_entries,
        controls=(cis_eks("4.1.1"),),
        on_unknown=OnUnknown.WAIT,
        passing=example(_ENTRY, "{principalArn: role, kubernetesGroups: [cartorio-operators]}"),
        failing=example(_ENTRY, "{principalArn: role, kubernetesGroups: ['system:masters']}"),
    ),
    Policy(
        id="aws/eks-nodes",
        title="Nodes are launched by a template of ours, and not open to SSH",
        severity=Severity.HIGH,
        rationale="The template sets encryption and the metadata service; SSH is a door that nobody watches.",
        resource_types=(NodeGroup,),
        remediation="Set launchTemplate and leave remoteAccess out; Session Manager reaches nodes when it must be.",
        since="0.3.0",
        rule=rule(
            is_off("remote_access", "whether nodes are open to SSH", "nodes are open to SSH"),
            is_on(
                "template",
                "how nodes are launched",
                "nodes are launched with AWS's settings: no launch template says how",
            ),
        ),
        passing=example(_GROUP, "{clusterName: cartorio, launchTemplate: {id: lt-1, version: '7'}}"),
        failing=example(_GROUP, "{clusterName: cartorio, remoteAccess: {ec2SshKey: admin}}"),
    ),
    Policy(
        id="aws/eks-addon-version",
        title="An add-on names its version",
        severity=Severity.MEDIUM,
        rationale="Without one, the network plugin or the DNS changes with AWS's defaults, and differs between stacks.",
        resource_types=(Addon,),
        remediation="Set addonVersion, and raise it in a change of its own.",
        since="0.3.0",
        rule=_pinned,
        passing=example(_ADDON, "{clusterName: cartorio, addonName: coredns, addonVersion: v1.14.3-eksbuild.16}"),
        failing=example(_ADDON, "{clusterName: cartorio, addonName: coredns}"),
    ),
)
