"""A GitHub that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.github_double import GitHubDouble

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def github() -> Iterator[GitHubDouble]:
    """The double; whatever was not as GitHub describes it fails the test."""
    with GitHubDouble() as double:
        yield double
    assert double.complaints == []


@pytest.fixture
def waited() -> list[float]:
    """How long was waited, in seconds."""
    return []
