from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from semver import Version

from lab.engine.plugins import write_script
from lab.toolchain import discover
from lab.toolchain.catalogue import Probe, Tool
from lab.toolchain.discover import search
from lab.toolchain.versions import Match, Range

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_KUBECTL = Tool("kubectl", "g", "m", "p", Probe(("version", "--client"), r"Client Version: v?(\S+)"), Match.SAME_MINOR)
_PLUGIN = Tool("pulumi-resource-kubernetes", "g", "m", ".", None, plugin="resource-kubernetes")
_WANTED = Range(Version(1, 36, 3), Match.SAME_MINOR)
_SERVER = """\
import sys, time
from concurrent import futures
import grpc
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc

class Provider(provider_pb2_grpc.ResourceProviderServicer):
    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version="{version}")

server = grpc.server(futures.ThreadPoolExecutor(max_workers=1))
provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(), server)
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
server.wait_for_termination()
"""


def _environ(*folders: Path, home: Path | None = None) -> dict[str, str]:
    return {"PATH": os.pathsep.join(map(str, folders)), "HOME": str(home or "/nonexistent")}


def test_the_first_that_suffices_is_taken_and_the_others_are_told_about(
    tmp_path: Path, program: Callable[..., Path]
) -> None:
    old = program(tmp_path / "a", "kubectl", "Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0")
    good = program(tmp_path / "b", "kubectl", "Client Version: v1.36.1")
    program(tmp_path / "c", "kubectl", "Client Version: v1.36.3")
    found = search(_KUBECTL, _WANTED, _environ(*map(tmp_path.joinpath, "abc")), apart_from=tmp_path / "cache")
    assert found.found == discover.Found(good, "1.36.1")
    assert found.refused == (f"{old} is 1.32.4-dispatcher, needed is 1.36.x",)


def test_one_that_cannot_be_asked_is_never_taken_from_path(tmp_path: Path, program: Callable[..., Path]) -> None:
    program(tmp_path, "kubectl", "Client Version: v1.36.3")
    mute = replace(_KUBECTL, probe=None)
    assert search(_KUBECTL, _WANTED, _environ(tmp_path), apart_from=tmp_path / "cache").found is not None
    assert search(mute, _WANTED, _environ(tmp_path), apart_from=tmp_path / "cache") == discover.Search(None)


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("Client Version: v1.36.3", 1, "does not tell its version"),
        ("something else", 0, "does not tell its version"),
        ("Client Version: vNext", 0, "tells a version that is none: Next"),
        ("Client Version: v1.37.0", 0, "needed is 1.36.x"),
    ],
)
def test_what_does_not_suffice_is_refused_with_the_reason(
    tmp_path: Path, program: Callable[..., Path], text: str, code: int, reason: str
) -> None:
    program(tmp_path / "bin", "kubectl", text, code=code)
    found = search(_KUBECTL, _WANTED, _environ(tmp_path / "bin"), apart_from=tmp_path / "cache")
    assert found.found is None
    assert len(found.refused) == 1
    assert reason in found.refused[0]


def test_our_own_cache_on_path_is_not_a_find(tmp_path: Path, program: Callable[..., Path]) -> None:
    cached = program(tmp_path / "cache" / "kubectl-key", "kubectl", "Client Version: v1.36.3")
    links = tmp_path / "links"
    links.mkdir()
    (links / "kubectl").symlink_to(cached)
    found = search(_KUBECTL, _WANTED, _environ(cached.parent, links), apart_from=tmp_path / "cache")
    assert found == discover.Search(None)


def test_what_cannot_be_executed_is_not_a_candidate(tmp_path: Path, program: Callable[..., Path]) -> None:
    program(tmp_path / "a", "kubectl", "Client Version: v1.36.3").chmod(0o644)
    (tmp_path / "b" / "kubectl").mkdir(parents=True)
    environ = _environ(tmp_path / "a", tmp_path / "b", tmp_path / "absent")
    assert search(_KUBECTL, _WANTED, environ, apart_from=tmp_path / "cache") == discover.Search(None)


def test_one_program_behind_two_folders_is_asked_once(tmp_path: Path, program: Callable[..., Path]) -> None:
    program(tmp_path / "usr", "kubectl", "Client Version: v1.0.0")
    (tmp_path / "bin").symlink_to(tmp_path / "usr")
    found = search(_KUBECTL, _WANTED, _environ(tmp_path / "usr", tmp_path / "bin"), apart_from=tmp_path / "cache")
    assert len(found.refused) == 1


def test_a_program_that_hangs_is_given_up(
    tmp_path: Path, program: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin", "kubectl", "").write_text("#!/bin/sh\nexec /bin/sleep 60\n", encoding="utf-8")
    monkeypatch.setattr(discover, "_PATIENCE", 0.2)
    begun = time.monotonic()
    found = search(_KUBECTL, _WANTED, _environ(tmp_path / "bin"), apart_from=tmp_path / "cache")
    assert time.monotonic() - begun < 30
    assert found.found is None


class TestPlugin:
    wanted = Range(Version(4, 18, 2), Match.SAME_MAJOR)

    def test_a_user_without_a_home_has_none(
        self, tmp_path: Path, program: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program(tmp_path / ".pulumi/plugins/resource-kubernetes-v4.20.0", "pulumi-resource-kubernetes", "")
        monkeypatch.chdir(tmp_path)  # which is not taken for it
        monkeypatch.setattr(discover, "home", lambda: None)
        for environ in ({"PATH": ""}, {"PATH": "", "HOME": ""}):
            assert search(_PLUGIN, self.wanted, environ, apart_from=tmp_path / "cache") == discover.Search(None)

    def test_the_newest_of_the_users_plugins_is_taken(self, tmp_path: Path, program: Callable[..., Path]) -> None:
        plugins = tmp_path / ".pulumi" / "plugins"
        for version in ("4.9.0", "4.20.0", "4.34.2", "5.0.0"):
            program(plugins / f"resource-kubernetes-v{version}", "pulumi-resource-kubernetes", "")
        (plugins / "resource-kubernetes-v4.34.2.partial").touch()  # its download was interrupted
        program(plugins / "resource-kubernetes-cert-manager-v4.99.0", "pulumi-resource-kubernetes", "")
        found = search(_PLUGIN, self.wanted, _environ(home=tmp_path), apart_from=tmp_path / "cache")
        assert found.found is not None
        assert found.found.version == "4.20.0"
        assert found.found.path == plugins / "resource-kubernetes-v4.20.0" / "pulumi-resource-kubernetes"

    def test_a_plugin_on_path_is_asked_in_pulumis_protocol(self, tmp_path: Path) -> None:
        for folder, version in (("old", "4.17.0"), ("new", "4.34.2")):
            server = tmp_path / folder / "server.py"
            server.parent.mkdir()
            server.write_text(_SERVER.format(version=version), encoding="utf-8")
            # Not by `#!`: this Python may be in a folder with a space in its name.
            write_script(server.with_name(_PLUGIN.name), [sys.executable, str(server)])
        environ = _environ(tmp_path / "old", tmp_path / "new", home=tmp_path)
        found = search(_PLUGIN, self.wanted, environ, apart_from=tmp_path / "cache")
        assert found.found == discover.Found(tmp_path / "new" / _PLUGIN.name, "4.34.2")
        assert found.refused == (f"{tmp_path / 'old' / _PLUGIN.name} is 4.17.0, needed is >= 4.18.2, < 5",)

    def test_a_plugin_that_serves_nothing_is_refused(self, tmp_path: Path, program: Callable[..., Path]) -> None:
        file = program(tmp_path / "bin", _PLUGIN.name, "no port")
        found = search(_PLUGIN, self.wanted, _environ(tmp_path / "bin", home=tmp_path), apart_from=tmp_path / "cache")
        assert found == discover.Search(None, (f"{file}: does not tell its version",))
