"""GuardDuty: detectors and the features that they watch.

https://docs.aws.amazon.com/guardduty/latest/APIReference/ and terraform-provider-aws' `internal/service/guardduty`.

Gaps of moto 5.2: it has no operation for the tags of a detector, so that changing them is its error; it takes features
as a whole where AWS merges them, so that all are sent each time, one feature after the other.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from lab.providers.aws.cloud import ApiError
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import Member, pascal
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError, Properties

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api

_ENABLED = {True: "ENABLED", False: "DISABLED"}
_ADDITIONAL = pascal("name", "status")
_FEATURE = pascal("name", "status", additionalConfigurations=Member("AdditionalConfiguration", _ADDITIONAL))
_FEATURES = threading.Lock()


def _detector(api: Api, detector: str) -> dict[str, Any]:
    try:
        return api("get_detector", DetectorId=detector)
    except ApiError as error:
        if error.code == "BadRequestException":  # how GuardDuty says that there is none
            raise NotFoundError(str(error)) from error
        raise


class Detector(Resource):
    """`aws.guardduty.Detector`. Its id is the service's."""

    table = Table(
        "aws:guardduty/detector:Detector",
        "guardduty",
        inputs=("enable", "findingPublishingFrequency", "tags"),
        outputs=frozenset({"accountId", "arn"}),
        defaults={"enable": True},
        computed=frozenset({"findingPublishingFrequency"}),
        tagging=Tagging(by="id", target="DetectorId", listing="get_detector", pairs=None),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        frequency = inputs.get("findingPublishingFrequency")
        answer = api(
            "create_detector",
            Enable=inputs["enable"],
            FindingPublishingFrequency=frequency,
            **self.creation_tags(inputs),
        )
        return str(answer["DetectorId"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        del known
        found, account = _detector(api, resource_id), self.cloud.identity["Account"]
        return {
            "accountId": account,
            "arn": f"arn:{self.cloud.partition}:guardduty:{api.region}:{account}:detector/{resource_id}",
            "enable": found["Status"] == _ENABLED[True],
            "findingPublishingFrequency": found["FindingPublishingFrequency"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Update it."""
        del old, changed
        frequency = new.get("findingPublishingFrequency")
        api("update_detector", DetectorId=resource_id, Enable=new["enable"], FindingPublishingFrequency=frequency)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it, if it is there."""
        del known
        _detector(api, resource_id)
        api("delete_detector", DetectorId=resource_id)


class DetectorFeature(Resource):
    """`aws.guardduty.DetectorFeature`. Its id is `<detector>/<name>`; AWS has no way to delete one."""

    table = Table(
        "aws:guardduty/detectorFeature:DetectorFeature",
        "guardduty",
        inputs=("additionalConfigurations", "detectorId", "name", "status"),
        force_new=frozenset({"detectorId", "name"}),
        shapes={"additionalConfigurations": _ADDITIONAL},
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Set it."""
        self._put(api, inputs)
        return f"{inputs['detectorId']}/{inputs['name']}"

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Look for it among the detector's."""
        del known
        detector, _, name = resource_id.partition("/")
        for feature in _detector(api, detector).get("Features", ()):
            if feature["Name"] == name:
                additional = feature.get("AdditionalConfiguration")
                return {
                    "additionalConfigurations": _ADDITIONAL.from_api(additional) if additional else None,
                    "detectorId": detector,
                    "name": name,
                    "status": feature["Status"],
                }
        raise NotFoundError(f"detector {detector} has no feature {name}")

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Set it again."""
        del resource_id, old, changed
        self._put(api, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Leave it, as the official provider does: it goes with its detector."""

    @staticmethod
    def _put(api: Api, inputs: Properties) -> None:
        feature = _FEATURE.to_api({name: inputs.get(name) for name in _FEATURE.members})
        detector = inputs["detectorId"]
        with _FEATURES:
            others = [one for one in _detector(api, detector).get("Features", ()) if one["Name"] != inputs["name"]]
            api("update_detector", DetectorId=detector, Features=[*map(_settable, others), feature])


def _settable(feature: dict[str, Any]) -> dict[str, Any]:
    """What a get tells, without the times, which a put refuses."""
    settable = {name: feature[name] for name in ("Name", "Status")}
    additional = [
        {name: one[name] for name in ("Name", "Status")} for one in feature.get("AdditionalConfiguration", ())
    ]
    return {**settable, "AdditionalConfiguration": additional} if additional else settable


TYPES: tuple[type[Resource], ...] = (Detector, DetectorFeature)
