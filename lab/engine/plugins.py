"""Lays out the engine's plugins where the engine looks for them, so that it neither searches PATH nor downloads.

The engine takes a plugin from `$PULUMI_HOME/plugins/<kind>-<name>-v<version>/pulumi-<kind>-<name>`, and a provider's
version must equal that of the SDK asking for it (github.com/pulumi/pulumi/sdk/v3 v3.259.0, workspace/plugins.go). A
language host may have any version there; one beside the `pulumi` binary, as the vendor's installation has it, wins.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from lab.errors import LabError, UsageError
from lab.paths import home

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from lab.paths import LabPaths
    from lab.services.model import Tools

OFFICIAL_PLUGINS = "CARTORIO_OFFICIAL_PLUGINS"
_EXECUTABLE = 0o755
_KEEPER = Path(__file__).with_name("_keeper.py")


class Origin(StrEnum):
    """Whose code a plugin is."""

    LAB = "lab"  # this repository's own
    TOOLCHAIN = "toolchain"  # the vendor's, built from its pinned module (an older release) or found on PATH
    OFFICIAL = "official"  # the vendor's, as the user has installed it


@dataclass(frozen=True)
class Plugin:
    """A plugin as it is laid out.

    Attributes:
        kind: `resource` or `language`.
        name: `aws`, `python`, ...
        version: what its folder says: the installed SDK's version.
        origin: whose code it is.
        path: the file that the engine starts.
    """

    kind: str
    name: str
    version: str
    origin: Origin
    path: Path


_LAB_PROVIDERS = {"aws": "lab.providers.aws", "random": "lab.providers.random"}
_KUBERNETES = "kubernetes"
_PROVIDERS = (*_LAB_PROVIDERS, _KUBERNETES)


def official_from_environment() -> frozenset[str]:
    """The providers that `CARTORIO_OFFICIAL_PLUGINS` (comma separated) wants from the user's own installation.

    Raises:
        UsageError: it names another provider than this project's.
    """
    names = frozenset(filter(None, (name.strip() for name in os.environ.get(OFFICIAL_PLUGINS, "").split(","))))
    if unknown := names - set(_PROVIDERS):
        raise UsageError(
            f"no such provider plugin: {', '.join(sorted(unknown))}",
            where=OFFICIAL_PLUGINS,
            remedy=f"name some of: {', '.join(_PROVIDERS)}",
        )
    return names


def lay_out(paths: LabPaths, tools: Tools, official: Collection[str] = ()) -> tuple[Plugin, ...]:
    """Lay the plugins out under `$PULUMI_HOME`; what is there already and right is left alone.

    Args:
        paths: the lab.
        tools: gives `pulumi-language-python-exec` and `pulumi-resource-kubernetes`.
        official: the providers to take from the user's own installation.

    Raises:
        LabError: an official plugin is wanted and not installed.
    """
    folder = paths.pulumi_home / "plugins"
    engine = metadata.version("pulumi")
    host = Plugin("language", "python", engine, Origin.LAB, _file(folder, "language", "python", engine))
    executor = tools.path("pulumi-language-python-exec")
    _write_launcher(host.path, "lab.engine.language_host", "--executor", str(executor))
    return (host, *(_lay_out_provider(folder, name, tools, official=name in official) for name in _PROVIDERS))


def _lay_out_provider(folder: Path, name: str, tools: Tools, *, official: bool) -> Plugin:
    version = metadata.version(f"pulumi-{name}")
    path = _file(folder, "resource", name, version)
    _remove_others(folder, f"resource-{name}-v", path.parent.name)
    if official:
        _write_keeper(path, _installed(name, version))
        return Plugin("resource", name, version, Origin.OFFICIAL, path)
    if name in _LAB_PROVIDERS:
        _write_launcher(path, _LAB_PROVIDERS[name])
        return Plugin("resource", name, version, Origin.LAB, path)
    _write_keeper(path, tools.path(f"pulumi-resource-{name}"))
    return Plugin("resource", name, version, Origin.TOOLCHAIN, path)


def _file(folder: Path, kind: str, name: str, version: str) -> Path:
    return folder / f"{kind}-{name}-v{version}" / f"pulumi-{kind}-{name}"


def _installed(name: str, version: str) -> Path:
    """The user's own plugin: of exactly this version in Pulumi's plugin folder, else whatever PATH has."""
    kept = _file(
        Path(os.environ.get("PULUMI_HOME") or f"{home() or '~'}/.pulumi") / "plugins", "resource", name, version
    )
    if kept.is_file():
        return kept
    found = shutil.which(f"pulumi-resource-{name}")
    if found is None:
        raise LabError(
            f"the official {name} plugin is wanted but not installed",
            where=f"{OFFICIAL_PLUGINS}; looked for {kept} and on PATH",
            remedy=f"pulumi plugin install resource {name} {version}, or leave {name} out to use the lab's",
        )
    return Path(found).resolve()


def _remove_others(folder: Path, prefix: str, keep: str) -> None:
    """Remove folders of versions that no SDK asks for any more."""
    for other in folder.glob(f"{prefix}*"):
        if other.name != keep and other.is_dir():  # the engine keeps files beside: `<folder>.lastused`
            shutil.rmtree(other)


def _write_launcher(path: Path, module: str, *arguments: str) -> None:
    # -P: the engine starts plugins in the program's folder, whose modules must not stand in for the plugin's own.
    write_script(path, [sys.executable, "-P", "-m", module, *arguments])


def _write_keeper(path: Path, plugin: Path) -> None:
    write_script(path, [sys.executable, "-I", "-S", str(_KEEPER), str(plugin)])


def write_script(path: Path, command: Sequence[str]) -> None:
    """Make `path` an executable that runs `command` and hands it its own arguments."""
    text = f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n'
    if path.is_symlink() or not path.is_file() or path.read_text("utf-8") != text:

        def write(new: Path) -> None:
            new.write_text(text, "utf-8")
            new.chmod(_EXECUTABLE)

        _replace(path, write)


def link(path: Path, target: Path) -> None:
    """Make `path` a link to `target`, if it is not one."""
    if not path.is_symlink() or path.readlink() != target:
        _replace(path, lambda new: new.symlink_to(target))


def _replace(path: Path, make: Callable[[Path], None]) -> None:
    """Put what `make` makes in the place of `path` at once: an engine may be starting it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.unlink(missing_ok=True)
    make(new)
    new.replace(path)
