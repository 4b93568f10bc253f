from __future__ import annotations

from tests.support.telemetry import loki, section, tempo


def test_buckets_are_reached_by_identity_and_not_by_keys() -> None:
    assert loki(section())["loki"]["storage"]["s3"] == {"region": "sa-east-1", "s3ForcePathStyle": False}
    s3 = tempo(section())["tempo"]["storage"]["trace"]["s3"]
    assert s3 == {"bucket": "traces", "region": "sa-east-1", "endpoint": "s3.sa-east-1.amazonaws.com"}
