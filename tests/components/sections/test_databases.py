from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.sections.databases import Databases
from tests.support.databases import DATABASE, LICENSED, RESOURCES


def _databases(**more: object) -> Databases:
    return Databases.model_validate_json(json.dumps({"storageClass": "databases", **more}))


def test_what_is_declared_is_found_by_its_namespace() -> None:
    assert set(_databases(mongodb=DATABASE, neo4j={**LICENSED, "replicas": 5}).declared) == {"mongodb", "neo4j"}
    assert _databases().declared == {}


def test_a_lock_may_last_as_long_as_what_it_locks() -> None:
    backups = {"everyHours": 168, "retentionDays": 14, "lock": {"mode": "GOVERNANCE", "days": 14}}
    mongodb = _databases(mongodb={**DATABASE, "backups": backups}).mongodb
    assert mongodb is not None
    assert mongodb.backups.lock is not None


def _memory(requests: str, limits: str) -> dict[str, Any]:
    return {"requests": {"cpu": "1", "memory": requests}, "limits": {"cpu": "2", "memory": limits}}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"storageClass": None}, "valid string"),
        ({"mongodb": {**DATABASE, "replicas": 1}}, "greater than or equal to 3"),
        ({"mongodb": {**DATABASE, "replicas": 4}}, "must be 3 or 5"),
        ({"mongodb": {**DATABASE, "clients": []}}, "at least 1"),
        ({"mongodb": {**DATABASE, "clients": ["cartorio", "cartorio"]}}, "twice"),
        ({"mongodb": {**DATABASE, "backups": {"everyHours": 168, "retentionDays": 13}}}, "two schedules long"),
        ({"mongodb": {**DATABASE, "backups": {"everyHours": 24, "retentionDays": 1}}}, "two schedules long"),
        ({"mongodb": {**DATABASE, "backups": {"everyHours": 5, "retentionDays": 9}}}, "Input should be 1"),
        (
            {
                "mongodb": {
                    **DATABASE,
                    "backups": {"everyHours": 6, "retentionDays": 7, "lock": {"mode": "COMPLIANCE", "days": 8}},
                }
            },
            r"longer than retentionDays \(7\)",
        ),
        ({"mongodb": {**DATABASE, "password": "x"}}, "not permitted"),
        ({"neo4j": DATABASE}, "acceptLicense"),
        ({"neo4j": {**LICENSED, "acceptLicense": False}}, "licence agreement"),
        ({"neo4j": {**LICENSED, "resources": _memory("1Gi", "1Gi")}}, "at least 2Gi"),
        ({"neo4j": {**LICENSED, "resources": _memory("2Gi", "4Gi")}}, "must be the requests' memory"),
        (
            {"neo4j": {**LICENSED, "resources": {**RESOURCES, "requests": {"cpu": "250m", "memory": "4Gi"}}}},
            "at least 500m",
        ),
        ({"neo4j": {**LICENSED, "backups": {**DATABASE["backups"], "pointInTime": True}}}, "not permitted"),
    ],
)
def test_what_is_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        _databases(**more)
