"""Data: the buckets that outlive the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.data.bucket import BucketArgs, Lock

if TYPE_CHECKING:
    from components.base import Text
    from components.sections.data import Evidence


def evidence_args(settings: Evidence, key_arn: Text, *, protect: bool) -> BucketArgs:
    """What the bucket of evidence is like."""
    return BucketArgs(
        key_arn=key_arn,
        protect=protect,
        force_destroy=settings.force_destroy,
        lock=Lock(mode=settings.lock_mode, days=settings.lock_days),
        cold_after_days=settings.cold_after_days,
        noncurrent_days=settings.noncurrent_days,
    )
