from __future__ import annotations

from dataclasses import replace

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found

RULE, KEYS = "aws/tags", ("owner", "project")


@pytest.mark.parametrize(
    ("tags", "everything", "defaults", "where"),
    [
        ({"owner": "x", "project": "y"}, None, {}, []),
        ({"owner": "x"}, None, {"project": "y"}, []),
        (None, {"owner": "x", "project": "y"}, {}, []),
        ({"owner": "x", "project": ""}, None, {}, ["x: tags"]),
        (None, None, {}, ["x: tags"]),
        (UNKNOWN, None, {}, ["x: tags?"]),
        ({"owner": "x"}, None, UNKNOWN, ["x: tags?"]),
    ],
)
def test_tags_are_ones_own_or_the_providers(
    tags: object, everything: object, defaults: object, where: list[str]
) -> None:
    key = replace(aws("kms/key:Key", tags=tags, tagsAll=everything), default_tags=defaults)  # type: ignore[arg-type]
    assert found(RULE, key, tags=KEYS) == where


def test_what_cannot_be_tagged_needs_none_and_a_message_names_what_is_missing() -> None:
    assert found(RULE, aws("kms/alias:Alias"), tags=KEYS) == []
    assert found(RULE, aws("kms/key:Key"), tags=()) == []
