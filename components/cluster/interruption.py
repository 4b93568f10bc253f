"""A queue that tells Karpenter which machines AWS is about to take away, so that their pods move in time.

https://karpenter.sh/docs/concepts/disruption/#interruption
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pulumi_aws as aws

from components.base import Component
from components.policies import EVERYONE, Condition, Effect, Principal, Statement, document

if TYPE_CHECKING:
    import pulumi

# What nobody has read in five minutes is no news any more.
_KEPT_SECONDS = 300
_EVENTS: Final = {
    "maintenance": ("aws.health", "AWS Health Event"),
    "rebalance": ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "spot": ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "state": ("aws.ec2", "EC2 Instance State-change Notification"),
}


class Interruptions(Component):
    """The queue, and the rules of EventBridge that fill it.

    Attributes:
        queue: its name.
        arn: its ARN.
    """

    TYPE = "cartorio:cluster:Interruptions"
    queue: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        queue = aws.sqs.Queue(
            f"{name}-queue",
            message_retention_seconds=_KEPT_SECONDS,
            # EventBridge could not write with a key of ours unless that let EventBridge in; there is no secret in it.
            sqs_managed_sse_enabled=True,
            opts=self._child(),
        )
        rules = [self._rule(name, role, *event) for role, event in _EVENTS.items()]
        policy = aws.sqs.QueuePolicy(
            f"{name}-policy",
            queue_url=queue.url,
            policy=document(
                Statement(
                    sid="Tell",
                    principal=Principal("Service", ("events.amazonaws.com",)),
                    actions=("sqs:SendMessage",),
                    resources=(queue.arn,),
                    conditions=(Condition("ArnEquals", "aws:SourceArn", tuple(rule.arn for rule in rules)),),
                ),
                Statement(
                    sid="OnlyOverTls",
                    effect=Effect.DENY,
                    principal=EVERYONE,
                    actions=("sqs:*",),
                    resources=(queue.arn,),
                    conditions=(Condition("Bool", "aws:SecureTransport", ("false",)),),
                ),
            ),
            opts=self._child(),
        )
        for role, rule in zip(_EVENTS, rules, strict=True):
            aws.cloudwatch.EventTarget(
                f"{name}-{role}-target", rule=rule.name, arn=queue.arn, opts=self._child(depends_on=[policy])
            )
        self.queue, self.arn = queue.name, queue.arn
        self.register_outputs({"queue": self.queue})

    def _rule(self, name: str, role: str, source: str, kind: str) -> aws.cloudwatch.EventRule:
        return aws.cloudwatch.EventRule(
            f"{name}-{role}",
            description=f"For Karpenter: {kind}",
            event_pattern=json.dumps({"source": [source], "detail-type": [kind]}),
            opts=self._child(),
        )
