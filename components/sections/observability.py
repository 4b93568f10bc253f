"""The section about metrics, logs, traces and alerts."""

from __future__ import annotations

from components.sections.base import Section


class Observability(Section):
    """Metrics, logs, traces and alerts."""
