from __future__ import annotations

import pytest

from guardrails.mask import Mask


@pytest.mark.parametrize(
    ("secrets", "text", "shown"),
    [
        (["hunter2-hunter2"], "x/hunter2-hunter2:1", "x/[secret]:1"),
        (["true"], "is true, not untrue", "is [secret], not untrue"),
        (["abc"], "abc", "abc"),
        (["secretly-", "secretly-long"], "secretly-long", "[secret]"),
        (["a.c-a.c-a"], "abc-abc-a", "abc-abc-a"),
        ([], "nothing", "nothing"),
    ],
)
def test_known_secrets_are_hidden(secrets: list[str], text: str, shown: str) -> None:
    mask = Mask()
    mask.learn(secrets)
    assert mask.hide(text) == shown
