"""The section about the databases in the cluster: how many members of what size, who calls them, how they are saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.application import Resources, Workload
from components.sections.base import Section, unique
from components.sections.cluster import Architecture
from components.sections.data import LockMode
from components.values import DnsLabel, MemoryQuantity, memory_bytes, millicores

if TYPE_CHECKING:
    from components.sections.tenancy import Tenancy

_HOURS = 24
# https://neo4j.com/docs/operations-manual/5/kubernetes/configuration/
_SMALLEST_GRAPH, _LEAST_MILLICORES = "2Gi", 500
MONGODB, NEO4J = "mongodb", "neo4j"
"""Their namespaces."""


class BackupLock(Section):
    """How long nobody can delete or change a backup."""

    mode: LockMode
    """Who may shorten that."""
    days: Annotated[int, Field(ge=1, le=36500)]
    """Days."""


class DatabaseBackups(Section):
    """Backups of one database in a bucket of its own."""

    every_hours: Literal[1, 2, 3, 4, 6, 8, 12, 24, 168]
    """Hours between two: a divisor of 24, or 168 for Sundays."""
    retention_days: Annotated[int, Field(ge=1, le=3650)]
    """Days that a backup is kept: at least two of them at any time."""
    lock: BackupLock | None = None
    """Lock of the bucket; absent: none. For retentionDays at most."""

    @field_validator("retention_days")
    @classmethod
    def _two_at_least(cls, value: int, info: ValidationInfo) -> int:
        hours = info.data.get("every_hours")
        if hours is not None and value * _HOURS < 2 * hours:
            raise PydanticCustomError(
                "two",
                "must be at least two schedules long: with everyHours {hours}, after {days} days there could be none",
                {"hours": hours, "days": value},
            )
        return value

    @field_validator("lock")
    @classmethod
    def _not_longer(cls, value: BackupLock | None, info: ValidationInfo) -> BackupLock | None:
        kept = info.data.get("retention_days")
        if value is not None and kept is not None and value.days > kept:
            raise PydanticCustomError("longer", "must not be longer than retentionDays ({kept})", {"kept": kept})
        return value


class MongoBackups(DatabaseBackups):
    """Backups of MongoDB."""

    point_in_time: bool = False
    """Whether the oplog is saved too, every ten minutes, so that any moment between two backups can be restored."""


class Database(Section):
    """What the databases have in common."""

    replicas: Annotated[int, Field(ge=3, le=5)] = 3
    """Members, 3 or 5: a majority of them has to be up."""
    storage: MemoryQuantity
    """Size of the volume of each."""
    resources: Resources
    """What one member asks for and may take."""
    clients: Annotated[tuple[DnsLabel, ...], Field(min_length=1)]
    """Namespaces, each of tenancy.namespaces, of which pods may call it."""

    @field_validator("replicas")
    @classmethod
    def _majority(cls, value: int) -> int:
        if value % 2 == 0:
            raise PydanticCustomError("majority", "must be 3 or 5: an even member more adds no majority", {})
        return value

    @field_validator("clients")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return unique(value, "namespace")


class MongoDb(Database):
    """MongoDB: one replica set, run by Percona's operator."""

    backups: MongoBackups
    """Its backups."""


class Neo4j(Database):
    """Neo4j: one cluster of primaries, Enterprise Edition."""

    accept_license: bool
    """Whether you have a licence agreement for Neo4j Enterprise (https://neo4j.com/licensing/): only true is accepted.
    There is no cluster in the Community Edition."""
    backups: DatabaseBackups
    """Its backups."""

    @field_validator("accept_license")
    @classmethod
    def _licensed(cls, value: bool) -> bool:  # noqa: FBT001 - the field's value
        if not value:
            raise PydanticCustomError(
                "licence",
                "must be true, which says that you have a licence agreement for Neo4j Enterprise;"
                " without one, take cartorio:databases.neo4j out",
                {},
            )
        return value

    @field_validator("resources")
    @classmethod
    def _enough(cls, value: Resources) -> Resources:
        if memory_bytes(value.requests.memory) < memory_bytes(_SMALLEST_GRAPH):
            raise PydanticCustomError(
                "enough",
                "must be at least {least}: Neo4j does not start with less",
                {"at": "requests.memory", "least": _SMALLEST_GRAPH},
            )
        if millicores(value.requests.cpu) < _LEAST_MILLICORES:
            raise PydanticCustomError(
                "enough",
                "must be at least {least}m: Neo4j's chart takes no less",
                {"at": "requests.cpu", "least": _LEAST_MILLICORES},
            )
        if value.requests.memory != value.limits.memory:
            raise PydanticCustomError(
                "same",
                "must be the requests' memory: heap and page cache are sized to it and are all taken at once",
                {"at": "limits.memory"},
            )
        return value


class Databases(Section):
    """Databases in the cluster."""

    storage_class: DnsLabel
    """Storage class of their volumes; it has to encrypt, and to keep volumes when their claims go."""
    architecture: Architecture = Architecture.ARM64
    """Architecture of the nodes that they run on."""
    mongodb: MongoDb | None = None
    """MongoDB; absent: none."""
    neo4j: Neo4j | None = Field(default=None, alias="neo4j")  # and not neo4J
    """Neo4j; absent: none."""

    @property
    def declared(self) -> dict[str, Database]:
        """Those that there are, by namespace."""
        found: dict[str, Database | None] = {MONGODB: self.mongodb, NEO4J: self.neo4j}
        return {name: database for name, database in found.items() if database is not None}


def known_clients(databases: Databases, tenancy: Tenancy) -> None:
    """Refuse a client that is no namespace of the stack: nobody would let its pods out."""
    known = {namespace.name for namespace in tenancy.namespaces}
    for name, database in databases.declared.items():
        missing = sorted(set(database.clients) - known)
        if missing:
            raise PydanticCustomError(
                "known",
                "names '{name}', which is none of tenancy.namespaces ({known})",
                {"at": f"{name}.clients", "name": missing[0], "known": ", ".join(sorted(known))},
            )


def reached(workload: Workload, databases: Databases) -> None:
    """Refuse an application that means a database of the cluster, and does not get there."""
    for index, datastore in enumerate(workload.datastores):
        if datastore.name in databases.declared:
            raise PydanticCustomError(
                "reached",
                "is a database of the cluster: its pods have no fixed addresses; name the namespace in"
                " databases.{name}.clients instead",
                {"at": f"datastores.{index}", "name": datastore.name},
            )
