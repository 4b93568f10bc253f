"""The section about the VPC."""

from __future__ import annotations

from components.sections.base import Section


class Network(Section):
    """The VPC that the cluster runs in."""
