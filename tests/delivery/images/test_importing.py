"""The edges of an import that the command's tests (test_cli) do not reach: tools that hang or lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from delivery.images import importing
from delivery.images.importing import Request, bring_in
from lab.errors import LabError
from lab.report import Quiet
from tests.support.trust import NAME, Shelf

if TYPE_CHECKING:
    from pathlib import Path

    from tests.delivery.images.conftest import Policy


@dataclass(frozen=True)
class Scripts:
    """Tools that are shell scripts of the test's."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    def write(self, name: str, line: str) -> None:
        self.path(name).write_text(f"#!/bin/sh\n{line}\n")
        self.path(name).chmod(0o755)


@pytest.fixture
def request_(policy: Policy) -> Request:
    source = f"vendor.example/unsigned/x@sha256:{'0' * 64}"
    return Request(source, f"{NAME}/mirror/x", policy.file, "producao", policy.key)


def test_tools_that_say_they_did_it_and_did_not_are_found_out(request_: Request, tmp_path: Path, shelf: Shelf) -> None:
    scripts = Scripts(tmp_path / "bin")
    scripts.folder.mkdir()
    scripts.write("crane", f'echo "$@" > {tmp_path}/crane')
    scripts.write("cosign", f'echo "$@" > {tmp_path}/cosign')
    with pytest.raises(LabError, match=r"is signed with .* and not trusted"):
        bring_in(request_, scripts, Quiet())
    digest = request_.source.rpartition("@")[2]
    # By digest, where the mirrors say, under a tag that tells the digest where the source has none.
    place = f"{shelf.host}/mirror/x"
    asked = (tmp_path / "crane").read_text().split()
    assert asked == ["copy", f"{shelf.host}/unsigned/x@{digest}", f"{place}:sha256-{'0' * 12}"]
    signed = (tmp_path / "cosign").read_text().split()
    assert signed[-1] == f"{place}@{digest}"
    assert "--allow-http-registry" in signed


def test_a_tool_that_hangs_is_ended(request_: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = Scripts(tmp_path)
    scripts.write("crane", "exec sleep 60")
    monkeypatch.setattr(importing, "_COPYING", 0.3)
    with pytest.raises(LabError, match="crane copy did not end within 0 s"):
        bring_in(request_, scripts, Quiet())


def test_a_policy_that_cannot_be_used_names_its_mistakes(request_: Request) -> None:
    request_.trust.write_text("version: cartorio.trust/v0\n")
    with pytest.raises(LabError, match="the trust policy cannot be used") as caught:
        bring_in(request_, Scripts(request_.trust.parent), Quiet())
    assert caught.value.exit_code == 2
