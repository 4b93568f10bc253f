from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.provider_engine import RefusedError, UnfinishedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
KMS_ARN = "arn:aws:kms:sa-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def _for_ever(hands: Hands, group: Managed) -> None:
    hands("logs").delete_retention_policy(logGroupName=group.id)


def _looks_away(hands: Hands, found: Managed) -> None:
    logs, name = hands("logs"), {"logGroupName": "trail", "filterName": found.id}
    before = logs.describe_metric_filters(logGroupName="trail")["metricFilters"][0]
    logs.delete_metric_filter(**name)
    logs.put_metric_filter(**name, filterPattern="nothing", metricTransformations=before["metricTransformations"])


COUNTED = {"name": "RootUse", "namespace": "Cartorio/Audit", "value": "1"}
CASES = (
    Case(
        LOG_GROUP,
        {"name": "/cartorio/api", "retentionInDays": 30, "kmsKeyId": KMS_ARN, "tags": {"component": "api"}},
        updates=(
            {"retentionInDays": 365},
            {"retentionInDays": None},
            {"skipDestroy": True},
            {"skipDestroy": None},
            {"tags": {"component": "workers"}},
        ),
        replaces=({"name": "/cartorio/workers"}, {"logGroupClass": "INFREQUENT_ACCESS"}, {"region": "us-east-1"}),
        spoilt="retentionInDays",
        spoil=_for_ever,
    ),
    Case(
        FILTER,
        {
            "name": "root-use",
            "logGroupName": "$group.name",
            "pattern": '{ $.userIdentity.type = "Root" }',
            "metricTransformation": COUNTED,
        },
        needs=(("group", LOG_GROUP, {"name": "trail"}),),
        updates=({"pattern": "{ $.errorCode = * }"}, {"metricTransformation": {**COUNTED, "unit": "Count"}}),
        replaces=({"name": "other"}, {"logGroupName": "elsewhere"}, {"region": "us-east-1"}),
        spoilt="pattern",
        spoil=_looks_away,
        import_id=lambda found: f"trail:{found.id}",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_its_arn_has_no_star_and_its_key_is_set(engine: Engine, by_hand: Hands) -> None:
    group = engine.create(LOG_GROUP, "g", {"name": "g", "kmsKeyId": KMS_ARN})
    engine.create(LOG_GROUP, "gg", {"name": "gg"})
    assert group.outputs["arn"] == "arn:aws:logs:sa-east-1:123456789012:log-group:g"
    assert group.outputs["logGroupClass"] == "STANDARD"
    assert by_hand("logs").describe_log_groups(logGroupNamePrefix="g")["logGroups"][0]["kmsKeyId"] == KMS_ARN


def test_outlives_its_resource_when_asked_to(engine: Engine, by_hand: Hands) -> None:
    group = engine.create(LOG_GROUP, "g", {"name": "g", "skipDestroy": True})
    engine.delete(group)
    assert [found["logGroupName"] for found in by_hand("logs").describe_log_groups()["logGroups"]] == ["g"]


def test_class_that_the_labs_cloud_drops_is_said_so(engine: Engine) -> None:
    with pytest.raises(UnfinishedError, match="did not keep logGroupClass") as caught:
        engine.create(LOG_GROUP, "g", {"name": "g", "logGroupClass": "INFREQUENT_ACCESS"})
    assert caught.value.resource.id == "g"


def test_change_of_key_says_what_the_labs_cloud_lacks(engine: Engine) -> None:
    group = engine.create(LOG_GROUP, "g", {"name": "g"})
    with pytest.raises(UnfinishedError, match="logs:AssociateKmsKey"):
        engine.update(group, {"name": "g", "kmsKeyId": KMS_ARN})


@pytest.mark.parametrize(
    ("inputs", "name", "reason"),
    [
        ({"retentionInDays": 2}, "retentionInDays", "possible are 0, 1, 3"),
        ({"deletionProtectionEnabled": True}, "deletionProtectionEnabled", "does not support"),
    ],
)
def test_wrong_log_group(engine: Engine, inputs: dict[str, Any], name: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=f"^{name}: .*{reason}"):
        engine.check(LOG_GROUP, "g", inputs)
