"""The section about the way in from the internet."""

from __future__ import annotations

from components.sections.base import Section


class Edge(Section):
    """The way in from the internet."""
