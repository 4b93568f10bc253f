from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from lab.errors import LabError, UsageError
from lab.paths import LabPaths
from lab.report import Quiet
from lab.services import NAMES, Lab, NoTools, ServiceState, processes, state
from lab.services.lab import TOOLS, expect_a_labs
from tests.support.lab import bring_up

if TYPE_CHECKING:
    from pathlib import Path

    from lab.services import Tools
    from tests.support.lab import RunningLab

_DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "notary"},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "notary"}},
        "template": {
            "metadata": {"labels": {"app": "notary"}},
            "spec": {
                "topologySpreadConstraints": [
                    {
                        "maxSkew": 1,
                        "topologyKey": "topology.kubernetes.io/zone",
                        "whenUnsatisfiable": "DoNotSchedule",
                        "labelSelector": {"matchLabels": {"app": "notary"}},
                    }
                ],
                "containers": [{"name": "api", "image": "registry.invalid/notary:1"}],
            },
        },
    },
}


def _pids(lab: RunningLab) -> dict[str, int]:
    return {status.name: status.pid for status in lab.services.status() if status.pid is not None}


def _ended(pid: int) -> bool:
    # What another process started, which has ended since, may stay as a zombie until the system's first process reaps.
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def _up(lab: RunningLab) -> RunningLab:
    return bring_up("private", lab.toolchain)


class TestShared:
    def test_every_service_runs_and_says_where(self, lab: RunningLab) -> None:
        services = lab.services.status()
        assert [service.name for service in services] == list(NAMES)
        for service in services:
            assert service.state is ServiceState.RUNNING, service
            assert service.pid is not None
            assert service.url.partition("://")[2].startswith("127.0.0.1:")
            assert service.log.is_file()
            assert service.uptime is not None
            assert service.uptime >= 0
            assert service.rss is not None
            assert service.rss > 1_000_000

    def test_services_listen_on_loopback_only(self, lab: RunningLab) -> None:
        listening = [
            (name, connection.laddr.ip)
            for name, pid in _pids(lab).items()
            for connection in psutil.Process(pid).net_connections(kind="inet")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert {name for name, _ in listening} == set(NAMES)
        assert {address for _, address in listening} == {"127.0.0.1"}

    def test_files_are_private(self, lab: RunningLab) -> None:
        for name in ("kubeconfig", "state.json", "pki/ca.key", "config/kwok.kubeconfig", "logs/audit.log"):
            assert stat.S_IMODE((lab.paths.root / name).stat().st_mode) == 0o600, name
        assert stat.S_IMODE(lab.paths.root.stat().st_mode) == 0o700

    def test_nodes_are_ready_in_three_zones(self, lab: RunningLab) -> None:
        nodes = json.loads(lab.kubectl("get", "nodes", "--output=json"))["items"]
        zones = {node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in nodes}
        assert zones == {"sa-east-1a", "sa-east-1b", "sa-east-1c"}
        for node in nodes:
            assert node["metadata"]["labels"]["topology.kubernetes.io/region"] == "sa-east-1"
            assert node["metadata"]["labels"]["node.kubernetes.io/instance-type"]
            assert node["status"]["allocatable"]["cpu"] == "16"
            assert any(item["type"] == "Ready" and item["status"] == "True" for item in node["status"]["conditions"])

    def test_a_deployment_rolls_out_over_the_zones_and_scales(self, lab: RunningLab, namespace: str) -> None:
        lab.kubectl("apply", "--namespace", namespace, "--filename=-", given=json.dumps(_DEPLOYMENT))
        lab.kubectl("rollout", "status", "deployment/notary", "--namespace", namespace, "--timeout=60s")
        pods = json.loads(lab.kubectl("get", "pods", "--namespace", namespace, "--output=json"))["items"]
        assert len({pod["spec"]["nodeName"] for pod in pods}) == 3
        lab.kubectl("scale", "deployment/notary", "--namespace", namespace, "--replicas=6")
        lab.kubectl("rollout", "status", "deployment/notary", "--namespace", namespace, "--timeout=60s")
        deployment = json.loads(lab.kubectl("get", "deployment/notary", "--namespace", namespace, "--output=json"))
        assert deployment["status"]["readyReplicas"] == 6

    def test_the_api_server_refuses_strangers(self, lab: RunningLab) -> None:
        from lab.services.client import Client, tls
        from lab.services.pki import CLUSTER_CA, Pki

        port = int(lab.endpoints.kubernetes_url.rpartition(":")[2])
        pki = Pki(lab.paths.root / "pki", "")
        status, _ = Client(port, tls(pki, CLUSTER_CA, None)).request("GET", "/api/v1/namespaces")
        assert status == 401
        status, _ = Client(port, tls(pki, CLUSTER_CA, "kube-scheduler")).request("GET", "/api/v1/secrets")
        assert status == 403

    def test_requests_are_audited_without_their_bodies(self, lab: RunningLab, namespace: str) -> None:
        lab.kubectl("create", "secret", "generic", "seal", "--from-literal=word=sesame", "--namespace", namespace)
        audit = (lab.paths.logs / "audit.log").read_text()
        line = next(line for line in audit.splitlines() if namespace in line and '"resource":"secrets"' in line)
        assert json.loads(line)["verb"] == "create"
        assert "sesame" not in audit

    def test_the_registry_takes_and_gives_images(self, lab: RunningLab, tmp_path: Path) -> None:
        import tarfile

        layer = tmp_path / "layer.tar"
        with tarfile.open(layer, "w") as archive:
            archive.add(__file__, "file")
        name = f"{lab.endpoints.registry}/tests/services:one"
        lab.run("crane", "append", "--insecure", "--oci-empty-base", "-f", str(layer), "-t", name)
        assert lab.run("crane", "digest", "--insecure", name).startswith("sha256:")

    def test_the_api_server_answers_its_administrator(self, lab: RunningLab) -> None:
        assert {node["metadata"]["name"] for node in lab.services.api().read("/api/v1/nodes")["items"]}

    def test_endpoints_are_what_another_process_reads(self, lab: RunningLab) -> None:
        assert Lab(lab.paths, NoTools()).endpoints() == lab.endpoints

    def test_up_again_changes_nothing_and_is_quick(self, lab: RunningLab) -> None:
        before = _pids(lab)
        started = time.monotonic()
        assert lab.services.up(Quiet()) == lab.endpoints
        assert time.monotonic() - started < 3  # a tenth of a second on an idle machine
        assert _pids(lab) == before


class TestBroken:
    """One lab, broken in every way; each test begins with a repaired one, which is itself a test of the repair."""

    @pytest.mark.parametrize("victim", NAMES)
    def test_a_killed_service_is_started_again(self, private_lab: RunningLab, victim: str) -> None:
        before = _pids(private_lab)
        private_lab.kubectl("create", "configmap", f"before-{victim}", "--from-literal=a=b", "--dry-run=client")
        os.kill(before[victim], signal.SIGKILL)
        after = _up(private_lab)
        pids = _pids(after)
        assert pids.pop(victim) != before.pop(victim)
        assert pids == before  # nobody else was touched
        assert all(status.state is ServiceState.RUNNING for status in after.services.status())
        changed = after.endpoints.cloud_generation != private_lab.endpoints.cloud_generation
        assert changed == (victim == "moto")
        changed = after.endpoints.registry_generation != private_lab.endpoints.registry_generation
        assert changed == (victim == "registry")

    def test_the_cluster_keeps_its_objects_when_everything_dies(self, private_lab: RunningLab) -> None:
        private_lab.kubectl("create", "namespace", "kept")
        for pid in _pids(private_lab).values():
            os.kill(pid, signal.SIGKILL)
        after = _up(private_lab)
        assert after.endpoints.kubernetes_url == private_lab.endpoints.kubernetes_url
        after.kubectl("get", "namespace", "kept")
        after.kubectl("delete", "namespace", "kept")

    def test_a_hung_service_is_replaced(self, private_lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> None:
        from lab.services import runner

        monkeypatch.setattr(runner, "_PATIENCE", 1.0)
        monkeypatch.setattr(runner, "GRACE", 0.5)  # a stopped process does not hear TERM
        before = _pids(private_lab)["registry"]
        os.kill(before, signal.SIGSTOP)
        assert _pids(_up(private_lab))["registry"] != before
        assert _ended(before)

    def test_a_port_taken_meanwhile_is_replaced_and_the_kubeconfig_follows(self, private_lab: RunningLab) -> None:
        import socket

        pids = _pids(private_lab)
        port = int(private_lab.endpoints.kubernetes_url.rpartition(":")[2])
        os.kill(pids["kube-apiserver"], signal.SIGKILL)
        with socket.socket() as squatter:
            squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            _eventually(lambda: squatter.bind(("127.0.0.1", port)))
            squatter.listen()
            after = _up(private_lab)
        assert after.endpoints.kubernetes_url != private_lab.endpoints.kubernetes_url
        after.kubectl("get", "nodes")
        # Those that were told the old address have been restarted; etcd, the cloud and the registry have not.
        changed = {name for name, pid in _pids(after).items() if pids[name] != pid}
        assert changed == {"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"}

    def test_an_interrupted_start_is_continued_and_leaves_nothing_double(self, private_lab: RunningLab) -> None:
        private_lab.services.down(Quiet())
        tools = {name: str(private_lab.toolchain.path(name)) for name in TOOLS}
        # Interrupted three times, each time a service further.
        for number, reached in (
            (signal.SIGINT, "etcd"),
            (signal.SIGKILL, "kube-apiserver"),
            (signal.SIGTERM, "kube-controller-manager"),
        ):
            command = [sys.executable, "-c", _UP, str(private_lab.paths.root), json.dumps(tools)]
            with subprocess.Popen(command, stderr=subprocess.DEVNULL) as up:
                _eventually(lambda reached=reached: _expect_recorded(private_lab.paths, reached), 60)
                up.send_signal(number)
                assert up.wait(30) != 0
        _up(private_lab)
        running = [name for name, _ in processes.of_lab(private_lab.paths.root)]
        assert sorted(running) == sorted(NAMES)

    def test_a_process_that_no_record_knows_is_ended(self, private_lab: RunningLab) -> None:
        known = json.loads(private_lab.paths.state.read_text())
        lost = known["services"].pop("kwok")["process"]["pid"]
        private_lab.paths.state.write_text(json.dumps(known))
        assert _pids(_up(private_lab))["kwok"] != lost
        assert _ended(lost)

    def test_a_damaged_state_is_refused_and_down_copes(self, private_lab: RunningLab) -> None:
        pids = _pids(private_lab)
        private_lab.paths.state.write_text("{")
        for call in (private_lab.services.status, private_lab.services.endpoints, lambda: _up(private_lab)):
            with pytest.raises(LabError, match="state cannot be read") as caught:
                call()
            assert caught.value.where == str(private_lab.paths.state)
            assert "cartorio lab down" in str(caught.value.remedy)
        private_lab.services.down(Quiet())
        assert not private_lab.paths.root.exists()
        assert all(_ended(pid) for pid in pids.values())
        assert processes.of_lab(private_lab.paths.root) == ()

    def test_down_finds_the_processes_of_a_deleted_folder(self, private_lab: RunningLab) -> None:
        import shutil

        pids = _pids(private_lab)
        shutil.rmtree(private_lab.paths.root, ignore_errors=True)
        private_lab.services.down(Quiet())
        assert all(_ended(pid) for pid in pids.values())
        assert not private_lab.paths.root.exists()


# What `cartorio lab up` does, with tools that need no looking for.
_UP = """
import json, sys
from pathlib import Path
from lab.paths import LabPaths
from lab.report import Quiet
from lab.services import Lab

class Tools:
    def path(self, name):
        return Path(json.loads(sys.argv[2])[name])

root = Path(sys.argv[1])
Lab(LabPaths(root, root), Tools()).up(Quiet())
"""


def _expect_recorded(paths: LabPaths, service: str) -> None:
    current = state.load(paths)
    if current is None or service not in current.services:
        raise OSError(f"{service} has not been started")


def _eventually(act: object, seconds: float = 10.0) -> None:
    assert callable(act)
    deadline = time.monotonic() + seconds
    while True:
        try:
            act()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


class TestRefusals:
    def test_a_lab_that_is_not_up(self, tmp_path: Path) -> None:
        lab = Lab(LabPaths(tmp_path / "lab", tmp_path / "cache"), NoTools())
        with pytest.raises(LabError, match="not up"):
            lab.endpoints()
        assert {status.state for status in lab.status()} == {ServiceState.STOPPED}
        lab.down(Quiet())  # nothing to do, and no folder left
        assert list(tmp_path.iterdir()) == []

    def test_what_an_engine_left_in_a_lab_that_went_down_is_a_labs(self, tmp_path: Path) -> None:
        (tmp_path / "stacks").mkdir()
        with pytest.raises(UsageError, match="not a lab's: it holds stacks"):
            expect_a_labs(tmp_path)
        (tmp_path / "stacks" / ".pulumi").mkdir()
        expect_a_labs(tmp_path)
        expect_a_labs(tmp_path / "not there")

    def test_an_unknown_service(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="no service 'kubelet'") as caught:
            Lab(LabPaths(tmp_path, tmp_path), NoTools()).log("kubelet")
        assert "kube-scheduler" in str(caught.value.remedy)

    def test_a_missing_tool(self, tmp_path: Path) -> None:
        lab = Lab(LabPaths(tmp_path / "lab", tmp_path), NoTools())
        with pytest.raises(LabError, match=r"tool .* is missing"):
            lab.up(Quiet())
        lab.down(Quiet())
        assert not (tmp_path / "lab").exists()

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(LabError) as caught:
            Lab(LabPaths(tmp_path / "file" / "lab", tmp_path), NoTools()).up(Quiet())
        assert "CARTORIO_LAB" in str(caught.value.remedy)

    def test_a_disk_without_space(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from lab.services import lab as module

        monkeypatch.setattr(module, "_NEEDED_SPACE", 1 << 62)
        with pytest.raises(LabError, match="nearly full") as caught:
            Lab(LabPaths(tmp_path / "lab", tmp_path), NoTools()).up(Quiet())
        assert "free some space" in str(caught.value.remedy)

    def test_a_service_that_ends_at_once_shows_its_last_words(self, tmp_path: Path, toolchain: Tools) -> None:
        class Broken:
            def path(self, name: str) -> Path:
                if name != "etcd":
                    return toolchain.path(name)
                tool = tmp_path / "etcd"
                tool.write_text("#!/bin/sh\necho no luck today >&2\nexit 1\n")
                tool.chmod(0o755)
                return tool

        lab = Lab(LabPaths(tmp_path / "lab", tmp_path), Broken())
        try:
            with pytest.raises(LabError, match=r"(?s)etcd ended while it was starting.*no luck today") as caught:
                lab.up(Quiet())
            assert "cartorio lab logs etcd" in str(caught.value.remedy)
        finally:
            lab.down(Quiet())
        assert processes.of_lab(tmp_path / "lab") == ()
