"""The lock of vendored charts: what it says, and what is no lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.errors import Problem
from components.locked import LOCK, read_lock, render_lock

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = "0123456789abcdef" * 4


def _written(root: Path, text: str) -> Path:
    (root / LOCK).parent.mkdir(parents=True)
    (root / LOCK).write_text(text)
    return root


def test_without_one_nothing_is_locked(tmp_path: Path) -> None:
    assert read_lock(tmp_path) == {}


def test_what_is_written_is_read_and_always_the_same(tmp_path: Path) -> None:
    text = render_lock({"vault-0.32.0.tgz": DIGEST, "keda-2.20.2.tgz": DIGEST})
    assert text == render_lock({"keda-2.20.2.tgz": DIGEST, "vault-0.32.0.tgz": DIGEST})
    assert read_lock(_written(tmp_path, text)) == {"keda-2.20.2.tgz": DIGEST, "vault-0.32.0.tgz": DIGEST}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "Expecting value"),
        ("[]", "its form is not"),
        (render_lock({}).replace("/v1", "/v2"), "its form is not"),
        (render_lock({}).replace("{}", "[]"), "no mapping"),
        (render_lock({"a.tgz": DIGEST.upper()}), "the digest of a.tgz is not 64"),
        (render_lock({"a.tgz": DIGEST}).replace(f'"{DIGEST}"', "1"), "the digest of a.tgz is not 64"),
        (
            render_lock({"a.tgz": DIGEST}).replace('"a.tgz"', f'"a.tgz": "{DIGEST}", "a.tgz"'),
            "the key 'a.tgz' stands there twice",
        ),
        ("[" * 100_000, "recursion"),
    ],
)
def test_what_is_no_lock_is_told_with_what_to_do(tmp_path: Path, text: str, what: str) -> None:
    found = read_lock(_written(tmp_path, text))
    assert isinstance(found, Problem)
    assert found.file == LOCK
    assert what in found.message
    assert "cartorio charts vendor" in found.message


def test_one_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / LOCK).mkdir(parents=True)
    found = read_lock(tmp_path)
    assert isinstance(found, Problem)
    assert "cannot be read" in found.message
