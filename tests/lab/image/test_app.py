"""The application that the lab deploys has the life cycle that the chart relies on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.toolchain import Toolchain

SOURCE = Path(__file__).resolve().parents[3] / "lab" / "image" / "app"
DEADLINE = 20.0


@pytest.fixture(scope="module")
def binary(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("app") / "app"
    subprocess.run(
        [toolchain.path("go"), "build", "-buildvcs=false", "-o", target, "."],
        cwd=SOURCE,
        env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": ""},
        check=True,
        timeout=300,
    )
    return target


@contextmanager
def running(binary: Path, role: str, drain: str) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    with socket.create_server(("127.0.0.1", 0)) as held:
        address = f"127.0.0.1:{held.getsockname()[1]}"
    process = subprocess.Popen(
        [binary, role], env={"CARTORIO_ADDRESS": address, "CARTORIO_DRAIN_SECONDS": drain}, stdout=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://{address}", timeout=5, transport=httpx.HTTPTransport()) as client:
            yield process, client
    finally:
        process.kill()
        process.wait()


def answers(client: httpx.Client, path: str, status: int) -> bool:
    """Poll until `path` answers with `status`; False at the deadline."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        try:
            if client.get(path).status_code == status:
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("role", ["api", "workers"])
def test_every_probe_of_the_chart_is_answered(binary: Path, role: str) -> None:
    with running(binary, role, "0") as (_, client):
        assert answers(client, "/startupz", 204)
        assert client.get("/livez").status_code == 204
        assert client.get("/readyz").status_code == 204
        assert client.get("/").json() == {"role": role}
        assert client.get("/other").status_code == 404


def test_a_stopping_pod_is_unready_first_serves_on_and_then_ends_well(binary: Path) -> None:
    with running(binary, "api", "2") as (process, client):
        assert answers(client, "/readyz", 204)
        process.send_signal(signal.SIGTERM)
        assert answers(client, "/readyz", 503)
        assert client.get("/").status_code == 200
        assert process.wait(DEADLINE) == 0


@pytest.mark.parametrize("arguments", [[], ["other"], ["api", "more"]])
def test_an_unknown_role_is_refused(binary: Path, arguments: list[str]) -> None:
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == 1
    assert "usage: app api|workers" in done.stdout


@pytest.mark.parametrize("seconds", ["-1", "601", "soon"])
def test_a_senseless_drain_time_is_refused(binary: Path, seconds: str) -> None:
    done = subprocess.run(
        [binary, "api"],
        env={"CARTORIO_DRAIN_SECONDS": seconds},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 1
    assert "CARTORIO_DRAIN_SECONDS" in done.stdout
