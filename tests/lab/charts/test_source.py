"""With the real helm and a chart repository on loopback."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

import pytest

from lab.charts import source
from lab.charts.pins import Pin
from lab.charts.source import collect
from lab.charts.standin import archive
from lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from lab.services import Tools
    from tests.support.chart_repository import Repository

# Nothing listens on the port of the discard protocol.
NOBODY = "http://127.0.0.1:9"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n"


@pytest.fixture
def helm(toolchain: Tools) -> Path:
    return toolchain.path("helm")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "HELM_CACHE_HOME": str(tmp_path / "cache"),
        "HELM_CONFIG_HOME": str(tmp_path / "config"),
        "HELM_DATA_HOME": str(tmp_path / "data"),
    }


def test_a_source_that_answers_gives_its_own(helm: Path, environment: dict[str, str], repository: Repository) -> None:
    content = repository.add("one", "1.2.3", CONFIG_MAP)
    digest = hashlib.sha256(content).hexdigest()
    (chart,) = collect([Pin("one", "1.2.3", repository.url, digest)], helm, environment)
    assert (chart.archive, chart.stands_in, chart.digest) == (content, "", digest)


@pytest.mark.parametrize("where", [NOBODY, "oci://127.0.0.1:9/charts"])
def test_a_source_that_cannot_be_reached_is_stood_in_for(helm: Path, environment: dict[str, str], where: str) -> None:
    pin = Pin("one", "1.2.3", where, "0" * 64)
    (chart,) = collect([pin], helm, environment)
    assert chart.archive == archive(pin)
    assert "connection refused" in chart.stands_in


def test_a_digest_that_is_not_the_pinned_one_is_an_error(
    helm: Path, environment: dict[str, str], repository: Repository
) -> None:
    repository.add("one", "1.2.3", CONFIG_MAP)
    with pytest.raises(LabError, match="is not what was pinned"):
        collect([Pin("one", "1.2.3", repository.url, "0" * 64)], helm, environment)


def test_a_version_that_is_not_there_is_an_error(
    helm: Path, environment: dict[str, str], repository: Repository
) -> None:
    repository.add("one", "1.2.3", CONFIG_MAP)
    with pytest.raises(LabError, match=r"one 9\.9\.9 is not at its source"):
        collect([Pin("one", "9.9.9", repository.url)], helm, environment)


def test_an_archive_that_is_too_long_is_an_error(
    helm: Path, environment: dict[str, str], repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.add("one", "1.2.3", CONFIG_MAP)
    monkeypatch.setattr(source, "_LONGEST", 10)
    with pytest.raises(LabError, match="no chart of at most"):
        collect([Pin("one", "1.2.3", repository.url)], helm, environment)


def test_a_source_that_hangs_is_asked_once(helm: Path, environment: dict[str, str], repository: Repository) -> None:
    repository.delay = 30.0
    pins = [Pin(name, "1.0.0", repository.url) for name in ("one", "three", "two")]
    start = time.monotonic()
    charts = collect(pins, helm, environment, patience=1.0)
    assert time.monotonic() - start < 20.0
    assert [chart.stands_in for chart in charts] == [f"{repository.url} does not answer within 1 s"] * 3
    assert repository.asked == ["/index.yaml"]


def test_the_applications_own_chart_is_never_stood_in_for(helm: Path, environment: dict[str, str]) -> None:
    with pytest.raises(LabError, match="nothing stands in for the chart cartorio"):
        collect([Pin("cartorio", "1.0.0", NOBODY)], helm, environment)


def test_thirty_stand_ins_are_made_in_less_than_a_second() -> None:
    start = time.monotonic()
    made = {archive(Pin(f"chart-{number}", "1.0.0", NOBODY)) for number in range(30)}
    assert len(made) == 30
    assert time.monotonic() - start < 1.0
