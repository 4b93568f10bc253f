"""Route 53: public zones, their records, and checks of health.

https://docs.aws.amazon.com/Route53/latest/APIReference/ and terraform-provider-aws' `internal/service/route53`. Records
are named in full; one of another type is another record, where the official provider changes it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import One, Pairs, pascal
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_PAIRS = Pairs()
_OWN = frozenset({"NS", "SOA"})  # of the zone itself, which come and go with it
_ALIAS = One(pascal("evaluateTargetHealth", name="DNSName", zoneId="HostedZoneId"), api_is_list=False)
_WILDCARD = "\\052"  # how the service spells it


@dataclass(frozen=True)
class _Tagging(Tagging):
    """Route 53 has one operation for all changes, and takes no tags at creation."""

    by: str = "id"
    target: str = "ResourceId"
    at_create: str | None = None
    kind: str = ""

    def read(self, api: Api, target: str) -> dict[str, str]:
        """All tags that the resource has."""
        found = api(self.listing, ResourceType=self.kind, ResourceId=target)["ResourceTagSet"]
        return _PAIRS.from_api(found.get("Tags") or ())

    def write(self, api: Api, target: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        """Make the tags `new` that were `old`; others stay."""
        gone = sorted(set(old) - set(new))
        changed = {name: value for name, value in new.items() if old.get(name) != value}
        if gone or changed:
            api(
                "change_tags_for_resource",
                ResourceType=self.kind,
                ResourceId=target,
                AddTags=_PAIRS.to_api(changed) or None,
                RemoveTagKeys=gone or None,
            )


def _same_set(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    return sorted(left) == sorted(right)


class Zone(Resource):
    """`aws.route53.Zone`, a public one. Its id is the service's, without `/hostedzone/`."""

    table = Table(
        "aws:route53/zone:Zone",
        "route53",
        inputs=("comment", "forceDestroy", "name", "tags"),
        outputs=frozenset({"arn", "nameServers", "primaryNameServer", "zoneId"}),
        force_new=frozenset({"name"}),
        defaults={"comment": "Managed by Pulumi", "forceDestroy": False},
        local=frozenset({"forceDestroy"}),
        regional=False,
        tagging=_Tagging(kind="hostedzone"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api(
            "create_hosted_zone",
            Name=inputs["name"],
            CallerReference=str(uuid.uuid4()),
            HostedZoneConfig={"Comment": inputs["comment"], "PrivateZone": False},
        )
        return str(answer["HostedZone"]["Id"]).rpartition("/")[2]

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Tag it."""
        _tag(self, api, resource_id, inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        del known
        answer = api("get_hosted_zone", Id=resource_id)
        found, servers = answer["HostedZone"], sorted(answer["DelegationSet"]["NameServers"])
        return {
            "arn": f"arn:{self.cloud.partition}:route53:::hostedzone/{resource_id}",
            "comment": found["Config"].get("Comment"),
            "name": found["Name"].rstrip("."),
            "nameServers": servers,
            "primaryNameServer": servers[0],
            "zoneId": resource_id,
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Its comment."""
        del old, changed
        api("update_hosted_zone_comment", Id=resource_id, Comment=new["comment"])

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it; with what is in it where that is wanted."""
        if known.get("forceDestroy"):
            found = api.pages("list_resource_record_sets", "ResourceRecordSets", HostedZoneId=resource_id)
            changes = [{"Action": "DELETE", "ResourceRecordSet": one} for one in found if one["Type"] not in _OWN]
            if changes:
                api("change_resource_record_sets", HostedZoneId=resource_id, ChangeBatch={"Changes": changes})
        api("delete_hosted_zone", Id=resource_id)


class Record(Resource):
    """`aws.route53.Record`. Its id is `<zone>_<name>_<type>`."""

    table = Table(
        "aws:route53/record:Record",
        "route53",
        inputs=("aliases", "allowOverwrite", "name", "records", "ttl", "type", "zoneId"),
        outputs=frozenset({"fqdn"}),
        force_new=frozenset({"name", "type", "zoneId"}),
        local=frozenset({"allowOverwrite"}),
        equivalent={"records": _same_set},
        delete_before_replace=True,  # a name has one record of a type
        regional=False,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it, or take one over where that is wanted."""
        self._change(api, "UPSERT" if inputs.get("allowOverwrite") else "CREATE", inputs["zoneId"], _set_of(inputs))
        return f"{inputs['zoneId']}_{inputs['name'].rstrip('.')}_{inputs['type']}"

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Look for it."""
        del known
        zone, name, kind = _parts(resource_id)
        found = _found(api, zone, name, kind)
        return {
            "aliases": _ALIAS.from_api(found["AliasTarget"]) if found.get("AliasTarget") else None,
            "fqdn": name,
            "name": name,
            "records": [one["Value"] for one in found.get("ResourceRecords") or ()] or None,
            "ttl": found.get("TTL"),
            "type": kind,
            "zoneId": zone,
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again, whole."""
        del old, changed
        self._change(api, "UPSERT", _parts(resource_id)[0], _set_of(new))

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it, as it is now: the service wants to be told."""
        del known
        zone, name, kind = _parts(resource_id)
        self._change(api, "DELETE", zone, _found(api, zone, name, kind))

    @staticmethod
    def _change(api: Api, action: str, zone: str, record: dict[str, Any]) -> None:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        api("change_resource_record_sets", HostedZoneId=zone, ChangeBatch=batch)


def _parts(resource_id: str) -> tuple[str, str, str]:
    zone, _, rest = resource_id.partition("_")
    name, _, kind = rest.rpartition("_")
    return zone, name, kind


def _set_of(inputs: Properties) -> dict[str, Any]:
    aliases, records = inputs.get("aliases"), inputs.get("records")
    record = {
        "Name": inputs["name"],
        "Type": inputs["type"],
        "TTL": inputs.get("ttl"),
        "AliasTarget": _ALIAS.to_api(aliases, "aliases") if aliases else None,
        "ResourceRecords": [{"Value": value} for value in records] if records else None,
    }
    return {name: value for name, value in record.items() if value is not None}


def _found(api: Api, zone: str, name: str, kind: str) -> dict[str, Any]:
    answer = api(
        "list_resource_record_sets", HostedZoneId=zone, StartRecordName=name, StartRecordType=kind, MaxItems="1"
    )
    for record in answer["ResourceRecordSets"]:
        if record["Name"].rstrip(".").replace(_WILDCARD, "*") == name and record["Type"] == kind:
            return dict(record)
    raise NotFoundError(f"the zone {zone} has no record {name} of the type {kind}")


_CONFIG = pascal(
    "failureThreshold",
    "measureLatency",
    "port",
    "regions",
    "requestInterval",
    "resourcePath",
    "type",
    enableSni="EnableSNI",
    fqdn="FullyQualifiedDomainName",
)
_FIXED = frozenset({"measureLatency", "requestInterval", "type"})


class HealthCheck(Resource):
    """`aws.route53.HealthCheck` of an address. Its id is the service's."""

    table = Table(
        "aws:route53/healthCheck:HealthCheck",
        "route53",
        inputs=(*_CONFIG.members, "tags"),
        outputs=frozenset({"arn"}),
        force_new=_FIXED,
        defaults={"measureLatency": False},
        computed=frozenset({"enableSni", "failureThreshold", "port", "regions", "requestInterval"}),
        equivalent={"regions": _same_set},
        regional=False,
        tagging=_Tagging(kind="healthcheck"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        config = _CONFIG.to_api({name: inputs.get(name) for name in _CONFIG.members})
        answer = api("create_health_check", CallerReference=str(uuid.uuid4()), HealthCheckConfig=config)
        return str(answer["HealthCheck"]["Id"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Tag it."""
        _tag(self, api, resource_id, inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        del known
        found = api("get_health_check", HealthCheckId=resource_id)["HealthCheck"]["HealthCheckConfig"]
        told = {name: value for name, value in _CONFIG.from_api(found).items() if value not in ([], "")}
        return {**told, "arn": f"arn:{self.cloud.partition}:route53:::healthcheck/{resource_id}"}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """What of it can be changed."""
        del old, changed
        wanted = {name: new.get(name) for name in _CONFIG.members if name not in _FIXED}
        api("update_health_check", HealthCheckId=resource_id, **_CONFIG.to_api(wanted))

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_health_check", HealthCheckId=resource_id)


def _tag(resource: Resource, api: Api, resource_id: str, inputs: Properties) -> None:
    tagging = resource.table.tagging
    if tagging is not None:
        tagging.write(api, resource_id, {}, resource.rules.merged(inputs.get("tags")))


TYPES: tuple[type[Resource], ...] = (Zone, Record, HealthCheck)
