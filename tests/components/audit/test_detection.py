from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from components.audit.detection import IntrusionDetection, IntrusionDetectionArgs
from components.sections.audit import Detection
from tests.support.plan import Plan, run


def _plan(*features: str) -> Plan:
    settings = Detection.model_validate_json(json.dumps({"features": features}))

    def program() -> None:
        provider = aws.Provider("aws", region="sa-east-1")
        opts = pulumi.ResourceOptions(providers=[provider])
        IntrusionDetection("detection", IntrusionDetectionArgs(settings=settings), opts)

    return run(program)[0]


def test_the_detector_looks_at_what_is_named_and_installs_its_own_agents() -> None:
    plan = _plan("S3_DATA_EVENTS", "RUNTIME_MONITORING")
    assert plan.one("aws:guardduty/detector:Detector").inputs["findingPublishingFrequency"] == "FIFTEEN_MINUTES"
    found = plan.of("aws:guardduty/detectorFeature:DetectorFeature")
    features = sorted((one.inputs for one in found), key=lambda inputs: inputs["name"])
    detector = "detection-detector-id"
    assert features == [
        {
            "detectorId": detector,
            "name": "RUNTIME_MONITORING",
            "status": "ENABLED",
            "additionalConfigurations": [{"name": "EKS_ADDON_MANAGEMENT", "status": "ENABLED"}],
        },
        {"detectorId": detector, "name": "S3_DATA_EVENTS", "status": "ENABLED"},
    ]


def test_without_features_the_detector_stands_alone() -> None:
    assert _plan().of("aws:guardduty/detectorFeature:DetectorFeature") == []
