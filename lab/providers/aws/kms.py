"""KMS: keys and their aliases.

https://docs.aws.amazon.com/kms/latest/APIReference/ and terraform-provider-aws' `internal/service/kms`.

Gaps of moto 5.2 and what is done about them:
- `rotationPeriodInDays` is neither kept nor told: the state remembers it (an import leaves it out), and drift in it
  can't be seen in the lab;
- custom key stores are not known to it: a key with a `customKeyStoreId` is checked as KMS would and made as one of
  KMS's own, and the state remembers the store; external ones (`xksKeyId`) are refused by name;
- a policy that locks its own author out is accepted: `bypassPolicyLockoutSafetyCheck` has no effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws import documents
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import Pairs
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_GONE = frozenset({"PendingDeletion", "PendingReplicaDeletion"})
_SYMMETRIC = "SYMMETRIC_DEFAULT"
_DEFAULT_PERIOD = 365
_PERIODS = range(90, 2561)
_WINDOWS = range(7, 31)
_POLICY = "default"  # the only name that a key policy can have


class Key(Resource):
    """`aws.kms.Key`. Its id is the key id; a key that awaits its deletion counts as gone."""

    table = Table(
        "aws:kms/key:Key",
        "kms",
        inputs=(
            "bypassPolicyLockoutSafetyCheck",
            "customKeyStoreId",
            "customerMasterKeySpec",
            "deletionWindowInDays",
            "description",
            "enableKeyRotation",
            "isEnabled",
            "keyUsage",
            "multiRegion",
            "policy",
            "rotationPeriodInDays",
            "tags",
        ),
        outputs=frozenset({"arn", "keyId"}),
        force_new=frozenset({"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion"}),
        defaults={
            "bypassPolicyLockoutSafetyCheck": False,
            "customerMasterKeySpec": _SYMMETRIC,
            "enableKeyRotation": False,
            "isEnabled": True,
            "keyUsage": "ENCRYPT_DECRYPT",
        },
        computed=frozenset({"description", "multiRegion", "policy", "rotationPeriodInDays"}),
        local=frozenset({"bypassPolicyLockoutSafetyCheck", "deletionWindowInDays"}),
        untold=frozenset({"customKeyStoreId", "rotationPeriodInDays"}),
        documents={"policy": documents.same_policy},
        tagging=Tagging(
            by="keyId",
            target="KeyId",
            pairs=Pairs("TagKey", "TagValue"),
            listing="list_resource_tags",
            at_create="Tags",
        ),
    )

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """Ranges, and what asymmetric keys can't have."""
        found = dict(super().check(inputs))
        window, period = inputs.get("deletionWindowInDays"), inputs.get("rotationPeriodInDays")
        if window is not None and window not in _WINDOWS:
            found["deletionWindowInDays"] = f"is {window}: 7 to 30 days are possible"
        if period is not None and period not in _PERIODS:
            found["rotationPeriodInDays"] = f"is {period}: 90 to 2560 days are possible"
        if period is not None and not inputs.get("enableKeyRotation"):
            found["rotationPeriodInDays"] = "needs enableKeyRotation: true"
        if inputs.get("enableKeyRotation") and inputs.get("customerMasterKeySpec", _SYMMETRIC) != _SYMMETRIC:
            found["enableKeyRotation"] = "only symmetric encryption keys (SYMMETRIC_DEFAULT) rotate by themselves"
        if inputs.get("customKeyStoreId") is not None:
            impossible = (
                ("multiRegion", inputs.get("multiRegion")),
                ("enableKeyRotation", inputs.get("enableKeyRotation")),
                ("customerMasterKeySpec", inputs.get("customerMasterKeySpec", _SYMMETRIC) != _SYMMETRIC),
            )
            found |= {name: "is not possible in a custom key store" for name, asked in impossible if asked}
        return found

    def make(self, api: Api, inputs: Properties) -> str:
        """Create the key with its policy and tags."""
        answer = api(
            "create_key",
            BypassPolicyLockoutSafetyCheck=inputs.get("bypassPolicyLockoutSafetyCheck"),
            KeySpec=inputs.get("customerMasterKeySpec"),
            KeyUsage=inputs.get("keyUsage"),
            Description=inputs.get("description"),
            MultiRegion=inputs.get("multiRegion"),
            CustomKeyStoreId=inputs.get("customKeyStoreId"),
            Policy=inputs.get("policy"),
            **self.creation_tags(inputs),
        )
        return str(answer["KeyMetadata"]["KeyId"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Rotation first: a disabled key can't be changed."""
        if inputs.get("enableKeyRotation"):
            self._rotate(api, resource_id, inputs)
        if inputs.get("isEnabled") is False:
            api("disable_key", KeyId=resource_id)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Metadata, policy and rotation."""
        metadata = api("describe_key", KeyId=resource_id)["KeyMetadata"]
        key_id = metadata["KeyId"]
        if metadata["KeyState"] in _GONE:
            raise NotFoundError(f"KMS key {resource_id} is pending deletion")
        rotation: dict[str, Any] = {}
        if metadata.get("Origin") == "AWS_KMS" and metadata.get("KeySpec") == _SYMMETRIC:
            rotation = api("get_key_rotation_status", KeyId=key_id)
        rotates = bool(rotation.get("KeyRotationEnabled"))
        period = rotation.get("RotationPeriodInDays") or known.get("rotationPeriodInDays")
        if period is None and known and "keyId" not in known:
            period = _DEFAULT_PERIOD  # we have just set it ourselves: these are inputs, not what an import found
        return {
            "arn": metadata["Arn"],
            "customerMasterKeySpec": metadata["KeySpec"],
            "description": metadata.get("Description", ""),
            "enableKeyRotation": rotates,
            "isEnabled": metadata["Enabled"],
            "keyId": key_id,
            "keyUsage": metadata["KeyUsage"],
            "multiRegion": bool(metadata.get("MultiRegion")),
            "policy": documents.normal(api("get_key_policy", KeyId=key_id, PolicyName=_POLICY)["Policy"]),
            "rotationPeriodInDays": period if rotates else None,
        }

    def identify(self, resource_id: str, properties: Properties) -> str:
        """The key's own id, also where it was imported by an ARN or an alias."""
        del resource_id
        return str(properties["keyId"])

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Enable before and disable after everything else."""
        del old
        enabled = new.get("isEnabled", True)
        if "isEnabled" in changed and enabled:
            api("enable_key", KeyId=resource_id)
        if "description" in changed:
            api("update_key_description", KeyId=resource_id, Description=new.get("description", ""))
        if changed & {"enableKeyRotation", "rotationPeriodInDays"}:
            if new.get("enableKeyRotation"):
                self._rotate(api, resource_id, new)
            else:
                api("disable_key_rotation", KeyId=resource_id)
        if "policy" in changed and new.get("policy") is not None:
            api(
                "put_key_policy",
                KeyId=resource_id,
                PolicyName=_POLICY,
                Policy=new["policy"],
                BypassPolicyLockoutSafetyCheck=new.get("bypassPolicyLockoutSafetyCheck"),
            )
        if "isEnabled" in changed and not enabled:
            api("disable_key", KeyId=resource_id)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Schedule the deletion; a key can't be deleted at once."""
        if api("describe_key", KeyId=resource_id)["KeyMetadata"]["KeyState"] in _GONE:
            return
        api("schedule_key_deletion", KeyId=resource_id, PendingWindowInDays=known.get("deletionWindowInDays"))

    @staticmethod
    def _rotate(api: Api, key_id: str, inputs: Properties) -> None:
        api("enable_key_rotation", KeyId=key_id, RotationPeriodInDays=inputs.get("rotationPeriodInDays"))


class ReplicaKey(Resource):
    """`aws.kms.ReplicaKey`. Its id is the key id, which is its primary's; moto keeps nothing of what it is given."""

    table = Table(
        "aws:kms/replicaKey:ReplicaKey",
        "kms",
        inputs=(
            "bypassPolicyLockoutSafetyCheck",
            "deletionWindowInDays",
            "description",
            "enabled",
            "policy",
            "primaryKeyArn",
            "tags",
        ),
        outputs=frozenset({"arn", "keyId", "keySpec", "keyUsage"}),
        force_new=frozenset({"primaryKeyArn"}),
        defaults={"bypassPolicyLockoutSafetyCheck": False, "enabled": True},
        computed=frozenset({"policy"}),
        local=frozenset({"bypassPolicyLockoutSafetyCheck", "deletionWindowInDays"}),
        documents={"policy": documents.same_policy},
        tagging=Tagging(
            by="keyId",
            target="KeyId",
            pairs=Pairs("TagKey", "TagValue"),
            listing="list_resource_tags",
            at_create=None,
        ),
    )

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """The window, and what can be replicated."""
        found, window = dict(super().check(inputs)), inputs.get("deletionWindowInDays")
        if window is not None and window not in _WINDOWS:
            found["deletionWindowInDays"] = f"is {window}: 7 to 30 days are possible"
        primary = inputs.get("primaryKeyArn")
        if isinstance(primary, str) and primary.startswith("arn:") and ":key/mrk-" not in primary:
            found["primaryKeyArn"] = (
                f"is {primary!r}: it must be the ARN of a multi-Region key, whose id begins with mrk-"
            )
        return found

    def make(self, api: Api, inputs: Properties) -> str:
        """Ask the primary's region for it."""
        arn = str(inputs["primaryKeyArn"])
        primary = self.cloud.api("kms", arn.split(":")[3])
        answer = primary(
            "replicate_key", KeyId=arn.rpartition("/")[2], ReplicaRegion=api.region, Policy=inputs.get("policy")
        )
        return str(answer["ReplicaKeyMetadata"]["KeyId"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """What moto copied from the primary becomes the replica's own."""
        api("update_key_description", KeyId=resource_id, Description=inputs.get("description", ""))
        self._put_policy(api, resource_id, inputs)
        tagging = self.table.tagging
        if tagging is not None:
            tagging.write(api, resource_id, tagging.read(api, resource_id), self.rules.merged(inputs.get("tags")))
        if inputs.get("enabled") is False:
            api("disable_key", KeyId=resource_id)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Metadata and policy."""
        del known
        metadata = api("describe_key", KeyId=resource_id)["KeyMetadata"]
        if metadata["KeyState"] in _GONE:
            raise NotFoundError(f"KMS key {resource_id} is pending deletion")
        return {
            "arn": metadata["Arn"],
            "description": metadata.get("Description") or None,
            "enabled": metadata["Enabled"],
            "keyId": metadata["KeyId"],
            "keySpec": metadata["KeySpec"],
            "keyUsage": metadata["KeyUsage"],
            "policy": documents.normal(api("get_key_policy", KeyId=resource_id, PolicyName=_POLICY)["Policy"]),
            "primaryKeyArn": metadata["MultiRegionConfiguration"]["PrimaryKey"]["Arn"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Enable before and disable after everything else."""
        del old
        enabled = new.get("enabled", True)
        if "enabled" in changed and enabled:
            api("enable_key", KeyId=resource_id)
        if "description" in changed:
            api("update_key_description", KeyId=resource_id, Description=new.get("description", ""))
        if "policy" in changed:
            self._put_policy(api, resource_id, new)
        if "enabled" in changed and not enabled:
            api("disable_key", KeyId=resource_id)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Schedule its deletion; the primary stays."""
        if api("describe_key", KeyId=resource_id)["KeyMetadata"]["KeyState"] in _GONE:
            return
        api("schedule_key_deletion", KeyId=resource_id, PendingWindowInDays=known.get("deletionWindowInDays"))

    @staticmethod
    def _put_policy(api: Api, key_id: str, inputs: Properties) -> None:
        if inputs.get("policy") is not None:
            api(
                "put_key_policy",
                KeyId=key_id,
                PolicyName=_POLICY,
                Policy=inputs["policy"],
                BypassPolicyLockoutSafetyCheck=inputs.get("bypassPolicyLockoutSafetyCheck"),
            )


class Alias(Resource):
    """`aws.kms.Alias`. Its id is its name, `alias/...`."""

    table = Table(
        "aws:kms/alias:Alias",
        "kms",
        inputs=("name", "targetKeyId"),
        outputs=frozenset({"arn", "targetKeyArn"}),
        volatile=frozenset({"targetKeyArn"}),
        force_new=frozenset({"name"}),
        equivalent={"targetKeyId": lambda one, two: _key_id(one) == _key_id(two)},
        autoname="name",
        autoname_max=238,
        autoname_transform=lambda name: name if name.startswith("alias/") else f"alias/{name}",
    )

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """The name's form."""
        name = str(inputs.get("name", "alias/x"))
        if not name.startswith("alias/") or name.startswith("alias/aws/"):
            return {"name": f"is {name!r}: it must begin with 'alias/', and 'alias/aws/' is AWS's own"}
        return {}

    def make(self, api: Api, inputs: Properties) -> str:
        """Point the name at the key."""
        api("create_alias", AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
        return str(inputs["name"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """KMS has no way to ask for one alias: its list is searched."""
        del known
        found = find_alias(api, resource_id)
        return {
            "arn": found["AliasArn"],
            "name": found["AliasName"],
            "targetKeyArn": key_arn(found),
            "targetKeyId": found["TargetKeyId"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Point the name at another key."""
        del old, changed
        api("update_alias", AliasName=resource_id, TargetKeyId=new["targetKeyId"])

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Forget the name; the key stays."""
        del known
        api("delete_alias", AliasName=resource_id)


def find_alias(api: Api, name: str) -> dict[str, Any]:
    """The alias as KMS lists it.

    Raises:
        NotFoundError: there is none of that name, or it names no key.
    """
    for alias in api.pages("list_aliases", "Aliases"):
        if alias["AliasName"] == name and alias.get("TargetKeyId"):
            return alias
    raise NotFoundError(f"there is no KMS alias {name} in {api.region}")


def key_arn(alias: Mapping[str, Any]) -> str:
    """The ARN of the key behind an alias, from the alias' own ARN."""
    prefix, _, _ = str(alias["AliasArn"]).partition(":alias/")
    return f"{prefix}:key/{alias['TargetKeyId']}"


def _key_id(value: object) -> str:
    return str(value).rpartition(":key/")[2]


TYPES: tuple[type[Resource], ...] = (Key, ReplicaKey, Alias)
