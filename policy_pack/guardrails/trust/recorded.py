"""Images that a rehearsal's import has signed without having them: what the lab records, and when that is believed.

A digest is signed for real, and whoever verifies it needs no image. In a rehearsal third-party images are not fetched
(no container of them ever runs), so their registry has signatures and no image. Elsewhere an image that is not there is
an error, whatever is signed. Which images these are, the lab records in the file that CARTORIO_IMAGE_RECORD names.

All that the record can do is to have an absent image judged by its signatures, as any other is. It counts only when
- the pack's own environment names it, a file that nobody but this user can write;
- the registry that it is about is on loopback, and the one that is asked: a registry is somewhere else.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from guardrails.trust.errors import Malformed, TrustPolicyError
from guardrails.trust.mirrors import Origin, is_loopback
from guardrails.trust.reference import Digest, Reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.trust.reference import Repository

VARIABLE: Final = "CARTORIO_IMAGE_RECORD"
SCHEMA: Final = "cartorio.images/v1"

_LONGEST: Final = 4 * 1024 * 1024
_WRITABLE: Final = stat.S_IWGRP | stat.S_IWOTH
_SCHEME: Final = "http://"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The images of a rehearsal that are signed and not there; none outside of one.

    Attributes:
        origin: the registry's address, on loopback.
        images: repository and digest of each.
    """

    origin: Origin | None = None
    images: frozenset[tuple[str, Digest]] = frozenset()

    def covers(self, origin: Origin, repository: Repository, digest: Digest) -> bool:
        """Say whether the registry at that address is known not to have the image."""
        return origin == self.origin and (str(repository), digest) in self.images


def read_record(environment: Mapping[str, str]) -> Recorded:
    """The record that the environment names.

    Raises:
        TrustPolicyError: it cannot be believed.
    """
    named = environment.get(VARIABLE)
    if not named:
        return Recorded()
    try:
        with Path(named).open("rb") as stream:
            status = os.fstat(stream.fileno())
            content = stream.read(_LONGEST)
    except OSError as error:
        raise TrustPolicyError([f"the record that {VARIABLE} names cannot be read: {error.strerror}"]) from error
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & _WRITABLE:
        raise TrustPolicyError([f"the record that {VARIABLE} names is not a file that this user alone can write"])
    try:
        return _parsed(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, Malformed) as error:
        raise TrustPolicyError([f"the record that {VARIABLE} names is not one: {error!r}"]) from error


def _parsed(document: Any) -> Recorded:  # noqa: ANN401 - parsed JSON
    if document["schema"] != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA}")
    registry = document["registry"]
    host = registry.removeprefix(_SCHEME)
    if not registry.startswith(_SCHEME) or not is_loopback(host.rpartition(":")[0]):
        raise ValueError("its registry is not on loopback")
    images: set[tuple[str, Digest]] = set()
    for entry in document["images"]:
        reference = Reference.parse(f"{entry['repository']}@{entry['digest']}")
        if reference.digest is None or not entry["why"]:
            raise ValueError("an image has a digest, and a reason why it is not there")
        images.add((str(reference.repository), reference.digest))
    return Recorded(Origin("http", host), frozenset(images))
