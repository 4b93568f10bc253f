"""Buckets and the settings that belong to them: each is a resource of its own, and names its bucket."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from guardrails.model import Finding
from guardrails.resources.aws_audit import Trail
from guardrails.resources.aws_edge import LoadBalancer
from guardrails.resources.aws_s3 import OfBucket, S3Bucket
from guardrails.rules._aws import of, of_kind, resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from guardrails.model import Context
    from guardrails.resources.aws_reading import Link
    from guardrails.resources.base import Stack


class Settings:
    """The settings of one kind, by bucket."""

    def __init__(self, stack: Stack, kind: type[OfBucket]) -> None:
        self._by: dict[str, dict[str, Any]] = defaultdict(dict)
        for one in of_kind(stack, kind):
            for place in places(one.bucket):
                self._by[place][one.address] = one

    def of(self, bucket: S3Bucket) -> list[Any]:
        """The settings that a bucket has, each once."""
        found = dict(self._by.get(bucket.address, {}))
        if isinstance(bucket.bucket, str):
            found |= self._by.get(f"name {bucket.bucket}", {})
        return list(found.values())


def of_each(
    kind: type[OfBucket], wrong: str, check: Callable[[Any], Iterator[Finding]]
) -> Callable[[Stack, Context], tuple[Finding, ...]]:
    """A rule: every bucket has a setting of a kind, and each of them passes a check.

    Args:
        kind: the setting.
        wrong: what is wrong with a bucket that has none.
        check: judges a setting.
    """

    def judge(stack: Stack, _context: Context) -> tuple[Finding, ...]:
        settings = Settings(stack, kind)
        found: list[Finding] = []
        for bucket in buckets(stack):
            mine = settings.of(bucket)
            if not mine:
                found += of(bucket, [Finding("", wrong)])
            for one in mine:
                found += of(one, check(one))
        return tuple(found)

    return judge


def places(link: Link) -> Iterator[str]:
    """Keys under which what a link leads to is found: addresses, and its name."""
    yield from link.addresses
    if isinstance(link.value, str):
        yield f"name {link.value}"


def buckets(stack: Stack) -> Iterator[S3Bucket]:
    """The stack's buckets."""
    return of_kind(stack, S3Bucket)


def written_by_services(stack: Stack) -> set[str]:
    """Where load balancers and trails write: the first know S3's own keys only, the second bring theirs.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """
    balancers = {place for one in of_kind(stack, LoadBalancer) for place in places(one.logs_bucket)}
    return balancers | written_by_trails(stack)


def written_by_trails(stack: Stack) -> set[str]:
    """Where trails write."""
    return {place for one in of_kind(stack, Trail) for place in places(one.bucket)}


def among(bucket: S3Bucket, found: set[str]) -> bool:
    """Whether a bucket is among the places."""
    return bucket.address in found or (isinstance(bucket.bucket, str) and f"name {bucket.bucket}" in found)


BUCKET: Final = resource("aws:s3/bucket:Bucket", "{tags: {backup: planned}}", "evidence", protect=True)
"""A bucket, for examples."""


def setting(kind: str, properties: str, name: str = "setting") -> str:
    """The text of one of its settings, for examples."""
    return resource(f"aws:s3/{kind}", f"{{bucket: '${{evidence}}', {properties}}}", name)
