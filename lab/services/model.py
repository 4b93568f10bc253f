"""What the lab's services are to the rest of the lab: where they answer, and how they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path  # noqa: TC003  pydantic resolves the annotation when it reads state.json
from typing import Protocol

from lab.errors import LabError


class Tools(Protocol):
    """Where executables and data files are; `lab.toolchain.Toolchain` is one."""

    def path(self, name: str) -> Path:
        """The file (or folder, for data) of the tool `name`."""


class NoTools:
    """Enough to ask a lab how it is or to end it, for which no tool is needed."""

    def path(self, name: str) -> Path:
        """There is none."""
        raise LabError(f"the tool {name} is missing", remedy="run `cartorio lab up`, which builds what is missing")


class ServiceState(StrEnum):
    """What a service is doing."""

    RUNNING = "running"
    STOPPED = "stopped"
    FAILING = "failing"  # its process lives, but it does not answer


@dataclass(frozen=True)
class Endpoints:
    """Where the lab's services answer.

    Attributes:
        kubernetes_url: the API server, `https://127.0.0.1:PORT`.
        kubeconfig: the administrator's kubeconfig (credentials embedded, mode 0600).
        cloud_url: moto, `http://127.0.0.1:PORT`; serves every AWS API of the lab.
        cloud_generation: differs after each start of moto, which keeps its state in memory only.
        registry: the OCI registry, `127.0.0.1:PORT`, plain HTTP.
        registry_generation: differs after each start of the registry, which keeps blobs on disk but manifests and
            tags in memory: after a restart they have to be pushed again (the blobs then need no upload).
        cloud_access_key_id: generated for this lab; moto accepts any.
        cloud_secret_access_key: as above.
    """

    kubernetes_url: str
    kubeconfig: Path
    cloud_url: str
    cloud_generation: str
    registry: str
    registry_generation: str = ""
    cloud_access_key_id: str = ""
    cloud_secret_access_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class ServiceStatus:
    """How one service is.

    Attributes:
        name: the service's name, as `cartorio lab logs` takes it.
        pid: its process, or None when there is none.
        state: see `ServiceState`.
        detail: one line: why it is in that state.
        url: where it answers.
        log: its log file.
        uptime: seconds since its process started, None when there is none.
        rss: resident memory in bytes, None when there is no process.
    """

    name: str
    pid: int | None
    state: ServiceState
    detail: str
    url: str
    log: Path
    uptime: float | None
    rss: int | None
