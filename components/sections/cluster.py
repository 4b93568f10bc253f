"""The section about the Kubernetes cluster: one that is there already, or EKS."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.base import RetentionDays, Section, unique
from components.values import (
    Cidr,
    CpuQuantity,
    DnsLabel,
    FilePath,
    GroupName,
    InstanceFamily,
    InstanceType,
    KubernetesMinor,
    MemoryQuantity,
    RoleName,
    Word,
)
from components.versions import EKS

if TYPE_CHECKING:
    from components.sections.network import Network

# A list of a few wide networks would be the whole internet again.
_WIDEST = 16
# https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
_RESERVED_GROUPS = ("system:", "eks:", "aws:", "amazon:", "iam:")


class AccessLevel(StrEnum):
    """EKS's own access policies, from all to little."""

    CLUSTER_ADMIN = "cluster-admin"
    ADMIN = "admin"
    EDIT = "edit"
    VIEW = "view"


class Access(Section):
    """What one IAM role may do in the cluster. Whoever runs `pulumi up` needs `cluster-admin`."""

    role: RoleName
    """Name of a role of the stack's account, with its path if it has one."""
    level: AccessLevel | None = None
    """One of EKS's access policies; none: what the cluster's own role bindings give to `groups`."""
    namespaces: tuple[DnsLabel, ...] = ()
    """Where the level holds; empty: everywhere."""
    groups: Annotated[tuple[GroupName, ...], Field(validate_default=True)] = ()
    """Kubernetes groups that the role belongs to, such as those of cartorio:tenancy."""

    @field_validator("namespaces")
    @classmethod
    def _somewhere(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        unique(value, "namespace")
        level = info.data.get("level")
        if value and (level is None or level is AccessLevel.CLUSTER_ADMIN):
            raise PydanticCustomError("level", "must be left out: only admin, edit and view hold in namespaces", {})
        return value

    @field_validator("groups")
    @classmethod
    def _something(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        unique(value, "group")
        for group in value:
            if group.startswith(_RESERVED_GROUPS):
                raise PydanticCustomError("reserved", "must not name '{group}': EKS reserves it", {"group": group})
        if not value and "level" in info.data and info.data["level"] is None:
            raise PydanticCustomError(
                "nothing", "must name a group where there is no level: the role may do nothing", {}
            )
        return value


class Architecture(StrEnum):
    """What the machines' processors speak."""

    ARM64 = "arm64"
    AMD64 = "amd64"


def ordered(most: int, info: ValidationInfo) -> int:
    """Refuse a `max` that is below `min`."""
    low = info.data.get("min")
    if low is not None and most < low:
        raise PydanticCustomError("range", "must be at least min, which is {low}", {"low": low})
    return most


class Nodes(Section):
    """What groups and pools of nodes have in common."""

    name: DnsLabel
    """Its name, and the value of the label `cartorio.digital/nodes` of its nodes."""
    architecture: Architecture = Architecture.ARM64
    """What its machines' processors speak."""
    dedicated: bool = False
    """Whether its nodes are kept for pods that tolerate the taint `cartorio.digital/nodes=<name>:NoSchedule`."""
    volume_gib: Annotated[int, Field(ge=20, le=2000)] = 60
    """Size of each node's data volume (images, logs, scratch space), in GiB."""


class NodeGroup(Nodes):
    """Machines of a fixed kind, over all zones."""

    instance_types: Annotated[tuple[InstanceType, ...], Field(min_length=1, max_length=20)]
    """Kinds of machines, the preferred one first: another is taken where a zone has none left."""
    min: Annotated[int, Field(ge=1, le=450)]
    """Nodes that there are at least, and to begin with."""
    max: Annotated[int, Field(ge=1, le=450)]
    """Nodes that there are at most."""
    max_unavailable: Annotated[int, Field(ge=1, le=100)] = 1
    """Nodes that an update may take away at a time."""

    @field_validator("instance_types")
    @classmethod
    def _kinds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return unique(value, "instance type")

    @field_validator("max")
    @classmethod
    def _range(cls, value: int, info: ValidationInfo) -> int:
        return ordered(value, info)


class Capacity(StrEnum):
    """How machines are paid for; spot machines may be taken away with two minutes' notice."""

    ON_DEMAND = "on-demand"
    SPOT = "spot"


class Pool(Nodes):
    """Machines that come and go with the pods that need them."""

    families: Annotated[tuple[InstanceFamily, ...], Field(min_length=1)]
    """Families of machines that it may take, such as m7g."""
    capacity: Annotated[tuple[Capacity, ...], Field(min_length=1)] = (Capacity.ON_DEMAND,)
    """How they may be paid for."""
    cpu: CpuQuantity
    """Cores that all its nodes have together at most."""
    memory: MemoryQuantity
    """Memory that all its nodes have together at most."""

    @field_validator("families", "capacity")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return unique(value, "the entry")


class Karpenter(Section):
    """Nodes as the pods need them, by Karpenter."""

    pools: Annotated[tuple[Pool, ...], Field(min_length=1)]
    """The pools of nodes. One with the name of a group gives the same pods more room than the group has."""
    disrupted_percent: Annotated[int, Field(ge=1, le=100)] = 10
    """Per cent of a pool's nodes that may be replaced at a time, to save or to renew."""
    settle_minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    """Minutes without a new or gone pod after which a node may be found superfluous."""
    node_lifetime_days: Annotated[int, Field(ge=1, le=90)] = 14
    """Days after which a node is replaced."""

    @field_validator("pools")
    @classmethod
    def _named_once(cls, value: tuple[Pool, ...]) -> tuple[Pool, ...]:
        unique(tuple(pool.name for pool in value), "pool")
        return value


class Dns(Section):
    """CoreDNS, which grows with the cluster."""

    min: Annotated[int, Field(ge=2, le=50)] = 3
    """Fewest pods."""
    max: Annotated[int, Field(ge=2, le=50)] = 10
    """Most pods."""

    @field_validator("max")
    @classmethod
    def _range(cls, value: int, info: ValidationInfo) -> int:
        return ordered(value, info)


class Eks(Section):
    """A cluster of EKS, made by the stack; its name is the section's `identifier`."""

    version: KubernetesMinor
    """Kubernetes version; add-ons and node images are those that are pinned for it (components/versions.py)."""
    access: Annotated[tuple[Access, ...], Field(min_length=1)]
    """Who may do what; nobody else may, not even who made the cluster."""
    public_access_cidrs: tuple[Cidr, ...] = ()
    """Networks that reach the API from the internet; none: it has no public endpoint."""
    private_access_cidrs: tuple[Cidr, ...] = ()
    """Networks besides the nodes' that reach the API inside the VPC: runners, VPN."""
    service_cidr: Cidr = "172.20.0.0/16"
    """Addresses of the services inside the cluster. It cannot be changed later."""
    log_retention_days: RetentionDays
    """Days that the logs of the control plane are kept."""
    dns: Dns = Dns()
    """Pods that answer for names inside the cluster."""
    node_groups: Annotated[tuple[NodeGroup, ...], Field(min_length=1)]
    """Groups of nodes. At least one is not dedicated: what runs the cluster itself runs there."""
    karpenter: Karpenter | None = None
    """More nodes, as pods need them; without it there are those of the groups."""
    cluster_autoscaler: bool = False
    """Whether the groups grow and shrink by themselves between min and max. Not together with Karpenter."""

    @field_validator("version")
    @classmethod
    def _pinned(cls, value: str) -> str:
        if value not in EKS:
            raise PydanticCustomError(
                "pinned", "must be one that versions are pinned for ({known})", {"known": ", ".join(EKS)}
            )
        return value

    @field_validator("access")
    @classmethod
    def _reachable(cls, value: tuple[Access, ...]) -> tuple[Access, ...]:
        unique(tuple(access.role for access in value), "role")
        if not any(access.level is AccessLevel.CLUSTER_ADMIN for access in value):
            raise PydanticCustomError(
                "reachable", "must give one role at least the level cluster-admin: the one that runs pulumi", {}
            )
        return value

    @field_validator("public_access_cidrs", "private_access_cidrs")
    @classmethod
    def _narrow(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unique(value, "network")
        for index, cidr in enumerate(value):
            network = ipaddress.ip_network(cidr)
            if network.version != 4 or network.prefixlen < _WIDEST:  # noqa: PLR2004 - IPv4
                raise PydanticCustomError(
                    "narrow", "must be an IPv4 network of /{widest} or less", {"at": str(index), "widest": _WIDEST}
                )
        return value

    @field_validator("service_cidr")
    @classmethod
    def _sized(cls, value: str) -> str:
        network = ipaddress.ip_network(value)
        # https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
        if network.version != 4 or not network.is_private or not 12 <= network.prefixlen <= 24:  # noqa: PLR2004 - the API's
            raise PydanticCustomError("services", "must be a private IPv4 network between /12 and /24", {})
        return value

    @field_validator("node_groups")
    @classmethod
    def _open(cls, value: tuple[NodeGroup, ...]) -> tuple[NodeGroup, ...]:
        unique(tuple(group.name for group in value), "group")
        if all(group.dedicated for group in value):
            raise PydanticCustomError(
                "open", "must have one that is not dedicated: what runs the cluster itself runs there", {}
            )
        return value

    @field_validator("karpenter")
    @classmethod
    def _alike(cls, value: Karpenter | None, info: ValidationInfo) -> Karpenter | None:
        groups = {group.name: group for group in info.data.get("node_groups", ())}
        for index, pool in enumerate(value.pools if value else ()):
            group = groups.get(pool.name)
            if group and (group.dedicated, group.architecture) != (pool.dedicated, pool.architecture):
                raise PydanticCustomError(
                    "alike",
                    "must be dedicated, and of an architecture, like the group of the same name",
                    {"at": f"pools.{index}"},
                )
        return value

    @field_validator("cluster_autoscaler")
    @classmethod
    def _one_scaler(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic calls it
        if value and info.data.get("karpenter") is not None:
            raise PydanticCustomError("scalers", "must be false where there is karpenter: two would fight", {})
        return value

    @property
    def node_names(self) -> frozenset[str]:
        """Names of its groups and pools."""
        return frozenset(one.name for one in (*self.node_groups, *(self.karpenter.pools if self.karpenter else ())))


class Cluster(Section):
    """The Kubernetes cluster that the stack deploys to."""

    identifier: DnsLabel
    """Names the cluster in the state: changing it replaces everything in the cluster; a new kubeconfig does not."""
    kubeconfig: FilePath | None = None
    """Path of the kubeconfig of a cluster that is there already; without it, the environment variable KUBECONFIG
    names it."""
    context: Word | None = None
    """Context in the kubeconfig; without it, its current one."""
    eks: Eks | None = None
    """The cluster to make; without it, the kubeconfig's is used."""

    @field_validator("eks")
    @classmethod
    def _one_kind(cls, value: Eks | None, info: ValidationInfo) -> Eks | None:
        if value is not None and (info.data.get("kubeconfig") or info.data.get("context")):
            raise PydanticCustomError(
                "kind", "must not stand beside kubeconfig or context: a cluster is made, or there already", {}
            )
        return value


def placed(cluster: Cluster, network: Network | None) -> Cluster:
    """Refuse an EKS cluster without a VPC, or with services where the VPC has addresses."""
    if cluster.eks is None:
        return cluster
    if network is None:
        raise PydanticCustomError("network", "needs cartorio:network: EKS runs in a VPC", {"at": "eks"})
    services = ipaddress.ip_network(cluster.eks.service_cidr)
    if services.overlaps(ipaddress.ip_network(network.cidr)):
        raise PydanticCustomError(
            "overlap",
            "must not overlap network.cidr ({cidr})",
            {"at": "eks.serviceCidr", "cidr": network.cidr},
        )
    return cluster
