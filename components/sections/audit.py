"""The section about the audit trail."""

from __future__ import annotations

from components.sections.base import RetentionDays, Section


class Audit(Section):
    """The audit trail."""

    retention_days: RetentionDays
    """Days that log entries are kept."""
