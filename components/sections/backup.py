"""The section about backups."""

from __future__ import annotations

from components.sections.base import Section


class Backup(Section):
    """Backups."""
