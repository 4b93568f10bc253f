from __future__ import annotations

from components.data.bucket import Lock
from components.sections.data import Evidence, LockMode
from components.wiring.data import evidence_args


def test_evidence_is_locked_for_as_long_as_the_settings_say() -> None:
    settings = Evidence.model_validate_json('{"lockMode": "COMPLIANCE", "lockDays": 30, "noncurrentDays": 40}')
    args = evidence_args(settings, "arn:key", protect=True)
    assert args.lock == Lock(mode=LockMode.COMPLIANCE, days=30)
    assert (args.noncurrent_days, args.cold_after_days, args.expire_days) == (40, 90, None)
    assert (args.protect, args.force_destroy, args.key_arn) == (True, False, "arn:key")
