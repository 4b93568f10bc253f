"""What AWS computes for the cluster's types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.answers.common import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable


def _cluster(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del name
    return {
        "arn": f"arn:aws:eks:sa-east-1:{ACCOUNT}:cluster/{inputs['name']}",
        "endpoint": f"https://{inputs['name']}.eks.example",
        "certificateAuthority": {"data": "Y2VydGlmaWNhdGU="},
        "vpcConfig": {**inputs["vpcConfig"], "clusterSecurityGroupId": "sg-cluster"},
    }


def _template(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del name, inputs
    return {"latestVersion": 7}


def _named(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    return {"name": inputs.get("name", f"{name}-1234567")}


def _queue(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    physical = inputs.get("name", f"{name}-1234567")
    return {
        "name": physical,
        "arn": f"arn:aws:sqs:sa-east-1:{ACCOUNT}:{physical}",
        "url": f"https://sqs.sa-east-1.amazonaws.com/{ACCOUNT}/{physical}",
    }


def _rule(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    physical = inputs.get("name", f"{name}-1234567")
    return {"name": physical, "arn": f"arn:aws:events:sa-east-1:{ACCOUNT}:rule/{physical}"}


ANSWERS: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
    "aws:cloudwatch/eventRule:EventRule": _rule,
    "aws:ec2/launchTemplate:LaunchTemplate": _template,
    "aws:eks/cluster:Cluster": _cluster,
    "aws:iam/instanceProfile:InstanceProfile": _named,
    "aws:sqs/queue:Queue": _queue,
}
