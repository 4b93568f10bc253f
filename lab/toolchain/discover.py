"""Finds programs that are already on this machine and asks them for their version."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.paths import home
from lab.toolchain import versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from semver import Version

    from lab.toolchain.catalogue import Probe, Tool
    from lab.toolchain.versions import Range

_PATIENCE = 15.0  # seconds a program may take to tell its version


@dataclass(frozen=True)
class Found:
    """A program that will do."""

    path: Path
    version: str


@dataclass(frozen=True)
class Search:
    """What a search came to: the program, or why none of those that are there will do."""

    found: Found | None
    refused: tuple[str, ...] = ()


def candidates(name: str, environ: Mapping[str, str], *, apart_from: Path) -> Iterator[Path]:
    """Executables called `name` on PATH, each once, without those that live under `apart_from` (our own cache)."""
    seen = set()
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        file = Path(folder or ".") / name
        if not (file.is_file() and os.access(file, os.X_OK)):
            continue
        real = file.resolve()
        if real not in seen and not real.is_relative_to(apart_from.resolve()):
            seen.add(real)
            yield file.absolute()


def search(tool: Tool, wanted: Range, environ: Mapping[str, str], *, apart_from: Path) -> Search:
    """The first program on PATH (for a plugin also the newest of the user's plugins) that is of a wanted version."""
    if tool.probe is None and tool.plugin is None:
        return Search(None, ())
    refused = []
    for file, told in _installed(tool, environ, apart_from):
        version = told or _ask(file, tool, environ)
        if isinstance(version, str):
            refused.append(f"{file}: {version}")
        elif wanted.admits(version):
            return Search(Found(file, str(version)), tuple(refused))
        else:
            refused.append(f"{file} is {version}, needed is {wanted}")
    return Search(None, tuple(refused))


def _installed(tool: Tool, environ: Mapping[str, str], apart_from: Path) -> Iterator[tuple[Path, Version | None]]:
    for file in candidates(tool.name, environ, apart_from=apart_from):
        yield file, None
    if tool.plugin is None:
        return
    # `pulumi plugin install` unpacks to a folder that has the version in its name; `.partial` marks an unfinished one.
    plugins = []
    users = Path(environ["HOME"]) if environ.get("HOME") else home()
    for folder in users.glob(f".pulumi/plugins/{tool.plugin}-v*") if users else ():
        version = versions.parse(folder.name.removeprefix(f"{tool.plugin}-"))
        file = folder / tool.name
        partial = folder.with_name(f"{folder.name}.partial")
        if version is not None and os.access(file, os.X_OK) and not partial.exists():
            plugins.append((version, file))
    for version, file in sorted(plugins, reverse=True):
        yield file, version


def _ask(file: Path, tool: Tool, environ: Mapping[str, str]) -> Version | str:
    """The version, or why there is none."""
    text = _ask_plugin(file, environ) if tool.probe is None else ask(file, tool.probe, environ)
    if text is None:
        return "does not tell its version"
    return versions.parse(text) or f"tells a version that is none: {text}"


def ask(file: Path, probe: Probe, environ: Mapping[str, str]) -> str | None:
    """What a program says its version is; None when it fails, hangs or says something else."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            [file, *probe.arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
            env={**environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
        found = re.search(probe.pattern, done.stdout.decode(errors="replace"), re.MULTILINE)
        if done.returncode == 0 and found:
            return found[1]
    return None


def _ask_plugin(file: Path, environ: Mapping[str, str]) -> str | None:
    """Start a Pulumi plugin (it prints the port it serves on) and ask it; plugins have no `--version`."""
    import grpc
    from google.protobuf.empty_pb2 import Empty
    from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

    try:
        process = subprocess.Popen(
            [file],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            text=True,
        )
    except OSError:
        return None
    give_up = threading.Timer(_PATIENCE, process.kill)
    give_up.start()
    try:
        port = int(process.stdout.readline() if process.stdout else "")
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            answer = ResourceProviderStub(channel).GetPluginInfo(Empty(), timeout=_PATIENCE)
        return str(answer.version)
    except (ValueError, grpc.RpcError):
        return None
    finally:
        give_up.cancel()
        process.kill()
        process.communicate()
