"""Charts that can be reached."""

from __future__ import annotations

from tests.support.chart_repository import repository

__all__ = ["repository"]
