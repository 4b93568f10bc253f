"""What a service is: a program, its arguments, what it needs first, and how to tell that it answers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lab.paths import LabPaths
    from lab.services.model import Tools
    from lab.services.pki import Pki


@dataclass(frozen=True)
class Site:
    """One lab, as its services see it: folders, tools, certificates and the ports chosen so far."""

    paths: LabPaths
    tools: Tools
    pki: Pki
    ports: Mapping[str, int]

    def tool(self, name: str) -> str:
        """The absolute path of a tool or data item.

        Raises:
            LabError: it is not there.
        """
        path = self.tools.path(name)
        if not path.exists():
            raise LabError(
                f"the tool {name} is missing",
                where=str(path),
                remedy="run `cartorio toolchain` to see what is there; `cartorio lab up` builds what is missing",
            )
        return str(path)

    def data(self, name: str) -> Path:
        """The folder in which a service keeps its data across restarts."""
        return self.paths.root / "data" / name

    def config(self, name: str) -> Path:
        """A configuration file written for a service."""
        return self.paths.root / "config" / name


def nothing(_site: Site) -> None:
    """No preparation."""


def no_variables(_site: Site) -> Mapping[str, str]:
    """No environment variables of its own."""
    return {}


@dataclass(frozen=True)
class Service:
    """One supervised program.

    Attributes:
        name: its name on the command line and in `state.json`.
        needs: the services that must answer before it starts.
        ports: names of the loopback ports it listens on; the first one is the one it is probed and reached at.
        command: the program's path and arguments.
        tools: names of the tools and data items that the command uses.
        probe: returns when the service answers as it should, raises `NotReady` otherwise.
        prepare: writes the files that it reads at its start.
        scheme: how it is reached, for display.
        forgets: its state, or part of it, ends with its process. Such a service is not restarted merely because its
            program (a newer build, another Python) has changed.
        deadline: seconds after its start by which it must answer.
        variables: environment variables that it reads.
    """

    name: str
    needs: tuple[str, ...]
    ports: tuple[str, ...]
    command: Callable[[Site], tuple[str, ...]]
    tools: tuple[str, ...]
    probe: Callable[[Site], None]
    prepare: Callable[[Site], None] = nothing
    scheme: str = "https"
    forgets: bool = False
    deadline: float = 60.0
    variables: Callable[[Site], Mapping[str, str]] = no_variables

    def fingerprint(self, site: Site, upstream: tuple[str, ...]) -> str:
        """A digest of everything the process reads at its start.

        Args:
            site: the lab.
            upstream: names of ports (of the services it needs) that its configuration files name.
        """
        command = self.command(site)
        parts = [
            command[1:] if self.forgets else command,
            [site.ports[name] for name in upstream],
            None if self.forgets else site.pki.identity,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def url(self, ports: Mapping[str, int]) -> str:
        """Where it is reached; empty while it has no port."""
        port = ports.get(self.ports[0])
        return "" if port is None else f"{self.scheme}://127.0.0.1:{port}"
