from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust.errors import Malformed
from guardrails.trust.reference import Digest
from guardrails.trust.statements import Statement
from tests.support.signing import encode, statement

DIGEST = Digest.of(b"image")
GOOD = statement(str(DIGEST))


@pytest.mark.parametrize("kind", ["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"])
def test_a_statement_is_about_its_subjects(kind: str) -> None:
    parsed = Statement.parse(encode({**GOOD, "_type": kind, "predicate": {"a": 1}}))
    parsed.check_subject(DIGEST)
    assert (parsed.kind, parsed.predicate) == (kind, {"a": 1})
    with pytest.raises(Malformed, match="not for this image"):
        parsed.check_subject(Digest.of(b"other"))
    with pytest.raises(Malformed, match="not for this image"):  # the same text under another algorithm's name
        Statement.parse(encode({**GOOD, "subject": [{"digest": {"sha512": DIGEST.hex}}]})).check_subject(DIGEST)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"_type": "https://in-toto.io/Statement/v2"}, "not an in-toto Statement v1"),
        ({"_type": None}, "not an in-toto Statement v1"),
        ({"predicateType": ""}, "has no predicateType"),
        ({"predicateType": 3}, "has no predicateType"),
        ({"subject": []}, "names no subject"),
        ({"subject": {}}, "names no subject"),
        ({"subject": ["x"]}, "names no subject"),
        ({"subject": [{"Digest": {}}]}, "only by case"),
        ({"subject": [{"digest": {}}] * 1025}, "more than the 1024"),
        ({"PredicateType": "x"}, "also as"),
    ],
)
def test_what_is_no_statement_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(Malformed, match=why):
        Statement.parse(encode({**GOOD, **change}))


@given(st.binary(max_size=100))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        Statement.parse(data)
