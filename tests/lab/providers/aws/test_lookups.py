from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from lab.providers.aws import lookups
from lab.providers.aws.account import Account
from lab.providers.model import UNKNOWN
from tests.support.aws_case import KEYS
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine

KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"


def test_caller_identity(engine: Engine) -> None:
    found = engine.invoke("aws:index/getCallerIdentity:getCallerIdentity")
    assert found["accountId"] == found["id"] == "123456789012"
    assert found["arn"].startswith("arn:aws:sts::123456789012:")
    assert found["userId"]


def test_region(engine: Engine) -> None:
    assert engine.invoke("aws:index/getRegion:getRegion") == {
        "description": "South America (Sao Paulo)",
        "endpoint": "ec2.sa-east-1.amazonaws.com",
        "id": "sa-east-1",
        "name": "sa-east-1",
        "region": "sa-east-1",
    }
    other = engine.invoke("aws:index/getRegion:getRegion", endpoint="ec2.eu-west-1.amazonaws.com")
    assert other["region"] == "eu-west-1"
    assert engine.invoke("aws:index/getRegion:getRegion", region="us-east-1")["id"] == "us-east-1"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"region": "mars-1"}, "there is no AWS region mars-1"),
        ({"region": "eu-west-1", "endpoint": "ec2.us-east-1.amazonaws.com"}, "is not the endpoint of eu-west-1"),
    ],
)
def test_no_such_region(engine: Engine, arguments: dict[str, str], said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        engine.invoke("aws:index/getRegion:getRegion", **arguments)


@pytest.mark.parametrize(
    ("region", "partition", "suffix"),
    [("sa-east-1", "aws", "amazonaws.com"), ("cn-north-1", "aws-cn", "amazonaws.com.cn")],
)
def test_partition(bare: Engine, region: str, partition: str, suffix: str) -> None:
    bare.configure(region=region, **KEYS)
    found = bare.invoke("aws:index/getPartition:getPartition")
    assert (found["partition"], found["id"], found["dnsSuffix"]) == (partition, partition, suffix)


def test_alias_and_key(engine: Engine) -> None:
    key = engine.create(KEY, "k", {"description": "d"})
    engine.create(ALIAS, "a", {"name": "alias/x", "targetKeyId": key.id})
    alias = engine.invoke("aws:kms/getAlias:getAlias", name="alias/x")
    assert alias["targetKeyId"] == key.id
    assert alias["targetKeyArn"] == key.outputs["arn"]
    assert alias["id"] == alias["arn"] == "arn:aws:kms:sa-east-1:123456789012:alias/x"
    found = engine.invoke("aws:kms/getKey:getKey", keyId="alias/x")
    assert found["id"] == key.id
    assert found["keyId"] == "alias/x"
    assert (found["description"], found["keyState"], found["enabled"]) == ("d", "Enabled", True)


def test_public_key(engine: Engine) -> None:
    key = engine.create(KEY, "k", {"customerMasterKeySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY"})
    found = engine.invoke("aws:kms/getPublicKey:getPublicKey", keyId=key.id)
    der = load_der_public_key(base64.b64decode(found["publicKey"]))
    assert load_pem_public_key(found["publicKeyPem"].encode()) == der
    assert found["arn"] == key.outputs["arn"]
    assert found["signingAlgorithms"] == ["ECDSA_SHA_256"]


def test_what_is_not_there_is_an_error(engine: Engine) -> None:
    with pytest.raises(RefusedError, match="there is no KMS alias alias/none in sa-east-1"):
        engine.invoke("aws:kms/getAlias:getAlias", name="alias/none")
    with pytest.raises(RefusedError, match="kms:DescribeKey"):
        engine.invoke("aws:kms/getKey:getKey", keyId="alias/none")


def test_unsupported_argument_is_refused_by_name(engine: Engine) -> None:
    with pytest.raises(RefusedError, match="colour"):
        engine.invoke("aws:kms/getAlias:getAlias", name="alias/x", colour="red")
    with pytest.raises(RefusedError, match="needs the argument name"):
        engine.invoke("aws:kms/getAlias:getAlias")


@pytest.mark.parametrize("look_up", lookups.FUNCTIONS, ids=lambda look_up: look_up.__name__)
def test_outputs_are_the_sdks(engine: Engine, by_hand: Hands, look_up: type[lookups.LookUp]) -> None:
    """Every output that the SDK's result has, and no other."""
    import importlib
    import inspect

    bound = look_up(Account({}))
    key = engine.create(KEY, "k", {"customerMasterKeySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY"})
    engine.create(ALIAS, "a", {"name": "alias/x", "targetKeyId": key.id})
    arguments = {name: value for name, value in {"name": "alias/x", "keyId": key.id}.items() if name in bound.arguments}
    if look_up is lookups.GetSecretVersion:
        secret = by_hand("secretsmanager").create_secret(Name="x", SecretString="s")
        arguments = {"secretId": secret["ARN"], "versionStage": "AWSCURRENT"}
    found = engine.invoke(bound.token, **({} if look_up.name.startswith("index/") else arguments))
    area = look_up.name.partition("/")[0]
    module = importlib.import_module("pulumi_aws" if area == "index" else f"pulumi_aws.{area}")
    result = getattr(module, f"{look_up.__name__}Result")
    names = set(inspect.signature(result).parameters) - {"__self__"}
    expected = {head + "".join(word.title() for word in rest) for head, *rest in (name.split("_") for name in names)}
    assert found.keys() | {"grantTokens"} == expected | {"grantTokens"}
    assert UNKNOWN not in found.values()


def test_secret_version(engine: Engine, by_hand: Hands) -> None:
    secret = by_hand("secretsmanager").create_secret(Name="cartorio/hsm", SecretString="first")
    found = engine.invoke("aws:secretsmanager/getSecretVersion:getSecretVersion", secretId=secret["ARN"])
    assert (found["secretString"], found["arn"]) == ("first", secret["ARN"])
    by_hand("secretsmanager").put_secret_value(SecretId="cartorio/hsm", SecretString="second")
    asked = {"secretId": "cartorio/hsm", "versionStage": "AWSPREVIOUS"}
    assert engine.invoke("aws:secretsmanager/getSecretVersion:getSecretVersion", **asked)["secretString"] == "first"
    with pytest.raises(RefusedError, match="ResourceNotFoundException"):
        engine.invoke("aws:secretsmanager/getSecretVersion:getSecretVersion", secretId="cartorio/none")
