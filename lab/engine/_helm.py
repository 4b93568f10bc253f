"""Helm releases that were left in the middle: Helm refuses to touch them until somebody says how they ended.

Helm keeps each revision in a secret, its status in a label:
https://helm.sh/docs/topics/advanced/#storage-backends
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMEOUT = 120  # seconds


class Status(StrEnum):
    """The statuses that are nobody's any more once the engine is dead."""

    INSTALL = "pending-install"
    UPGRADE = "pending-upgrade"
    ROLLBACK = "pending-rollback"
    UNINSTALL = "uninstalling"


@dataclass(frozen=True)
class Stuck:
    """A revision of a release that was being worked on."""

    namespace: str
    name: str
    revision: int
    status: Status
    secret: str


class Helm:
    """Helm and kubectl in the lab's environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def stuck(self) -> tuple[Stuck, ...]:
        """Every release of the cluster that was left in the middle; one request."""
        selector = f"owner=helm,status in ({','.join(Status)})"
        found = json.loads(self._run("kubectl", "get", "secrets", "--all-namespaces", "-l", selector, "-o", "json"))
        return tuple(
            Stuck(
                namespace=item["metadata"]["namespace"],
                name=item["metadata"]["labels"]["name"],
                revision=int(item["metadata"]["labels"]["version"]),
                status=Status(item["metadata"]["labels"]["status"]),
                secret=item["metadata"]["name"],
            )
            for item in found["items"]
        )

    def mend(self, release: Stuck) -> str:
        """Make Helm accept the release again; says what was done.

        What was installed for the first time is taken away whole. An upgrade or a rollback is forgotten: the revision
        before it is then the newest, and the next upgrade starts from what that one and the cluster hold.
        """
        if release.status in {Status.INSTALL, Status.UNINSTALL}:
            self._run(
                *("helm", "uninstall", release.name, "--namespace", release.namespace),
                *("--no-hooks", "--ignore-not-found", "--wait", "--timeout", f"{_TIMEOUT - 20}s"),
            )
            return f"helm release {release.namespace}/{release.name} was {release.status}: uninstalled"
        self._run("kubectl", "delete", "secret", release.secret, "--namespace", release.namespace, "--ignore-not-found")
        return (
            f"helm release {release.namespace}/{release.name} was {release.status}: "
            f"revision {release.revision} forgotten"
        )

    def _run(self, *command: str) -> str:
        try:
            return subprocess.run(
                command, env=self._environment, check=True, capture_output=True, text=True, timeout=_TIMEOUT
            ).stdout
        except subprocess.CalledProcessError as error:
            raise LabError(f"{' '.join(command[:3])} failed: {error.stderr.strip()}") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise LabError(f"{' '.join(command[:3])} failed: {error}") from error
