"""Where the lab keeps things: what is one lab's under its own folder, what can be shared in the cache."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from lab.errors import UsageError

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class LabPaths:
    """The folders of one lab.

    `root` is `.lab/` of the checkout unless `CARTORIO_LAB` names another folder (the tests do, so that they never
    touch a developer's lab). The cache is shared by all checkouts: `$CARTORIO_CACHE`, else the user's cache folder.
    """

    root: Path
    cache: Path

    @classmethod
    def default(cls) -> LabPaths:
        """The lab of this checkout, or the one the environment names.

        Raises:
            UsageError: no cache is named, and the user has no folder for one.
        """
        root = os.environ.get("CARTORIO_LAB")
        cache = os.environ.get("CARTORIO_CACHE")
        return cls(
            root=Path(root).resolve() if root else PROJECT_ROOT / ".lab",
            cache=Path(cache).resolve() if cache else _users_cache(),
        )

    def beside(self, purpose: str) -> LabPaths:
        """The folders of the lab beside this one that a command has for a while: `.lab-rehearsal`."""
        return replace(self, root=self.root.with_name(f"{self.root.name}-{purpose}"))

    @property
    def state(self) -> Path:
        """`state.json`: the services, their pids and ports."""
        return self.root / "state.json"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig of the lab's cluster."""
        return self.root / "kubeconfig"

    @property
    def logs(self) -> Path:
        """One log a service."""
        return self.root / "logs"

    @property
    def pulumi_home(self) -> Path:
        """`PULUMI_HOME`: plugins and credentials of the engine, apart from the user's own."""
        return self.root / "pulumi"

    @property
    def backend(self) -> Path:
        """The folder behind the engine's `file://` backend."""
        return self.root / "stacks"

    @property
    def release(self) -> Path:
        """`release.json`: the images of the lab's newest release, by digest."""
        return self.root / "release.json"


def home() -> Path | None:
    """The user's own folder; None where there is none, as for a container's nameless user."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def _users_cache() -> Path:
    try:
        return Path(platformdirs.user_cache_dir("cartorio"))
    except RuntimeError as error:
        raise UsageError(
            "this user has no home folder, so there is no place for the cache",
            where="HOME",
            remedy="set HOME, or name a folder for the cache in CARTORIO_CACHE",
        ) from error
