"""What AWS computes for the types of replicas and HSMs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.answers.common import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable


def _replica(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del inputs
    return {"arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:{name}", "keyId": f"id-of-{name}"}


def _cluster(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del inputs
    return {"clusterId": f"id-of-{name}"}


ANSWERS: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
    "aws:kms/replicaKey:ReplicaKey": _replica,
    "aws:cloudhsmv2/cluster:Cluster": _cluster,
}
