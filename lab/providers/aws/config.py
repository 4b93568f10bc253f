"""AWS Config: the recorder, where it delivers, whether it runs, and managed rules.

https://docs.aws.amazon.com/config/latest/APIReference/ and terraform-provider-aws' `internal/service/configservice`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import Member, camel, pascal
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError, Properties

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api

_GROUP = camel("allSupported", "includeGlobalResourceTypes", "resourceTypes")
_SNAPSHOTS = camel("deliveryFrequency")
_SOURCE = pascal("owner", "sourceIdentifier")
_RECORDER = camel("name", recordingGroup=_GROUP, roleArn="roleARN")
_CHANNEL = camel(
    "name",
    "s3BucketName",
    "s3KeyPrefix",
    "s3KmsKeyArn",
    snapshotDeliveryProperties=Member("configSnapshotDeliveryProperties", _SNAPSHOTS),
    snsTopicArn="snsTopicARN",
)
_RULE = pascal("description", "inputParameters", "maximumExecutionFrequency", name="ConfigRuleName", source=_SOURCE)


class Recorder(Resource):
    """`aws.cfg.Recorder`. Its id is its name; an account has one a region."""

    table = Table(
        "aws:cfg/recorder:Recorder",
        "config",
        inputs=tuple(_RECORDER.members),
        force_new=frozenset({"name"}),
        computed=frozenset({"recordingGroup"}),
        shapes={"recordingGroup": _GROUP},
        autoname="name",
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it; it does not run yet."""
        self._put(api, inputs)
        return str(inputs["name"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        names = [resource_id]
        found = api("describe_configuration_recorders", ConfigurationRecorderNames=names)["ConfigurationRecorders"]
        return _told(_RECORDER.from_api(found[0]))

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del resource_id, old, changed
        self._put(api, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it; what it has recorded stays."""
        del known
        api("delete_configuration_recorder", ConfigurationRecorderName=resource_id)

    @staticmethod
    def _put(api: Api, inputs: Properties) -> None:
        recorder = _RECORDER.to_api({name: inputs.get(name) for name in _RECORDER.members})
        api("put_configuration_recorder", ConfigurationRecorder=recorder)


class DeliveryChannel(Resource):
    """`aws.cfg.DeliveryChannel`. Its id is its name."""

    table = Table(
        "aws:cfg/deliveryChannel:DeliveryChannel",
        "config",
        inputs=tuple(_CHANNEL.members),
        force_new=frozenset({"name"}),
        shapes={"snapshotDeliveryProperties": _SNAPSHOTS},
        autoname="name",
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        self._put(api, inputs)
        return str(inputs["name"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = api("describe_delivery_channels", DeliveryChannelNames=[resource_id])["DeliveryChannels"]
        return dict(_CHANNEL.from_api(found[0]))

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del resource_id, old, changed
        self._put(api, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it; the recorder has to stand still."""
        del known
        api("delete_delivery_channel", DeliveryChannelName=resource_id)

    @staticmethod
    def _put(api: Api, inputs: Properties) -> None:
        channel = _CHANNEL.to_api({name: inputs.get(name) for name in _CHANNEL.members})
        api("put_delivery_channel", DeliveryChannel=channel)


class RecorderStatus(Resource):
    """`aws.cfg.RecorderStatus`: whether a recorder runs. Its id is the recorder's name; deleted, it stands still."""

    table = Table(
        "aws:cfg/recorderStatus:RecorderStatus",
        "config",
        inputs=("isEnabled", "name"),
        force_new=frozenset({"name"}),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Start or stop."""
        self._switch(api, str(inputs["name"]), inputs["isEnabled"])
        return str(inputs["name"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Ask."""
        del known
        found = api("describe_configuration_recorder_status", ConfigurationRecorderNames=[resource_id])
        return {"isEnabled": found["ConfigurationRecordersStatus"][0]["recording"], "name": resource_id}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Start or stop."""
        del old, changed
        self._switch(api, resource_id, new["isEnabled"])

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Stop."""
        del known
        self._switch(api, resource_id, on=False)

    @staticmethod
    def _switch(api: Api, recorder: str, on: bool) -> None:  # noqa: FBT001 - a property's value
        operation = "start_configuration_recorder" if on else "stop_configuration_recorder"
        api(operation, ConfigurationRecorderName=recorder)


class Rule(Resource):
    """`aws.cfg.Rule` of those that AWS manages. Its id is its name."""

    table = Table(
        "aws:cfg/rule:Rule",
        "config",
        inputs=(*_RULE.members, "tags"),
        outputs=frozenset({"arn", "ruleId"}),
        force_new=frozenset({"name"}),
        shapes={"source": _SOURCE},
        autoname="name",
        autoname_max=128,
        tagging=Tagging(by="arn", target="ResourceArn"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        self._put(api, inputs)
        return str(inputs["name"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        rules = api("describe_config_rules", ConfigRuleNames=[resource_id])["ConfigRules"]
        if not rules:  # AWS answers NoSuchConfigRuleException, moto with none
            raise NotFoundError(f"there is no rule {resource_id} in {api.region}")
        found = rules[0]
        return {**_RULE.from_api(found), "arn": found["ConfigRuleArn"], "ruleId": found["ConfigRuleId"]}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del resource_id, old, changed
        self._put(api, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_config_rule", ConfigRuleName=resource_id)

    def _put(self, api: Api, inputs: Properties) -> None:
        rule = _RULE.to_api({name: inputs.get(name) for name in _RULE.members})
        api("put_config_rule", ConfigRule=rule, **self.creation_tags(inputs))


def _told(recorder: dict[str, Any]) -> dict[str, Any]:
    """A list of types only where the recorder has one: AWS spells out that it is empty."""
    group = {name: value for name, value in (recorder.get("recordingGroup") or {}).items() if value != []}
    return {**recorder, "recordingGroup": group or None}


TYPES: tuple[type[Resource], ...] = (Recorder, DeliveryChannel, RecorderStatus, Rule)
