"""in-toto statements: somebody's word about things named by their digests.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and its predecessor v0.1. Pure; what a predicate
says is `predicates`' business.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from guardrails.trust import strict_json
from guardrails.trust.errors import Malformed, quoted

if TYPE_CHECKING:
    from guardrails.trust.reference import Digest

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT_V1: Final = "https://in-toto.io/Statement/v1"
_KINDS: Final = (STATEMENT_V1, "https://in-toto.io/Statement/v0.1")
_KNOWN: Final = frozenset({"_type", "subject", "predicateType", "predicate"})
_MOST_SUBJECTS: Final = 1024


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement.

    Attributes:
        kind: its `_type`.
        predicate_type: a URI.
        predicate: any JSON value.
        subjects: what it is about: their digests by algorithm.
    """

    kind: str
    predicate_type: str
    predicate: object = field(repr=False)
    subjects: tuple[dict[str, Any], ...] = field(repr=False)

    @classmethod
    def parse(cls, payload: bytes) -> Statement:
        """Read one.

        Raises:
            Malformed: it is none, or names no subject.
        """
        body = strict_json.load_object(payload, _KNOWN)
        kind, predicate_type, subjects = body.get("_type"), body.get("predicateType"), body.get("subject")
        if not isinstance(predicate_type, str) or not predicate_type:
            raise Malformed("its statement has no predicateType")
        if not isinstance(subjects, list) or not subjects or not all(isinstance(entry, dict) for entry in subjects):
            raise Malformed("its statement names no subject")
        if len(subjects) > _MOST_SUBJECTS:
            raise Malformed(f"{len(subjects)} subjects, more than the {_MOST_SUBJECTS} that are read")
        digests = []
        for entry in subjects:
            strict_json.refuse_variants(entry, frozenset({"name", "digest"}))
            digest = entry.get("digest")
            digests.append(digest if isinstance(digest, dict) else {})
        if kind not in _KINDS:
            raise Malformed(f"it signs a {quoted(kind)}, not an in-toto Statement v1")
        return cls(kind, predicate_type, body.get("predicate"), tuple(digests))

    def check_subject(self, digest: Digest) -> None:
        """Demand that one of the subjects is this digest.

        Raises:
            Malformed: none is.
        """
        named = [subject.get(digest.algorithm) for subject in self.subjects]
        if digest.hex not in named:
            raise Malformed(f"it was made for {quoted(named[0])}, not for this image")
