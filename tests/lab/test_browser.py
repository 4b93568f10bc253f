"""The browser without a screen; that it shows pages is seen in tests/delivery/comment/test_body.py."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lab import browser as module
from lab.browser import Browser, browser
from lab.errors import LabError
from lab.paths import LabPaths


def test_it_runs_scripts_and_makes_pictures(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p id=x></p><script>document.getElementById('x').textContent = 6 * 7</script>")
    assert '<p id="x">42</p>' in browser(LabPaths.default()).document(page)


def test_one_that_is_named_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "chromium"
    mine.touch()
    monkeypatch.setenv("CARTORIO_CHROMIUM", str(mine))
    assert browser(LabPaths.default()) == Browser(mine, {})
    mine.unlink()
    with pytest.raises(LabError, match="names no file"):
        browser(LabPaths.default())


def test_one_on_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "chromium"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CARTORIO_CHROMIUM", raising=False)
    assert browser(LabPaths.default()).program == mine


def test_without_any_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CARTORIO_CHROMIUM", raising=False)
    with pytest.raises(LabError, match="apt-get cannot be run") as caught:
        browser(replace(LabPaths.default(), cache=tmp_path / "cache"))
    assert "CARTORIO_CHROMIUM" in (caught.value.remedy or "")


def test_a_browser_that_fails_or_makes_no_picture(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="false --headless failed"):
        Browser(Path("/bin/false"), {}).document(tmp_path)
    with pytest.raises(LabError, match="no picture"):
        Browser(Path("/bin/true"), {}).screenshot(tmp_path, tmp_path / "picture.png")


def test_what_apt_would_install_is_what_is_missing() -> None:
    said = "Reading lists...\nInst libogg0 (1.3.5-3 Debian:12 [amd64])\nInst a-b (1)\nConf libogg0 (1.3.5-3)\n"
    assert module._MISSING.findall(said) == ["libogg0", "a-b"]
