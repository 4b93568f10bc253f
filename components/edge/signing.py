"""DNSSEC: answers of the zone are signed, with a key in KMS that Route 53 uses and nobody reads.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html: the key is in us-east-1, P-256,
and for Route 53 alone. Until the registrar has the DS record (an output) nobody checks the signatures; from then on the
zone must not lose its key: take the DS record away first, and wait for two days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.policies import Condition, Principal, Statement, document

if TYPE_CHECKING:
    from components.providers import Account

_SERVICE = Principal("Service", ("dnssec-route53.amazonaws.com",))
_METRICS = {
    "DNSSECInternalFailure": "Route 53 cannot sign the zone: its names stop working for whoever checks signatures",
    "DNSSECKeySigningKeysNeedingAction": "The key that signs the zone needs somebody to look after it",
}
_FOUR_HOURS = 14_400


class ZoneSigningArgs(Args):
    """What is signed.

    Attributes:
        zone_id: the zone.
        topic_arn: where alarms go: a topic in us-east-1.
        deletion_window_days: days between asking for the key's deletion and losing it.
        protect: whether the engine refuses to delete the key.
    """

    zone_id: Text
    topic_arn: Text
    deletion_window_days: int
    protect: bool = True


class ZoneSigning(Component):
    """The key, its place in the zone, the order to sign, and the alarms; in us-east-1.

    Attributes:
        ds_record: what the registrar has to be told for anybody to check.
    """

    TYPE = "cartorio:edge:ZoneSigning"
    ds_record: pulumi.Output[str]

    def __init__(self, name: str, args: ZoneSigningArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        key = aws.kms.Key(
            f"{name}-key",
            description="Cartorio: signs the public zone",
            key_usage="SIGN_VERIFY",
            customer_master_key_spec="ECC_NIST_P256",
            deletion_window_in_days=args.deletion_window_days,
            policy=document(*_uses(account)),
            opts=self._child(protect=args.protect),
        )
        signer = aws.route53.KeySigningKey(
            f"{name}-signer",
            # Route 53 takes no hyphens, of which automatic names are full.
            name="cartorio",
            hosted_zone_id=args.zone_id,
            key_management_service_arn=key.arn,
            opts=self._child(),
        )
        order = aws.route53.HostedZoneDnsSec(
            f"{name}-order", hosted_zone_id=signer.hosted_zone_id, opts=self._child(depends_on=[signer])
        )
        for metric, what in _METRICS.items():
            aws.cloudwatch.MetricAlarm(
                f"{name}-{metric}",
                alarm_description=what,
                namespace="AWS/Route53",
                metric_name=metric,
                dimensions={"HostedZoneId": order.hosted_zone_id},
                statistic="Sum",
                period=_FOUR_HOURS,
                evaluation_periods=1,
                comparison_operator="GreaterThanThreshold",
                threshold=0,
                treat_missing_data="notBreaching",
                alarm_actions=[args.topic_arn],
                ok_actions=[args.topic_arn],
                opts=self._child(),
            )
        self.ds_record = signer.ds_record
        self.register_outputs({"dsRecord": self.ds_record})


def _uses(account: Account) -> tuple[Statement, ...]:
    """https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html#KMS-key-policy-for-DNSSEC."""
    zones = pulumi.Output.concat("arn:", account.partition, ":route53:::hostedzone/*")
    ours = Condition("StringEquals", "aws:SourceAccount", (account.id,))
    return (
        Statement("Account", ("kms:*",), ("*",), principal=Principal("AWS", (account.arn("iam", "root"),))),
        Statement(
            "SignByRoute53",
            ("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"),
            ("*",),
            principal=_SERVICE,
            conditions=(ours, Condition("ArnLike", "aws:SourceArn", (zones,))),
        ),
        Statement(
            "GrantToRoute53",
            ("kms:CreateGrant",),
            ("*",),
            principal=_SERVICE,
            conditions=(Condition("Bool", "kms:GrantIsForAWSResource", ("true",)),),
        ),
    )
