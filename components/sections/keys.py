"""The section about the KMS keys."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.keys.purposes import REPLICABLE, KeyPurpose
from components.sections.base import Section, unique
from components.values import HsmClusterId, KeyStoreId, PrincipalArn, Region, SecretArn

_CERTIFICATE = re.compile(r"\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*")


class KeyUsers(Section):
    """Who may use one of the keys."""

    purpose: KeyPurpose
    """Which key."""
    principals: Annotated[tuple[PrincipalArn, ...], Field(min_length=1)]
    """Roles and users that may use it. They need the permission in their own IAM policy too."""


class KeyReplica(Section):
    """The same keys in a second region: what they encrypt can be read there when the first region is gone.

    A key is of one region or of several from its making on. Changing this for a stack that exists **replaces** the
    keys: with `cartorio:protect` the engine refuses to; without it, preview shows them as replaced, and what the old
    ones encrypted is lost with them.
    """

    region: Region
    """Where the replicas are; another region than the stack's."""
    purposes: Annotated[tuple[KeyPurpose, ...], Field(min_length=1)] = REPLICABLE
    """Which keys are replicated. Copies of buckets, backups and volumes are encrypted anew by their services, logs stay
    where they are, and releases are signed in one place only: their keys are refused."""

    @field_validator("purposes")
    @classmethod
    def _purposes(cls, value: tuple[KeyPurpose, ...]) -> tuple[KeyPurpose, ...]:
        for purpose in unique(value, "purpose"):
            if purpose not in REPLICABLE:
                raise PydanticCustomError(
                    "replicable",
                    "must not name '{purpose}': of use in another region are {keys}",
                    {"purpose": purpose.value, "keys": ", ".join(REPLICABLE)},
                )
        return value


class HsmCluster(Section):
    """A CloudHSM cluster, and the key store that KMS has in it.

    A cluster is born without keys: somebody signs its CSR, activates it and makes the user `kmsuser`, by hand
    (https://docs.aws.amazon.com/cloudhsm/latest/userguide/getting-started.html). Then `trustAnchor` and
    `passwordSecret` make the store, `aws kms connect-custom-key-store` connects it, and `id` and `purposes` beside
    this put keys into it. `cartorio hsm check` looks at what is in it.
    """

    id: HsmClusterId | None = None
    """A cluster that exists; absent: the stack has its own, in the intra subnets."""
    hsms: Annotated[int, Field(ge=2, le=6)] = 2
    """HSMs of the stack's own cluster, over the zones in turn. KMS asks for two at least."""
    trust_anchor: Annotated[str, Field(max_length=8192)] | None = None
    """The certificate that the cluster was initialised with (PEM). With it, KMS has a store in the cluster."""
    password_secret: Annotated[SecretArn | None, Field(validate_default=True)] = None
    """The secret in Secrets Manager that holds the first password of `kmsuser`; KMS changes it when it connects."""

    @field_validator("trust_anchor")
    @classmethod
    def _certificate(cls, value: str | None) -> str | None:
        if value is not None and _CERTIFICATE.fullmatch(value) is None:
            raise PydanticCustomError("pem", "must be one certificate in PEM form, -----BEGIN CERTIFICATE-----", {})
        return value

    @field_validator("password_secret")
    @classmethod
    def _both(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "trust_anchor" in info.data and (value is None) != (info.data["trust_anchor"] is None):
            raise PydanticCustomError("both", "must be there if trustAnchor is, and only then", {})
        if value is None and info.data.get("id") is not None:
            raise PydanticCustomError("both", "must be there for a cluster that exists, and trustAnchor too", {})
        return value


class KeyStore(Section):
    """Keys whose material never leaves HSMs of the account's own.

    Where a key is kept is settled when it is made: changing this for a stack that exists **replaces** the keys, as
    `replica` does.
    """

    id: KeyStoreId | None = None
    """The custom key store in which the keys are made; it has to be connected."""
    purposes: tuple[KeyPurpose, ...] = ()
    """Which keys are made in it. They do not rotate by themselves and are of one region; signing keys cannot be."""
    cluster: Annotated[HsmCluster | None, Field(validate_default=True)] = None
    """The cluster behind the store; absent: it is somebody else's business."""

    @field_validator("purposes")
    @classmethod
    def _symmetric(cls, value: tuple[KeyPurpose, ...], info: ValidationInfo) -> tuple[KeyPurpose, ...]:
        unique(value, "purpose")
        if KeyPurpose.RELEASE_SIGNING in value:
            raise PydanticCustomError(
                "symmetric", "must not name 'release-signing': custom key stores keep symmetric keys only", {}
            )
        if "id" in info.data and bool(value) != (info.data["id"] is not None):
            raise PydanticCustomError("both", "must name keys if id names a store, and only then", {})
        return value

    @field_validator("cluster")
    @classmethod
    def _something(cls, value: HsmCluster | None, info: ValidationInfo) -> HsmCluster | None:
        if value is None and info.data.get("id", "") is None:
            raise PydanticCustomError("something", "must be there where id is not", {})
        return value


class Keys(Section):
    """KMS keys."""

    administrators: tuple[PrincipalArn, ...] = ()
    """Who may administer the keys, without using them; empty: whoever the account's IAM policies allow to."""
    users: tuple[KeyUsers, ...] = ()
    """Who may use which key, besides the parts of the platform itself."""
    deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30
    """Days between asking for a key's deletion and losing it."""
    rotation_period_days: Annotated[int, Field(ge=90, le=2560)] = 365
    """Days after which KMS renews a symmetric key's material."""

    replica: KeyReplica | None = None
    """The same keys in a second region; absent: each key is of the stack's region alone."""
    store: KeyStore | None = None
    """A custom key store in CloudHSM; absent: KMS keeps all keys itself."""

    @field_validator("store")
    @classmethod
    def _apart(cls, value: KeyStore | None, info: ValidationInfo) -> KeyStore | None:
        replica = info.data.get("replica")
        both = [purpose for purpose in value.purposes if purpose in replica.purposes] if value and replica else []
        if both:
            raise PydanticCustomError(
                "one_region",
                "must not name '{purpose}', which keys.replica names: a key in a custom store is of one region",
                {"at": "purposes", "purpose": both[0].value},
            )
        return value

    @field_validator("users")
    @classmethod
    def _users(cls, value: tuple[KeyUsers, ...], info: ValidationInfo) -> tuple[KeyUsers, ...]:
        unique(tuple(entry.purpose for entry in value), "purpose")
        administrators = set(info.data.get("administrators", ()))
        both = sorted({principal for entry in value for principal in entry.principals} & administrators)
        if both:
            raise PydanticCustomError(
                "separation",
                "must not name {who}, an administrator of the keys: the two roles are apart",
                {"who": both[0]},
            )
        return value


def replicas_elsewhere(keys: Keys, region: str) -> Keys:
    """Refuse replicas that would be lost together with the originals."""
    if keys.replica is not None and keys.replica.region == region:
        raise PydanticCustomError(
            "elsewhere",
            "must be another region than aws.region, {region}",
            {"at": "replica.region", "region": region},
        )
    return keys


def hsms_placed(keys: Keys, network: object) -> Keys:
    """Refuse a cluster of the stack's own where there are no subnets for it."""
    if network is None and keys.store and keys.store.cluster and keys.store.cluster.id is None:
        raise PydanticCustomError(
            "placed", "needs cartorio:network: HSMs stand in its subnets", {"at": "store.cluster"}
        )
    return keys
