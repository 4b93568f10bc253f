"""The section about External Secrets."""

from __future__ import annotations

from components.sections.base import Section


class Secrets(Section):
    """How secrets reach the cluster."""
