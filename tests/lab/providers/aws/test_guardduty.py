from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

DETECTOR = "aws:guardduty/detector:Detector"
FEATURE = "aws:guardduty/detectorFeature:DetectorFeature"


def _off(hands: Hands, detector: Managed) -> None:
    hands("guardduty").update_detector(DetectorId=detector.id, Enable=False)


def _unwatched(hands: Hands, feature: Managed) -> None:
    detector, name = feature.id.split("/")
    hands("guardduty").update_detector(DetectorId=detector, Features=[{"Name": name, "Status": "DISABLED"}])


CASES = (
    Case(
        DETECTOR,
        {"enable": True, "findingPublishingFrequency": "FIFTEEN_MINUTES", "tags": {"component": "audit"}},
        updates=({"enable": False}, {"findingPublishingFrequency": "ONE_HOUR"}),
        replaces=({"region": "us-east-1"},),
        spoilt="enable",
        spoil=_off,
    ),
    Case(
        FEATURE,
        {"detectorId": "$detector.id", "name": "EKS_AUDIT_LOGS", "status": "ENABLED"},
        needs=(("detector", DETECTOR, {}),),
        updates=({"status": "DISABLED"},),
        replaces=(
            {"name": "S3_DATA_EVENTS"},
            {"detectorId": "0123456789abcdef0123456789abcdef"},
            {"region": "us-east-1"},
        ),
        spoilt="status",
        spoil=_unwatched,
        stays=True,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_a_feature_leaves_the_others_as_they_are(engine: Engine) -> None:
    detector = engine.create(DETECTOR, "d", {})
    agents = [{"name": "EKS_ADDON_MANAGEMENT", "status": "ENABLED"}]
    runtime = {"detectorId": detector.id, "name": "RUNTIME_MONITORING", "status": "ENABLED"}
    first = engine.create(FEATURE, "runtime", {**runtime, "additionalConfigurations": agents})
    engine.create(FEATURE, "s3", {"detectorId": detector.id, "name": "S3_DATA_EVENTS", "status": "ENABLED"})
    fresh = engine.refresh(first)
    assert fresh is not None
    assert fresh.outputs["additionalConfigurations"] == agents
    engine.delete(detector)
    assert engine.refresh(first) is None
