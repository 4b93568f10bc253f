"""Reads the keys of an account from KMS. Never changes anything."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from components.account import KnownAccount
from delivery.keys.model import Found, FoundKey
from lab.errors import LabError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mypy_boto3_kms import KMSClient

MOST_KEYS = 2000
"""Keys of one account and region that are looked at, each in two calls."""
_MOST_ALIASES = 10_000
_CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 4})
_AWS_OWN = "alias/aws/"
_HIDDEN = {"AccessDeniedException", "AccessDenied"}
_GONE = {"NotFoundException"}
_NO_STORE = "CustomKeyStoreNotFoundException"
_UNTOLD = "not told"  # of a key, KMS promises to tell nothing but its id
_AT_REST = {"Enabled", "Disabled"}  # KMS tells nothing of the rotation of keys in other states
_REMEDY = (
    "sign in to AWS (`aws sts get-caller-identity` must answer), or open `cartorio shell` for the lab; the caller needs"
    " kms:ListAliases, ListKeys, DescribeKey, ListResourceTags, GetKeyRotationStatus, GetKeyPolicy and, where the stack"
    " names a key store, DescribeCustomKeyStores"
)


def account(region: str, allowed: Collection[str]) -> KnownAccount:
    """Whose credentials these are.

    Args:
        region: the stack's region.
        allowed: the only accounts that the stack may touch; empty: any.

    Raises:
        LabError: there are no credentials, or STS does not answer.
        UsageError: they belong to another account.
    """
    with _answering("STS", region):
        caller = boto3.client("sts", region_name=region, config=_CONFIG).get_caller_identity()
    if allowed and caller["Account"] not in allowed:
        raise UsageError(
            f"the credentials belong to account {caller['Account']}; the stack is for {', '.join(sorted(allowed))}",
            where="cartorio:aws.accounts",
            remedy="use credentials of the stack's account",
        )
    return KnownAccount(caller["Account"], caller["Arn"].split(":")[1], region)


def read(region: str, declared: Collection[str]) -> Found:
    """The aliases and keys of a region; rotation and policy only of those behind the `declared` aliases.

    Raises:
        LabError: KMS does not answer, refuses to tell about a declared key, or has more than can be looked at.
    """
    with _answering("KMS", region):
        kms = boto3.client("kms", region_name=region, config=_CONFIG)
        aliases = _aliases(kms)
        wanted = {target for alias, target in aliases.items() if alias in declared}
        of_aws = {target for alias, target in aliases.items() if alias.startswith(_AWS_OWN)}
        keys: dict[str, FoundKey] = {}
        unreadable: list[str] = []
        for key_id in _key_ids(kms):
            if key_id in of_aws:
                continue
            try:
                key = _key(kms, key_id, in_full=key_id in wanted)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in _HIDDEN and key_id not in wanted:
                    unreadable.append(key_id)
                elif code not in _GONE:  # deleted since it was listed
                    raise
                continue
            if key is not None:
                keys[key_id] = key
    return Found(aliases, keys, tuple(unreadable))


def store_state(region: str, store: str) -> str | None:
    """`ConnectionState` of a custom key store; None if there is no such store.

    Raises:
        LabError: KMS does not answer, or refuses.
    """
    with _answering("KMS", region):
        kms = boto3.client("kms", region_name=region, config=_CONFIG)
        try:
            (found,) = kms.describe_custom_key_stores(CustomKeyStoreId=store)["CustomKeyStores"]
        except ClientError as error:
            if error.response["Error"]["Code"] == _NO_STORE:
                return None
            raise
        return found["ConnectionState"]


def _aliases(kms: KMSClient) -> dict[str, str]:
    aliases: dict[str, str] = {}
    for page in kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 100}):
        aliases |= {entry["AliasName"]: entry.get("TargetKeyId", "") for entry in page["Aliases"]}
        if len(aliases) > _MOST_ALIASES:
            raise _too_many("aliases", _MOST_ALIASES)
    return aliases


def _key_ids(kms: KMSClient) -> list[str]:
    ids: list[str] = []
    for page in kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 1000}):
        ids += [entry["KeyId"] for entry in page["Keys"]]
        if len(ids) > MOST_KEYS:
            raise _too_many("keys", MOST_KEYS)
    return ids


def _key(kms: KMSClient, key_id: str, *, in_full: bool) -> FoundKey | None:
    """One key; None if it is AWS's own."""
    told = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    if told.get("KeyManager") == "AWS":
        return None
    rotates: bool | None = None
    period: int | None = None
    policy: str | None = None
    if in_full and told.get("KeyState") in _AT_REST:
        rotation = kms.get_key_rotation_status(KeyId=key_id)
        rotates, period = rotation["KeyRotationEnabled"], rotation.get("RotationPeriodInDays")
    if in_full:
        policy = kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]
    deletion = told.get("DeletionDate")
    return FoundKey(
        id=key_id,
        state=told.get("KeyState", _UNTOLD),
        spec=told.get("KeySpec", _UNTOLD),
        usage=told.get("KeyUsage", _UNTOLD),
        tags={
            tag["TagKey"]: tag["TagValue"]
            for page in kms.get_paginator("list_resource_tags").paginate(KeyId=key_id)  # at most 50 tags a key
            for tag in page["Tags"]
        },
        deletion=deletion.date().isoformat() if deletion else None,
        rotates=rotates,
        rotation_period_days=period,
        policy=policy,
        multi_region=bool(told.get("MultiRegion")),
        store=told.get("CustomKeyStoreId"),
    )


def _too_many(what: str, most: int) -> LabError:
    return LabError(
        f"the account has more than {most} {what} in this region; not all of them were looked at, so nothing is said",
        remedy="delete what nobody needs, or raise the bound in delivery/keys/cloud.py",
    )


@contextmanager
def _answering(service: str, region: str) -> Iterator[None]:
    """Turns what AWS's library raises into what a person can act on."""
    where = f"{service} in {region}"
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError, ProfileNotFound) as error:
        raise LabError(f"there are no credentials for AWS: {error}", where=where, remedy=_REMEDY) from error
    except ClientError as error:
        told = error.response["Error"]
        raise LabError(
            f"{service} refused {error.operation_name}: {told.get('Code')}: {told.get('Message', '')}",
            where=where,
            remedy=_REMEDY,
        ) from error
    except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint in the environment that is no address
        raise LabError(
            f"{service} does not answer: {error}",
            where=where,
            remedy="see that the network, the region, AWS_PROFILE and AWS_ENDPOINT_URL are right; then try again",
        ) from error
