"""EventBridge: rules of the default bus and where they send what matches.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/ and terraform-provider-aws' `internal/service/events`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws import documents
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError, ResourceError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties


class EventRule(Resource):
    """`aws.cloudwatch.EventRule`. Its id is its name."""

    table = Table(
        "aws:cloudwatch/eventRule:EventRule",
        "events",
        inputs=("description", "eventPattern", "name", "scheduleExpression", "state", "tags"),
        outputs=frozenset({"arn"}),
        force_new=frozenset({"name"}),
        defaults={"state": "ENABLED"},
        documents={"eventPattern": documents.same_json},
        autoname="name",
        autoname_max=64,
        tagging=Tagging(by="arn", target="ResourceARN"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        name = str(inputs["name"])
        self._put(api, name, inputs, **self.creation_tags(inputs))
        return name

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = api("describe_rule", Name=resource_id)
        return {
            "arn": found["Arn"],
            "description": found.get("Description") or None,
            "eventPattern": documents.normal(found["EventPattern"]) if found.get("EventPattern") else None,
            "name": found["Name"],
            "scheduleExpression": found.get("ScheduleExpression") or None,
            "state": found["State"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again, as a whole."""
        del old, changed
        self._put(api, resource_id, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it; its targets are gone by then."""
        del known
        api("delete_rule", Name=resource_id)

    @staticmethod
    def _put(api: Api, name: str, inputs: Properties, **tags: Any) -> None:  # noqa: ANN401 - botocore checks them
        api(
            "put_rule",
            Name=name,
            Description=inputs.get("description"),
            EventPattern=inputs.get("eventPattern"),
            ScheduleExpression=inputs.get("scheduleExpression"),
            State=inputs["state"],
            **tags,
        )


class EventTarget(Resource):
    """`aws.cloudwatch.EventTarget`. Its id is `rule-target`; it is imported as `rule/target`."""

    table = Table(
        "aws:cloudwatch/eventTarget:EventTarget",
        "events",
        inputs=("arn", "input", "rule", "targetId"),
        force_new=frozenset({"rule", "targetId"}),
        documents={"input": documents.same_json},
        autoname="targetId",
        autoname_max=64,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Add it to its rule."""
        self._put(api, inputs)
        return self.identify("", inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Search the rule's targets."""
        rule, target = _named(resource_id, known)
        for found in api("list_targets_by_rule", Rule=rule)["Targets"]:
            if found["Id"] == target:
                return {"arn": found["Arn"], "input": found.get("Input"), "rule": rule, "targetId": target}
        raise NotFoundError(f"the rule {rule} has no target {target}")

    def identify(self, resource_id: str, properties: Properties) -> str:
        """The same id whichever way it came."""
        del resource_id
        return f"{properties['rule']}-{properties['targetId']}"

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del resource_id, old, changed
        self._put(api, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Take it out of its rule."""
        rule, target = _named(resource_id, known)
        api("remove_targets", Rule=rule, Ids=[target])

    @staticmethod
    def _put(api: Api, inputs: Properties) -> None:
        target = {"Id": inputs["targetId"], "Arn": inputs["arn"]}
        if inputs.get("input"):
            target["Input"] = inputs["input"]
        api("put_targets", Rule=inputs["rule"], Targets=[target])


def _named(resource_id: str, known: Properties) -> tuple[str, str]:
    if known.get("rule") and known.get("targetId"):
        return str(known["rule"]), str(known["targetId"])
    rule, slash, target = resource_id.partition("/")
    if not (rule and slash and target):
        raise ResourceError(f"{resource_id!r} is no id of a target: it is RULE/TARGET")
    return rule, target


TYPES: tuple[type[Resource], ...] = (EventRule, EventTarget)
