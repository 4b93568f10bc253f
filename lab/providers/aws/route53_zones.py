"""Route 53: what a zone has besides its records: a log of what is asked for, and signatures.

https://docs.aws.amazon.com/Route53/latest/APIReference/ and terraform-provider-aws' `internal/service/route53`.

Gaps of moto 5.2 and what is done about them: it has no DNSSEC, so that keys of zones and the order to sign are only
recorded, without a DS record that anybody could use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.recorded import Recorded
from lab.providers.aws.resource import Resource, Table

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_NO_DNSSEC = "moto 5.2 has no DNSSEC"


class QueryLog(Resource):
    """`aws.route53.QueryLog`. Its id is the service's."""

    table = Table(
        "aws:route53/queryLog:QueryLog",
        "route53",
        inputs=("cloudwatchLogGroupArn", "zoneId"),
        outputs=frozenset({"arn"}),
        force_new=frozenset({"cloudwatchLogGroupArn", "zoneId"}),
        regional=False,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api(
            "create_query_logging_config",
            HostedZoneId=inputs["zoneId"],
            # As the service tells it; the official provider adds the ending, too.
            CloudWatchLogsLogGroupArn=f"{inputs['cloudwatchLogGroupArn']}:*",
        )
        return str(answer["QueryLoggingConfig"]["Id"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        del known
        found = api("get_query_logging_config", Id=resource_id)["QueryLoggingConfig"]
        return {
            "arn": f"arn:{self.cloud.partition}:route53:::queryloggingconfig/{resource_id}",
            "cloudwatchLogGroupArn": found["CloudWatchLogsLogGroupArn"].removesuffix(":*"),
            "zoneId": found["HostedZoneId"],
        }

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_query_logging_config", Id=resource_id)


class KeySigningKey(Recorded):
    """`aws.route53.KeySigningKey`."""

    table = Table(
        "aws:route53/keySigningKey:KeySigningKey",
        "route53",
        inputs=("hostedZoneId", "keyManagementServiceArn", "name", "status"),
        outputs=frozenset({"dsRecord"}),
        force_new=frozenset({"hostedZoneId", "keyManagementServiceArn", "name"}),
        defaults={"status": "ACTIVE"},
        regional=False,
    )
    reason = _NO_DNSSEC

    def identity(self, inputs: Properties) -> str:
        """Zone and name."""
        return f"{inputs['hostedZoneId']},{inputs['name']}"

    def told(self, resource_id: str, inputs: Properties) -> dict[str, Any]:
        """A DS record that says that it is none."""
        del resource_id, inputs
        return {"dsRecord": "only recorded: there is no key behind it"}


class HostedZoneDnsSec(Recorded):
    """`aws.route53.HostedZoneDnsSec`. Its id is the zone's."""

    table = Table(
        "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec",
        "route53",
        inputs=("hostedZoneId", "signingStatus"),
        force_new=frozenset({"hostedZoneId"}),
        defaults={"signingStatus": "SIGNING"},
        regional=False,
    )
    reason = _NO_DNSSEC

    def identity(self, inputs: Properties) -> str:
        """The zone's."""
        return str(inputs["hostedZoneId"])


TYPES: tuple[type[Resource], ...] = (HostedZoneDnsSec, KeySigningKey, QueryLog)
