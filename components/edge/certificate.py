"""The certificate of the public names: issued and renewed by ACM for as long as its records stand in the zone.

https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html; renewal:
https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TTL_SECONDS = 300
_DAY_SECONDS = 86400
_WILDCARD = "*."


class EdgeCertificateArgs(Args):
    """What it is for.

    Attributes:
        names: that it serves, the first of them its own.
        zone_id: id of the zone that they are in.
        topic_arn: where the alarm goes.
        alarm_days: days before its end that are an alarm.
    """

    names: tuple[str, ...]
    zone_id: Text
    topic_arn: Text
    alarm_days: int


class EdgeCertificate(Component):
    """The certificate, the records that prove that the names are ours, and the alarm of its end.

    Attributes:
        arn: its ARN, known once it is issued.
    """

    TYPE = "cartorio:edge:EdgeCertificate"
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: EdgeCertificateArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        host, *others = args.names
        certificate = aws.acm.Certificate(
            f"{name}-certificate",
            domain_name=host,
            subject_alternative_names=others or None,
            validation_method="DNS",
            # Whoever gets a certificate for one of the names is seen: https://certificate.transparency.dev
            options=aws.acm.CertificateOptionsArgs(certificate_transparency_logging_preference="ENABLED"),
            opts=self._child(),
        )
        records = [self._record(name, args.zone_id, one, certificate) for one in _proven(args.names)]
        validation = aws.acm.CertificateValidation(
            f"{name}-validation",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn for record in records],
            opts=self._child(),
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-expiry",
            alarm_description=f"The certificate of {host} was not renewed: look at its status in ACM",
            namespace="AWS/CertificateManager",
            metric_name="DaysToExpiry",
            dimensions={"CertificateArn": certificate.arn},
            statistic="Minimum",
            period=_DAY_SECONDS,
            evaluation_periods=1,
            comparison_operator="LessThanThreshold",
            threshold=args.alarm_days,
            # ACM tells it twice a day; of a certificate that is gone it tells nothing.
            treat_missing_data="breaching",
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            opts=self._child(),
        )
        self.arn = validation.certificate_arn
        self.register_outputs({"arn": self.arn})

    def _record(self, name: str, zone_id: Text, proven: str, certificate: aws.acm.Certificate) -> aws.route53.Record:
        asked = pulumi.Output.all(proven, certificate.domain_validation_options)
        return aws.route53.Record(
            f"{name}-proof-{proven}",
            zone_id=zone_id,
            name=asked.apply(_name),
            type=asked.apply(_type),
            records=[asked.apply(_value)],
            ttl=_TTL_SECONDS,
            # The same for every certificate that the account ever has of the name.
            allow_overwrite=True,
            opts=self._child(),
        )


def _proven(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names that need a record of their own: a wildcard's is the one of the name below it."""
    return tuple(dict.fromkeys(name.removeprefix(_WILDCARD) for name in names))


def _asked(proven_and_options: Sequence[Any]) -> Mapping[str, str]:
    proven, options = proven_and_options
    for option in options or ():
        if option["domain_name"].removeprefix(_WILDCARD) == proven:
            found: Mapping[str, str] = option
            return found
    raise ValueError(f"ACM asks for no record of {proven}: look at the certificate in ACM's console")


def _name(proven_and_options: Sequence[Any]) -> str:
    return _asked(proven_and_options)["resource_record_name"].rstrip(".")


def _type(proven_and_options: Sequence[Any]) -> str:
    return _asked(proven_and_options)["resource_record_type"]


def _value(proven_and_options: Sequence[Any]) -> str:
    return _asked(proven_and_options)["resource_record_value"]
