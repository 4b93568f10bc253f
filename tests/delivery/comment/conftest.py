"""A GitHub that is none, and someone who comments there without waiting for real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.comment.github import Comments
from tests.support.github_double import REPOSITORY, GitHubDouble

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


@pytest.fixture
def comments(github: GitHubDouble, waited: list[float]) -> Comments:
    """The comments of pull request 7."""
    return Comments("a-token", REPOSITORY, 7, api=github.url, wait=waited.append)
