"""What the providers compute for the types that several areas use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = "123456789012"


def _role(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    physical = inputs.get("name", f"{name}-1234567")
    return {"name": physical, "arn": f"arn:aws:iam::{ACCOUNT}:role/{physical}"}


def _key(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del inputs
    return {"keyId": f"id-of-{name}"}


def _bucket(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    physical = inputs.get("bucket", f"{name}-1234567")
    return {"bucket": physical, "arn": f"arn:aws:s3:::{physical}"}


def _named(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    return {"name": inputs.get("name", f"{name}-1234567")}


def _repository(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del name
    return {"repositoryUrl": f"{ACCOUNT}.dkr.ecr.sa-east-1.amazonaws.com/{inputs['name']}"}


def _password(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del name
    return {"result": "p" * int(inputs["length"])}


def _release(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del name
    return {"status": {"namespace": inputs["namespace"], "name": inputs["name"], "status": "deployed"}}


def _registry(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del name, inputs
    return {"registryId": ACCOUNT}


ANSWERS: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
    "aws:cloudwatch/logGroup:LogGroup": _named,
    "aws:ecr/registryPolicy:RegistryPolicy": _registry,
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": _registry,
    "aws:ecr/repository:Repository": _repository,
    "aws:iam/role:Role": _role,
    "aws:kms/key:Key": _key,
    "aws:s3/bucket:Bucket": _bucket,
    "kubernetes:helm.sh/v3:Release": _release,
    "random:index/randomPassword:RandomPassword": _password,
}
