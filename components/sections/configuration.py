"""The whole of what a stack's file says under `cartorio:`, and the checks that span its sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.application import Role, Workload, housed, measured
from components.sections.audit import Audit
from components.sections.backup import Backup, copied_elsewhere
from components.sections.base import Section, unique
from components.sections.certificates import Certificates
from components.sections.cluster import Cluster, placed
from components.sections.data import Data, replicated_elsewhere, undeletable
from components.sections.databases import Databases, known_clients, reached
from components.sections.edge import Edge
from components.sections.gitops import Gitops, delivered, verified
from components.sections.keys import Keys, hsms_placed, replicas_elsewhere
from components.sections.mirrors import Mirror
from components.sections.network import Network, in_region
from components.sections.observability import Observability
from components.sections.platform import Aws, PolicyPack, Profile
from components.sections.secrets import Secrets, from_vault, plain_secrets
from components.sections.sizes import Size
from components.sections.supply import Supply, in_one_region
from components.sections.tenancy import Quota, Tenancy
from components.sections.vault import Vault
from components.values import ProjectPath, memory_bytes, millicores

if TYPE_CHECKING:
    from collections.abc import Callable


class Configuration(Section):
    """What a stack's file says under `cartorio:`."""

    profile: Profile
    """How strictly the policy pack judges the stack."""
    policy_pack: PolicyPack = PolicyPack.REQUIRED
    """Whether the program refuses to run where the policy pack is not attached."""
    protect: bool = True
    """Whether the engine refuses to delete what holds data or keys."""
    release: ProjectPath
    """The release file, relative to the project's folder: which images run."""
    mirrors: tuple[Mirror, ...] = ()
    """What stands in for the sources of third-party charts and images."""
    sizes: tuple[Size, ...] = ()
    """Sizes of controllers that come by third-party charts, where they are not the program's own."""
    aws: Aws
    """The AWS account that the stack lives in."""
    network: Network | None = None
    """The VPC that the cluster runs in; without it, the cluster brings its own."""
    cluster: Cluster
    """The Kubernetes cluster that the stack deploys to."""
    keys: Keys = Keys()
    """KMS keys."""
    tenancy: Tenancy
    """Namespaces and who may do what in them."""
    supply: Supply
    """Where images come from and who signs them."""
    audit: Audit
    """The audit trail."""
    data: Data
    """Data that outlives the platform."""
    backup: Backup | None = None
    """Backups of buckets and volumes; absent: none."""
    certificates: Certificates | None = None
    """Certificates of the traffic inside the cluster; vault needs them."""
    vault: Vault | None = None
    """Vault; without it, nothing signs or gives out credentials inside the cluster."""
    secrets: Secrets | None = None
    """Secrets and where they are delivered."""
    databases: Databases | None = None
    """Databases in the cluster; absent: none."""
    gitops: Gitops | None = None
    """Flux and what it applies of the repository; without it, nothing but this program applies anything."""
    observability: Observability | None = None
    """Metrics, logs, traces and alerts; without it, nobody is told of anything."""
    edge: Edge | None = None
    """The way in from the internet; without it, the API is reached inside the cluster only."""
    workload: Workload
    """The application."""

    @field_validator("*")
    @classmethod
    def _no_secrets(cls, value: object) -> object:
        for path, what in plain_secrets(value):
            raise PydanticCustomError(
                "plain_secret",
                "looks like {what}: take it out of the file and renew it; values belong into Secrets Manager or Vault",
                {"what": what, "at": path},
            )
        return value

    @field_validator("vault")
    @classmethod
    def _over_tls(cls, value: Vault | None, info: ValidationInfo) -> Vault | None:
        if value is not None and "certificates" in info.data and info.data["certificates"] is None:
            raise PydanticCustomError("needs", "needs cartorio:certificates: Vault speaks TLS only", {})
        return value

    @field_validator("secrets")
    @classmethod
    def _with_vault(cls, value: Secrets | None, info: ValidationInfo) -> Secrets | None:
        if value is not None and "vault" in info.data and info.data["vault"] is None:
            from_vault(value)
        return value

    @field_validator("databases")
    @classmethod
    def _with_certificates(cls, value: Databases | None, info: ValidationInfo) -> Databases | None:
        if value is None:
            return value
        if "certificates" in info.data and info.data["certificates"] is None:
            raise PydanticCustomError("needs", "needs cartorio:certificates: databases speak TLS only", {})
        if value.neo4j is not None and "secrets" in info.data and info.data["secrets"] is None:
            raise PydanticCustomError(
                "needs", "needs cartorio:secrets, which makes its first password inside the cluster", {"at": "neo4j"}
            )
        tenancy = info.data.get("tenancy")
        if isinstance(tenancy, Tenancy):
            known_clients(value, tenancy)
        return value

    @field_validator("gitops")
    @classmethod
    def _sourced(cls, value: Gitops | None, info: ValidationInfo) -> Gitops | None:
        profile = info.data.get("profile")
        if value is not None and isinstance(profile, Profile):
            verified(value, profile)
        if value is not None and "secrets" in info.data:
            delivered(value, info.data["secrets"])
        return value

    @field_validator("mirrors")
    @classmethod
    def _sources(cls, value: tuple[Mirror, ...]) -> tuple[Mirror, ...]:
        unique(tuple(mirror.source for mirror in value), "source")
        return value

    @field_validator("sizes")
    @classmethod
    def _sized_once(cls, value: tuple[Size, ...]) -> tuple[Size, ...]:
        unique(tuple(size.chart if size.part is None else f"{size.chart}/{size.part}" for size in value), "the size of")
        return value

    @field_validator("network")
    @classmethod
    def _in_region(cls, value: Network | None, info: ValidationInfo) -> Network | None:
        aws = info.data.get("aws")
        if value is not None and isinstance(aws, Aws):
            in_region(value, aws.region)
        return value

    @field_validator("edge")
    @classmethod
    def _in_public_subnets(cls, value: Edge | None, info: ValidationInfo) -> Edge | None:
        if value is not None and "network" in info.data and info.data["network"] is None:
            raise PydanticCustomError("needs", "needs cartorio:network: the load balancer stands in its subnets", {})
        return value

    @field_validator("cluster")
    @classmethod
    def _in_network(cls, value: Cluster, info: ValidationInfo) -> Cluster:
        return placed(value, info.data["network"]) if "network" in info.data else value

    @field_validator("keys")
    @classmethod
    def _held(cls, value: Keys, info: ValidationInfo) -> Keys:
        aws = info.data.get("aws")
        value = replicas_elsewhere(value, aws.region) if isinstance(aws, Aws) else value
        return hsms_placed(value, info.data["network"]) if "network" in info.data else value

    @field_validator("audit")
    @classmethod
    def _of_own_cluster(cls, value: Audit, info: ValidationInfo) -> Audit:
        cluster = info.data.get("cluster")
        if value.kubernetes is not None and isinstance(cluster, Cluster) and cluster.eks is None:
            raise PydanticCustomError(
                "needs", "needs cartorio:cluster.eks: only EKS writes its audit to CloudWatch", {"at": "kubernetes"}
            )
        return value

    @field_validator("supply")
    @classmethod
    def _in_one_region(cls, value: Supply, info: ValidationInfo) -> Supply:
        aws = info.data.get("aws")
        return in_one_region(value, aws.region) if isinstance(aws, Aws) else value

    @field_validator("data")
    @classmethod
    def _destroyable(cls, value: Data, info: ValidationInfo) -> Data:
        return undeletable(value) if info.data.get("protect", False) else value

    @field_validator("data")
    @classmethod
    def _replicated(cls, value: Data, info: ValidationInfo) -> Data:
        aws = info.data.get("aws")
        return replicated_elsewhere(value, aws.region) if isinstance(aws, Aws) else value

    @field_validator("backup")
    @classmethod
    def _copied(cls, value: Backup | None, info: ValidationInfo) -> Backup | None:
        aws = info.data.get("aws")
        return copied_elsewhere(value, aws.region) if value is not None and isinstance(aws, Aws) else value

    @field_validator("workload")
    @classmethod
    def _measured(cls, value: Workload, info: ValidationInfo) -> Workload:
        if "observability" in info.data and info.data["observability"] is None:
            measured(value)
        return value

    @field_validator("workload")
    @classmethod
    def _reaching(cls, value: Workload, info: ValidationInfo) -> Workload:
        databases = info.data.get("databases")
        if isinstance(databases, Databases):
            reached(value, databases)
        return value

    @field_validator("workload")
    @classmethod
    def _housed(cls, value: Workload, info: ValidationInfo) -> Workload:
        cluster = info.data.get("cluster")
        eks = cluster.eks if isinstance(cluster, Cluster) else None
        return housed(value, eks.node_names) if eks else value

    @field_validator("workload")
    @classmethod
    def _placed(cls, value: Workload, info: ValidationInfo) -> Workload:
        tenancy = info.data.get("tenancy")
        if not isinstance(tenancy, Tenancy):
            return value  # its own errors are reported already
        quotas = {namespace.name: namespace.quota for namespace in tenancy.namespaces}
        if value.namespace not in quotas:
            raise PydanticCustomError(
                "placed",
                "must be one of tenancy.namespaces ({names}); it is '{name}'",
                {"at": "namespace", "names": ", ".join(quotas), "name": value.namespace},
            )
        _fits(value, quotas[value.namespace])
        return value


def _fits(workload: Workload, quota: Quota) -> None:
    """Refuse a workload that could not grow to its `replicas.max`, or not be updated there, within the quota."""

    def most(amount: Callable[[Role], int]) -> int:
        # One pod of each role more than its maximum: a rolling update surges by one.
        return sum((role.replicas.max + 1) * amount(role) for role in (workload.api, workload.workers))

    for resource, needed, allowed in (
        ("pods", most(lambda _: 1), quota.pods),
        (
            "requests.cpu (m)",
            most(lambda role: millicores(role.resources.requests.cpu)),
            millicores(quota.requests.cpu),
        ),
        (
            "requests.memory (bytes)",
            most(lambda role: memory_bytes(role.resources.requests.memory)),
            memory_bytes(quota.requests.memory),
        ),
        ("limits.cpu (m)", most(lambda role: millicores(role.resources.limits.cpu)), millicores(quota.limits.cpu)),
        (
            "limits.memory (bytes)",
            most(lambda role: memory_bytes(role.resources.limits.memory)),
            memory_bytes(quota.limits.memory),
        ),
    ):
        if needed > allowed:
            raise PydanticCustomError(
                "quota",
                "must fit the quota of its namespace: at replicas.max, with one more pod of each role during an update,"
                " {resource} reaches {needed} of {allowed}",
                {"resource": resource, "needed": needed, "allowed": allowed},
            )
