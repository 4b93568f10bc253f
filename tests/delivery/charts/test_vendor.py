"""With the real helm and a chart repository on loopback."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from components.locked import LOCK, read_lock, render_lock
from components.sources import VENDORED, ChartPin, Mirrored, Sources
from delivery.charts.vendor import states, vendor
from guardrails.resources.helm import Renderer
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lab.services import Tools
    from tests.support.chart_repository import Repository

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n"
NOBODY = "http://127.0.0.1:9"  # nothing listens on the port of the discard protocol


@pytest.fixture
def helm(toolchain: Tools) -> Path:
    return toolchain.path("helm")


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    return {**os.environ, **{f"HELM_{kind}_HOME": str(tmp_path / kind) for kind in ("CACHE", "CONFIG", "DATA")}}


def test_a_fetched_chart_is_what_the_policy_pack_judges(
    helm: Path,
    environment: Mapping[str, str],
    repository: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = repository.add("one", "1.2.3", CONFIG_MAP)
    pin = ChartPin("one", "1.2.3", repository.url, hashlib.sha256(content).hexdigest())
    assert states(tmp_path, [pin])[0].digest is None
    (state,) = vendor(tmp_path, [pin], Sources(), helm, environment)
    assert (state.digest, state.changed) == (pin.digest, False)
    assert (tmp_path / VENDORED / "one-1.2.3.tgz").read_bytes() == content
    monkeypatch.setenv("PATH", f"{helm.parent}{os.pathsep}{os.environ['PATH']}")
    chart = Sources(vendored=frozenset({pin.archive})).chart(pin)
    (manifest,) = Renderer(tmp_path, "1.36.3").render("one", {"chart": chart.reference, "version": pin.version})
    assert (manifest["kind"], manifest["metadata"]["name"]) == ("ConfigMap", "one")


def test_it_comes_from_the_mirror_of_a_stack(
    helm: Path, environment: Mapping[str, str], repository: Repository, tmp_path: Path
) -> None:
    repository.add("one", "1.2.3", CONFIG_MAP)
    pin = ChartPin("one", "1.2.3", "https://charts.example.org")
    sources = Sources((Mirrored("https://charts.example.org", repository.url),))
    (state,) = vendor(tmp_path, [pin], sources, helm, environment)
    assert state.digest is not None


def test_what_came_first_is_all_that_is_taken_later(
    helm: Path, environment: Mapping[str, str], repository: Repository, tmp_path: Path
) -> None:
    content = repository.add("one", "1.2.3", CONFIG_MAP)
    pin = ChartPin("one", "1.2.3", repository.url)
    list(vendor(tmp_path, [pin], Sources(), helm, environment))
    assert read_lock(tmp_path) == {pin.archive: hashlib.sha256(content).hexdigest()}
    assert not states(tmp_path, [pin])[0].changed
    (tmp_path / LOCK).write_text(render_lock({pin.archive: "0" * 64}))
    with pytest.raises(LabError, match="is not what was pinned"):
        list(vendor(tmp_path, [pin], Sources(), helm, environment))
    assert states(tmp_path, [pin])[0].changed


@pytest.mark.parametrize(
    ("digest", "source", "what"),
    [("0" * 64, None, "is not what was pinned"), (None, NOBODY, "cannot be fetched: .*connection refused")],
)
def test_what_is_there_stays_when_nothing_better_comes(
    helm: Path,
    environment: Mapping[str, str],
    repository: Repository,
    tmp_path: Path,
    digest: str | None,
    source: str | None,
    what: str,
) -> None:
    repository.add("one", "1.2.3", CONFIG_MAP)
    pin = ChartPin("one", "1.2.3", source or repository.url, digest)
    there = tmp_path / VENDORED / pin.archive
    there.parent.mkdir(parents=True)
    there.write_bytes(b"as before")
    with pytest.raises(LabError, match=what):
        list(vendor(tmp_path, [pin], Sources(), helm, environment))
    assert [file.read_bytes() for file in there.parent.iterdir()] == [b"as before"]
    assert states(tmp_path, [pin])[0].changed
