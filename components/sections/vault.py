"""The section about Vault."""

from __future__ import annotations

from components.sections.base import Section


class Vault(Section):
    """HashiCorp Vault."""
