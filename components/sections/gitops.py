"""The section about Flux."""

from __future__ import annotations

from components.sections.base import Section


class GitOps(Section):
    """What Flux reconciles."""
