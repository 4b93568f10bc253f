from __future__ import annotations

import pytest

from guardrails.resources.aws_tags import default_tags
from guardrails.resources.reading import UNKNOWN


@pytest.mark.parametrize(
    ("provider", "tags"),
    [
        ({"defaultTags": '{"tags": {"owner": "x"}}'}, {"owner": "x"}),
        ({"defaultTags": {"tags": {"owner": "x"}}}, {"owner": "x"}),
        ({"defaultTags": {"tags": UNKNOWN}}, UNKNOWN),
        ({"defaultTags": UNKNOWN}, UNKNOWN),
        ({"defaultTags": "{"}, {}),
        ({"defaultTags": "[]"}, {}),
        ({"defaultTags": {"tags": []}}, {}),
        ({}, {}),
    ],
)
def test_default_tags_are_read_from_text_or_object(provider: dict[str, object], tags: object) -> None:
    assert default_tags(provider) == tags
