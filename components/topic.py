"""A topic that one service of AWS tells things, and the people and programs that read it.

https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.policies import Condition, Principal, Statement, document

if TYPE_CHECKING:
    import pulumi

    from components.base import Text
    from components.providers import Account
    from components.sections.audit import Subscription


@dataclass(frozen=True)
class Teller:
    """Who publishes: the statement's name in the topic's policy, and the service."""

    sid: str
    service: str


def topic(
    name: str,
    *,
    title: str,
    teller: Teller,
    key_arn: Text | None,
    subscriptions: tuple[Subscription, ...],
    account: Account,
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    """Register the topic, its policy and its subscriptions. Returns its ARN, known once the teller may publish there.

    Args:
        name: of the resources, before their roles.
        title: what readers see it is from.
        teller: who publishes, for things of this account only.
        key_arn: the key that encrypts what is told; None: it is not encrypted.
        subscriptions: who reads.
        account: the account.
        opts: the calling component's `self._child()`.
    """
    made = aws.sns.Topic(f"{name}-topic", display_name=title, kms_master_key_id=key_arn, opts=opts)
    told = Statement(
        sid=teller.sid,
        principal=Principal("Service", (teller.service,)),
        actions=("sns:Publish",),
        resources=(made.arn,),
        conditions=(Condition("StringEquals", "aws:SourceAccount", (account.id,)),),
    )
    policy = aws.sns.TopicPolicy(f"{name}-policy", arn=made.arn, policy=document(told), opts=opts)
    for number, subscription in enumerate(subscriptions, start=1):
        aws.sns.TopicSubscription(
            f"{name}-subscription-{number}",
            topic=made.arn,
            protocol=subscription.protocol.value,
            endpoint=subscription.endpoint,
            opts=opts,
        )
    return policy.arn
