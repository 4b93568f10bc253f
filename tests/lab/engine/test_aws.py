"""The lab's stand-in for `aws`, run as a cluster's clients run it, against a moto of its own."""

from __future__ import annotations

import base64
import json
import logging
import shlex
import subprocess
import sys
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from moto.server import ThreadedMotoServer

from lab.engine.environment import environment
from lab.paths import LabPaths
from tests.support.aws_case import Hands
from tests.support.tiny_project import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKED = ("eks", "get-token", "--cluster-name", "cartorio", "--region", "sa-east-1")


class _Tools:
    """Tools that are only names: nothing here starts them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        return self._folder / name


@pytest.fixture(scope="module")
def cloud_url() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    Hands(url)("eks").create_cluster(
        name="cartorio", roleArn="arn:aws:iam::123456789012:role/r", resourcesVpcConfig={"subnetIds": ["subnet-1"]}
    )
    yield url
    server.stop()


@pytest.fixture
def lab(tmp_path: Path, cloud_url: str) -> dict[str, str]:
    """The environment of a lab with that cloud."""
    kubeconfig = tmp_path / "kubeconfig"
    data = {name: base64.b64encode(name.encode()).decode() for name in ("client-certificate-data", "client-key-data")}
    kubeconfig.write_text(json.dumps({"users": [{"name": "admin", "user": data}]}))
    paths = LabPaths(root=tmp_path / "lab", cache=tmp_path / "cache")
    paths.root.mkdir()
    endpoints = replace(NOWHERE, cloud_url=cloud_url, kubeconfig=kubeconfig)
    return environment(paths, _Tools(tmp_path / "tools"), endpoints, official=())


def _aws(lab: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    program = lab["PATH"].partition(":")[0] + "/aws"
    return subprocess.run([program, *arguments], env=lab, capture_output=True, text=True, timeout=60, check=False)


def test_a_cluster_that_is_active_is_entered_with_the_labs_certificate(lab: dict[str, str]) -> None:
    done = _aws(lab, *ASKED)
    assert (done.returncode, done.stderr) == (0, "")
    credential: dict[str, Any] = json.loads(done.stdout)
    assert credential["kind"] == "ExecCredential"
    assert credential["apiVersion"] == "client.authentication.k8s.io/v1beta1"
    assert credential["status"] == {
        "clientCertificateData": "client-certificate-data",
        "clientKeyData": "client-key-data",
    }
    assert _aws(lab, *ASKED, "--output", "json").stdout == done.stdout


@pytest.mark.parametrize(("at", "value"), [(3, "other"), (5, "us-east-1")])
def test_a_cluster_that_is_not_there_is_not_entered(lab: dict[str, str], at: int, value: str) -> None:
    done = _aws(lab, *ASKED[:at], value, *ASKED[at + 1 :])
    assert (done.returncode, done.stdout) == (254, "")
    assert f"DescribeCluster of {value if at == 3 else 'cartorio'}" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("s3", "ls"),
        ("eks", "get-token"),
        ASKED[:4],
        ASKED[:5],
        (*ASKED, "--role-arn", "arn:aws:iam::1:role/r"),
        (*ASKED, "--output", "text"),
        ("eks", "describe-cluster", *ASKED[2:]),
    ],
)
def test_anything_else_is_an_error_that_says_what_it_can_do(lab: dict[str, str], arguments: tuple[str, ...]) -> None:
    done = _aws(lab, *arguments)
    assert (done.returncode, done.stdout) == (252, "")
    assert "the lab's aws can do `aws eks get-token --cluster-name NAME --region REGION` only" in done.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:2"}, "the lab's cloud does not answer at http://127.0.0.1:2"),
        ({"AWS_ENDPOINT_URL": None}, "AWS_ENDPOINT_URL is not set: work in the lab's shell"),
        ({"KUBECONFIG": "/nonexistent"}, "has no client certificate: is the lab up?"),
    ],
)
def test_what_is_missing_is_said(lab: dict[str, str], changes: dict[str, str | None], said: str) -> None:
    changed = {name: value for name, value in {**lab, **changes}.items() if value is not None}
    done = _aws(changed, *ASKED)
    assert (done.returncode, done.stdout) == (254, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


class _Creating(BaseHTTPRequestHandler):
    """EKS, while it makes a cluster."""

    def do_GET(self) -> None:
        body = json.dumps({"cluster": {"status": "CREATING"}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


def test_a_cluster_that_is_not_active_yet_is_not_entered(lab: dict[str, str]) -> None:
    with HTTPServer(("127.0.0.1", 0), _Creating) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        done = _aws({**lab, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"}, *ASKED)
        thread.join()
    assert (done.returncode, done.stdout) == (254, "")
    assert "the cluster cartorio is CREATING, not ACTIVE" in done.stderr


def test_it_loads_no_package(lab: dict[str, str]) -> None:
    program = Path(lab["PATH"].partition(":")[0]) / "aws"
    assert shlex.split(program.read_text("utf-8").splitlines()[1])[1:4] == [sys.executable, "-I", "-S"]
