"""The programs that the lab runs: taken from PATH where they will do, else built from pinned Go modules and cached."""

from __future__ import annotations

from lab.toolchain.workshop import Origin, Toolchain, ToolStatus, ensure, inspect

__all__ = ["Origin", "ToolStatus", "Toolchain", "ensure", "inspect"]
