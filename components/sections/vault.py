"""The section about Vault: its servers, who can recover it, its snapshots, and who may have what from it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.application import Resources
from components.sections.base import Section, unique
from components.values import Cidr, DnsLabel, FilePath, ImageReference, MemoryQuantity, Port, Word

_PUBLIC = ("-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----")
_SHORTEST_KEY = 200  # characters; an Ed25519 key with one identity has more
_HOURS = 24

RESERVED_ROLES = frozenset({"configure", "snapshot", "external-secrets", "root", "default"})
"""Names of roles and policies that the platform itself has in Vault."""


def _public_key(value: str) -> str:
    text = value.strip()
    if "PRIVATE KEY" in text:
        raise PydanticCustomError("pgp", "must be a public key: this is a private one, take it out of the file", {})
    if not (text.startswith(_PUBLIC[0]) and text.endswith(_PUBLIC[1]) and len(text) >= _SHORTEST_KEY):
        raise PydanticCustomError(
            "pgp",
            "must be an armoured PGP public key, as `gpg --armor --export` writes it: {begin}",
            {"begin": _PUBLIC[0]},
        )
    return text


PgpPublicKey = Annotated[str, AfterValidator(_public_key)]


class Custodian(Section):
    """Somebody who holds one recovery share."""

    name: DnsLabel
    """For the reader and for the key's file name."""
    pgp_key: PgpPublicKey
    """Armoured public key; the share is encrypted with it before Vault gives it out."""


class Recovery(Section):
    """Who can recover Vault together."""

    threshold: Annotated[int, Field(ge=2, le=20)] = 3
    """How many of them it takes."""
    custodians: tuple[Custodian, ...] = ()
    """The holders of the shares; empty: nothing initialises Vault until they are named."""

    @field_validator("custodians")
    @classmethod
    def _enough(cls, value: tuple[Custodian, ...], info: ValidationInfo) -> tuple[Custodian, ...]:
        unique(tuple(custodian.name for custodian in value), "custodian")
        unique(tuple(custodian.pgp_key for custodian in value), "the key")
        threshold = info.data.get("threshold")
        if value and threshold is not None and len(value) < threshold:
            raise PydanticCustomError(
                "enough",
                "must name at least {threshold} (threshold); there are {count}",
                {"threshold": threshold, "count": len(value)},
            )
        return value


class Pkcs11(Section):
    """An HSM that unseals Vault instead of KMS. Only Vault Enterprise has this seal."""

    image: ImageReference
    """Image of Vault Enterprise that also holds the HSM's library."""
    license_secret: DnsLabel
    """Secret in Vault's namespace with Vault's licence under `license`."""
    library: FilePath
    """Path of the HSM's PKCS#11 library in the image."""
    slot: Annotated[int, Field(ge=0, le=4294967295)] | None = None
    """Number of the slot; either this or tokenLabel."""
    token_label: Word | None = None
    """Label of the token; either this or slot."""
    key_label: Word
    """Label of the AES key."""
    hmac_key_label: Word
    """Label of the HMAC key."""
    pin_secret: DnsLabel
    """Secret in Vault's namespace with the PIN under `pin`; the PIN itself is never in this file."""
    networks: tuple[Cidr, ...] = ()
    """Where the HSM is: a CloudHSM cluster is in the intra subnets, and its security group has to let the nodes' in.
    Empty: the library reaches it without a network."""
    ports: Annotated[tuple[Port, ...], Field(min_length=1)] = (2223, 2224, 2225)
    """TCP ports of the HSM; these are CloudHSM's."""

    @field_validator("key_label")
    @classmethod
    def _one_place(cls, value: str, info: ValidationInfo) -> str:
        if {"slot", "token_label"} <= set(info.data) and (info.data["slot"] is None) == (
            info.data["token_label"] is None
        ):
            raise PydanticCustomError("place", "needs exactly one of slot and tokenLabel beside it", {})
        return value


class Storage(Section):
    """The volumes of one server."""

    storage_class: DnsLabel
    """Storage class; it has to encrypt."""
    data: MemoryQuantity = "20Gi"
    """Size of the volume of the Raft storage."""
    audit: MemoryQuantity = "20Gi"
    """Size of the volume of the audit log."""


class Snapshots(Section):
    """Snapshots of the Raft storage in the backup bucket."""

    every_hours: Annotated[int, Field(ge=1, le=_HOURS)] = 4
    """Hours between two; a divisor of 24."""
    retention_days: Annotated[int, Field(ge=7, le=3650)] = 35
    """Days that a snapshot is kept."""

    @field_validator("every_hours")
    @classmethod
    def _divides(cls, value: int) -> int:
        if _HOURS % value:
            raise PydanticCustomError("divides", "must divide 24, so that the hours are the same every day", {})
        return value


class SigningKey(Section):
    """A key of the transit engine: ECDSA on P-256, never exportable."""

    name: DnsLabel
    """Its name."""
    rotation_days: Annotated[int, Field(ge=30, le=3650)] = 365
    """Days after which Vault makes a new version; older ones still verify."""


class Database(Section):
    """A MongoDB of which Vault gives out short-lived credentials."""

    name: DnsLabel
    """Name of the role that hands them out."""
    hosts: Annotated[str, Field(pattern=r"^[a-z0-9.-]+:[0-9]{1,5}(,[a-z0-9.-]+:[0-9]{1,5})*$")]
    """Hosts and ports, comma-separated; no user and no password."""
    namespace: DnsLabel
    """Namespace that it runs in."""
    admin_secret: DnsLabel
    """Secret in Vault's namespace with `username` and `password` of an administrator; Vault changes the password."""
    database: DnsLabel
    """Database that the credentials are for, to read and to write."""
    ttl_minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    """Minutes that credentials live, unless renewed."""
    max_ttl_minutes: Annotated[int, Field(ge=5, le=10080)] = 1440
    """Minutes after which they end, renewed or not."""

    @field_validator("max_ttl_minutes")
    @classmethod
    def _longer(cls, value: int, info: ValidationInfo) -> int:
        ttl = info.data.get("ttl_minutes")
        if ttl is not None and value < ttl:
            raise PydanticCustomError("longer", "must be at least ttlMinutes ({ttl})", {"ttl": ttl})
        return value


class Client(Section):
    """A workload that logs in to Vault by its service account."""

    name: DnsLabel
    """Name of its role and policy."""
    namespace: DnsLabel
    """Its namespace."""
    service_account: DnsLabel
    """Its service account."""
    sign_with: tuple[DnsLabel, ...] = ()
    """Keys that it may sign with."""
    databases: tuple[DnsLabel, ...] = ()
    """Databases that it may have credentials of."""


class Vault(Section):
    """Vault: signing keys, secrets and short-lived credentials."""

    replicas: Annotated[int, Field(ge=3, le=7)] = 3
    """Servers: an odd number of at least 3, of which a majority has to be up."""
    zones: Annotated[int, Field(ge=1, le=6)] = 3
    """Availability zones that they have to be spread over; at most replicas."""
    storage: Storage
    """The volumes of one server."""
    resources: Resources
    """What one server asks for and may take."""
    recovery: Recovery = Recovery()
    """Who can recover Vault together."""
    pkcs11: Pkcs11 | None = None
    """An HSM that unseals Vault; without it, the KMS key for unsealing does."""
    snapshots: Snapshots = Snapshots()
    """Snapshots in the backup bucket."""
    signing_keys: tuple[SigningKey, ...] = ()
    """Keys that sign, inside Vault."""
    databases: tuple[Database, ...] = ()
    """Databases of which Vault gives out short-lived credentials."""
    clients: tuple[Client, ...] = ()
    """Workloads that log in to Vault."""

    @field_validator("replicas")
    @classmethod
    def _quorum(cls, value: int) -> int:
        if value % 2 == 0:
            raise PydanticCustomError(
                "quorum", "must be 3, 5 or 7: Raft needs a majority, an even server adds none", {}
            )
        return value

    @field_validator("zones")
    @classmethod
    def _spread(cls, value: int, info: ValidationInfo) -> int:
        replicas = info.data.get("replicas")
        if replicas is not None and value > replicas:
            raise PydanticCustomError("spread", "must be at most replicas ({replicas})", {"replicas": replicas})
        return value

    @field_validator("signing_keys", "databases")
    @classmethod
    def _named(cls, value: tuple[SigningKey | Database, ...]) -> tuple[SigningKey | Database, ...]:
        unique(tuple(entry.name for entry in value), "the name")
        return value

    @field_validator("clients")
    @classmethod
    def _known(cls, value: tuple[Client, ...], info: ValidationInfo) -> tuple[Client, ...]:
        unique(tuple(client.name for client in value), "client")
        for index, client in enumerate(value):
            if client.name in RESERVED_ROLES:
                raise PydanticCustomError(
                    "reserved",
                    "must not be '{name}', a role of the platform",
                    {"name": client.name, "at": f"{index}.name"},
                )
            for field, wanted in (("signing_keys", client.sign_with), ("databases", client.databases)):
                known = {entry.name for entry in info.data.get(field, ())}
                missing = sorted(set(wanted) - known)
                if field in info.data and missing:
                    raise PydanticCustomError(
                        "known",
                        "names '{name}', which is not declared above",
                        {"name": missing[0], "at": f"{index}.{'signWith' if field == 'signing_keys' else field}"},
                    )
        return value
