"""How long work tells its progress: the lab's functions take a `Reporter`, the command line draws it."""

from __future__ import annotations

from typing import Protocol


class Reporter(Protocol):
    """Receives progress. Calls are cheap and may come from several threads."""

    def step(self, name: str, state: str) -> None:
        """Say that the part `name` is now in `state` ("building 214/1830", "cached", "ready on 127.0.0.1:6443")."""

    def log(self, message: str) -> None:
        """Say one line that stays on screen."""


class Quiet:
    """A reporter that says nothing (tests, JSON output)."""

    def step(self, name: str, state: str) -> None:
        """Ignore the step."""

    def log(self, message: str) -> None:
        """Ignore the line."""
