from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from components.sections.audit import Audit, Detection, TrailSettings


@pytest.mark.parametrize("days", [0, 2, 366, "7"])
def test_logs_are_kept_for_a_time_that_aws_has(days: object) -> None:
    with pytest.raises(ValidationError):
        Audit.model_validate_json(json.dumps({"retentionDays": days}))


TRAIL = {"lockMode": "GOVERNANCE", "lockDays": 30}
PEOPLE = {"protocol": "email", "endpoint": "seguranca@cartorio.example"}
HOOK = {"protocol": "https", "endpoint": "https://avisos.cartorio.example/aws"}


def _trail(**change: object) -> TrailSettings:
    return TrailSettings.model_validate_json(json.dumps({**TRAIL, **change}))


def test_people_and_programs_are_told() -> None:
    assert [one.protocol.value for one in _trail(subscriptions=[PEOPLE, HOOK]).subscriptions] == ["email", "https"]


@pytest.mark.parametrize(
    ("protocol", "endpoint", "reason"),
    [
        ("email", "seguranca", "must be an e-mail address"),
        ("email", "a b@cartorio.example", "must be an e-mail address"),
        ("email", "a@b@cartorio.example", "must be an e-mail address"),
        ("https", "http://avisos.cartorio.example", "must begin with https://"),
        ("sms", "+5511999999999", "Input should be 'email' or 'https'"),
    ],
)
def test_an_endpoint_fits_its_protocol(protocol: str, endpoint: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        _trail(subscriptions=[{"protocol": protocol, "endpoint": endpoint}])


@pytest.mark.parametrize(
    "change",
    [
        {"subscriptions": [PEOPLE, PEOPLE]},
        {"insights": ["ApiCallRateInsight", "ApiCallRateInsight"]},
        {"insights": ["Everything"]},
        {"lockDays": 0},
    ],
)
def test_wrong_trail(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        _trail(**change)


def test_a_feature_is_named_once() -> None:
    assert len(Detection().features) == 3
    with pytest.raises(ValidationError, match="names the feature 'S3_DATA_EVENTS' twice"):
        Audit.model_validate_json(
            '{"retentionDays": 7, "detection": {"features": ["S3_DATA_EVENTS", "S3_DATA_EVENTS"]}}'
        )


def test_the_audit_of_the_cluster_goes_where_the_trail_is() -> None:
    good = Audit.model_validate_json(json.dumps({"retentionDays": 7, "trail": TRAIL, "kubernetes": {}}))
    assert good.kubernetes is not None
    assert (good.kubernetes.buffer_seconds, good.kubernetes.refusals) == (300, 50)
    with pytest.raises(ValidationError, match="needs trail"):
        Audit.model_validate_json('{"retentionDays": 7, "kubernetes": {}}')
