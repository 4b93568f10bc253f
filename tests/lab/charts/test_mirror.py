from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from lab.charts.mirror import MIRROR, RECORD, serve
from lab.charts.pins import Pin
from lab.charts.source import Chart
from lab.charts.standin import archive
from lab.engine.state import Resource, StackState
from lab.services.client import Client, NotReady

if TYPE_CHECKING:
    from pathlib import Path

    from lab.services import Tools

VAULT = Pin("vault", "0.32.0", "https://charts.example.test")
KARPENTER = Pin("karpenter", "1.14.3", "oci://registry.example.test/karpenter")
CHARTS = (Chart(VAULT, archive(VAULT), "no such host"), Chart(KARPENTER, archive(KARPENTER)))
RELEASE = "kubernetes:helm.sh/v3:Release"


def _release(**inputs: object) -> Resource:
    return Resource(f"urn:pulumi:x::cartorio::{RELEASE}::x", RELEASE, "x", inputs)


def test_helm_finds_the_charts_in_it(toolchain: Tools, tmp_path: Path) -> None:
    with serve(CHARTS, tmp_path / "record.json") as mirror:
        for pin in (VAULT, KARPENTER):
            done = subprocess.run(
                [toolchain.path("helm"), "show", "chart", pin.name, "--repo", mirror.url, "--version", pin.version],
                check=False,
                capture_output=True,
                text=True,
                env={**os.environ, "HELM_CACHE_HOME": str(tmp_path / "cache")},
            )
            assert done.returncode == 0, done.stderr
            assert f"name: {pin.name}\n" in done.stdout
    assert mirror.missing == {"vault"}


def test_only_what_it_has_is_served_and_only_while_the_body_runs(tmp_path: Path) -> None:
    with serve(CHARTS, tmp_path / "record.json") as mirror:
        client = Client(int(mirror.url.rpartition(":")[2]), None)
        assert client.request("GET", "/charts/vault-0.32.0.tgz") == (200, archive(VAULT))
        for path in ("/charts/other-1.0.0.tgz", "/../record.json", "/record.json"):
            assert client.request("GET", path) == (404, b"")
    with pytest.raises(NotReady, match="refused"):
        client.expect("/index.yaml")


def test_the_record_is_private_and_tells_what_is_a_stand_in(tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    with serve(CHARTS, record) as mirror:
        assert mirror.environment == {MIRROR: mirror.url, RECORD: str(record)}
        assert record.stat().st_mode & 0o777 == 0o600
        document = json.loads(record.read_text("utf-8"))
        assert (document["schema"], document["mirror"]) == ("cartorio.charts/v1", mirror.url)
        assert [(chart["name"], chart["sha256"], chart["standsIn"]) for chart in document["charts"]] == [
            ("vault", CHARTS[0].digest, "no such host"),
            ("karpenter", CHARTS[1].digest, ""),
        ]
    assert not record.exists()


def test_it_is_gone_when_the_body_fails(tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    with pytest.raises(RuntimeError, match="interrupted"), serve(CHARTS, record):
        raise RuntimeError("interrupted")
    assert not record.exists()


def test_the_releases_of_a_stack_that_have_a_stand_in_are_told_by_name(tmp_path: Path) -> None:
    with serve(CHARTS, tmp_path / "record.json") as mirror:
        mirrored = {"repo": mirror.url}
        state = StackState(
            (
                _release(chart="vault", version="0.32.0", repositoryOpts=mirrored),
                _release(chart="karpenter", version="1.14.3", repositoryOpts=mirrored),
                _release(chart="vault", version="0.31.0", repositoryOpts=mirrored),
                _release(chart="./charts/cartorio"),
                Resource("urn:x", "aws:s3/bucket:Bucket", "x", {}),
            )
        )
        assert mirror.stood_in(state) == {"vault 0.32.0": "no such host"}
        elsewhere = _release(chart="vault", version="0.32.0", repositoryOpts={"repo": "https://charts.example.test"})
        assert mirror.stood_in(StackState((elsewhere,))) == {}
