"""Look-ups (`aws.get_region()`, `aws.kms.get_alias(...)`), with the output names of pulumi-aws 7."""

from __future__ import annotations

import base64
import textwrap
from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from lab.providers.aws.kms import find_alias, key_arn
from lab.providers.kit.shapes import STRING, ListOf, Shape
from lab.providers.model import NotFoundError, Properties, ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.account import Account
    from lab.providers.aws.cloud import Api

_PARTITIONS = {
    "aws": ("amazonaws.com", "com.amazonaws"),
    "aws-cn": ("amazonaws.com.cn", "cn.com.amazonaws"),
    "aws-us-gov": ("amazonaws.com", "com.amazonaws"),
}

_TYPES: dict[str, Shape] = {"grantTokens": ListOf(STRING)}  # the others are text


class LookUp(ABC):
    """One function. `id` is among every look-up's arguments, a relic that the official provider ignores."""

    name: ClassVar[str]
    arguments: ClassVar[tuple[str, ...]] = ()
    required: ClassVar[tuple[str, ...]] = ()

    def __init__(self, account: Account) -> None:
        self._account = account

    @property
    def token(self) -> str:
        """Pulumi's name of the function."""
        return f"aws:{self.name}:{self.name.rpartition('/')[2]}"

    @cached_property
    def inputs(self) -> Mapping[str, Any]:
        """The arguments and their types."""
        return {name: _TYPES.get(name, STRING) for name in ("id", *self.arguments)}

    def call(self, arguments: Properties) -> Properties:
        """Answer; a missing thing is an error here."""
        if missing := [name for name in self.required if name not in arguments]:
            raise ResourceError(f"{self.token} needs the argument {', '.join(missing)}")
        try:
            return {name: value for name, value in self.answer(arguments).items() if value is not None}
        except NotFoundError as error:
            raise ResourceError(str(error)) from error

    @abstractmethod
    def answer(self, arguments: Properties) -> dict[str, Any]:
        """The outputs; None stands for absent."""

    def _api(self, service: str, arguments: Properties) -> Api:
        return self._account.cloud.api(service, arguments.get("region"))


class GetCallerIdentity(LookUp):
    """Whose credentials these are."""

    name = "index/getCallerIdentity"

    def answer(self, arguments: Properties) -> dict[str, Any]:
        """Ask STS."""
        del arguments
        who = self._account.cloud.identity
        return {"accountId": who["Account"], "arn": who["Arn"], "id": who["Account"], "userId": who["UserId"]}


class GetRegion(LookUp):
    """The provider's region, or what is known of another."""

    name = "index/getRegion"
    arguments = ("endpoint", "name", "region")

    def answer(self, arguments: Properties) -> dict[str, Any]:
        """Answer from botocore's own list of regions."""
        from botocore.loaders import create_loader

        regions: dict[str, str] = {
            name: region["description"]
            for partition in create_loader().load_data("endpoints")["partitions"]
            for name, region in partition["regions"].items()
        }
        wanted = arguments.get("region") or arguments.get("name")
        if arguments.get("endpoint"):
            region = str(arguments["endpoint"]).removeprefix("ec2.").partition(".")[0]
            if wanted and wanted != region:
                raise ResourceError(f"{arguments['endpoint']} is not the endpoint of {wanted}")
        else:
            region = str(wanted or self._account.cloud.region)
        if region not in regions:
            raise ResourceError(f"there is no AWS region {region}")
        suffix = _PARTITIONS["aws-cn" if region.startswith("cn-") else "aws"][0]
        return {
            "description": regions[region],
            "endpoint": f"ec2.{region}.{suffix}",
            "id": region,
            "name": region,
            "region": region,
        }


class GetPartition(LookUp):
    """The partition that the provider's region is in."""

    name = "index/getPartition"

    def answer(self, arguments: Properties) -> dict[str, Any]:
        """Answer from the table."""
        del arguments
        partition = self._account.cloud.partition
        suffix, reverse = _PARTITIONS[partition]
        return {"dnsSuffix": suffix, "id": partition, "partition": partition, "reverseDnsPrefix": reverse}


class GetAlias(LookUp):
    """A KMS alias by name."""

    name = "kms/getAlias"
    arguments = ("name", "region")
    required = ("name",)

    def answer(self, arguments: Properties) -> dict[str, Any]:
        """Search the aliases."""
        api = self._api("kms", arguments)
        alias = find_alias(api, str(arguments["name"]))
        return {
            "arn": alias["AliasArn"],
            "id": alias["AliasArn"],
            "name": alias["AliasName"],
            "region": api.region,
            "targetKeyArn": key_arn(alias),
            "targetKeyId": alias["TargetKeyId"],
        }


class GetKey(LookUp):
    """A KMS key's metadata by id, ARN or alias."""

    name = "kms/getKey"
    arguments = ("grantTokens", "keyId", "region")
    required = ("keyId",)

    def answer(self, arguments: Properties) -> dict[str, Any]:
        """Describe the key."""
        api = self._api("kms", arguments)
        found = api("describe_key", KeyId=arguments["keyId"], GrantTokens=arguments.get("grantTokens"))["KeyMetadata"]
        deletion = found.get("DeletionDate")
        return {
            "arn": found["Arn"],
            "awsAccountId": found["AWSAccountId"],
            "cloudHsmClusterId": found.get("CloudHsmClusterId", ""),
            "creationDate": found["CreationDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "customKeyStoreId": found.get("CustomKeyStoreId", ""),
            "customerMasterKeySpec": found["CustomerMasterKeySpec"],
            "deletionDate": deletion.strftime("%Y-%m-%dT%H:%M:%SZ") if deletion else "",
            "description": found.get("Description", ""),
            "enabled": found["Enabled"],
            "expirationModel": found.get("ExpirationModel", ""),
            "grantTokens": arguments.get("grantTokens"),
            "id": found["KeyId"],
            "keyId": arguments["keyId"],
            "keyManager": found["KeyManager"],
            "keySpec": found["KeySpec"],
            "keyState": found["KeyState"],
            "keyUsage": found["KeyUsage"],
            "multiRegion": bool(found.get("MultiRegion")),
            "multiRegionConfigurations": [],
            "origin": found["Origin"],
            "pendingDeletionWindowInDays": found.get("PendingDeletionWindowInDays", 0),
            "region": api.region,
            "validTo": "",
            "xksKeyConfigurations": [],
        }


class GetPublicKey(LookUp):
    """The public half of an asymmetric KMS key, as DER (base64) and PEM."""

    name = "kms/getPublicKey"
    arguments = ("grantTokens", "keyId", "region")
    required = ("keyId",)

    def answer(self, arguments: Properties) -> dict[str, Any]:
        """Ask KMS."""
        api = self._api("kms", arguments)
        named = {"KeyId": arguments["keyId"], "GrantTokens": arguments.get("grantTokens")}
        found = api("get_public_key", **named)
        arn = str(found["KeyId"])
        if not arn.startswith("arn:"):  # moto 5.2 answers with the id
            arn = api("describe_key", **named)["KeyMetadata"]["Arn"]
        der = base64.b64encode(found["PublicKey"]).decode()
        body = "\n".join(textwrap.wrap(der, 64))
        return {
            "arn": arn,
            "customerMasterKeySpec": found.get("CustomerMasterKeySpec") or found.get("KeySpec"),
            "encryptionAlgorithms": list(found.get("EncryptionAlgorithms") or ()),
            "grantTokens": arguments.get("grantTokens"),
            "id": arn,
            "keyId": arguments["keyId"],
            "keyUsage": found["KeyUsage"],
            "publicKey": der,
            "publicKeyPem": f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n",
            "region": api.region,
            "signingAlgorithms": list(found.get("SigningAlgorithms") or ()),
        }


class GetSecretVersion(LookUp):
    """The value of a secret in Secrets Manager: its version of now, or one that is named."""

    name = "secretsmanager/getSecretVersion"
    arguments = ("region", "secretId", "versionId", "versionStage")
    required = ("secretId",)

    def answer(self, arguments: Properties) -> dict[str, Any]:
        """Ask Secrets Manager."""
        api = self._api("secretsmanager", arguments)
        found = api(
            "get_secret_value",
            SecretId=arguments["secretId"],
            VersionId=arguments.get("versionId"),
            VersionStage=arguments.get("versionStage"),
        )
        binary = found.get("SecretBinary")
        return {
            "arn": found["ARN"],
            "createdDate": found["CreatedDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "id": f"{arguments['secretId']}|{found['VersionId']}",
            "region": api.region,
            "secretArn": found["ARN"],
            "secretBinary": base64.b64encode(binary).decode() if binary else "",
            "secretId": arguments["secretId"],
            "secretString": found.get("SecretString", ""),
            "versionId": found["VersionId"],
            "versionStage": arguments.get("versionStage"),
            "versionStages": list(found["VersionStages"]),
        }


FUNCTIONS: tuple[type[LookUp], ...] = (
    GetCallerIdentity,
    GetRegion,
    GetPartition,
    GetAlias,
    GetKey,
    GetPublicKey,
    GetSecretVersion,
)
