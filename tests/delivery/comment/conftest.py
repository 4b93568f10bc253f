"""Someone who comments without waiting for real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.comment.github import Comments
from tests.support.github_double import PULL_REQUEST

if TYPE_CHECKING:
    from tests.support.github_double import GitHubDouble


@pytest.fixture
def comments(github: GitHubDouble, waited: list[float]) -> Comments:
    """The comments of the pull request."""
    return Comments("a-token", github.place, PULL_REQUEST, wait=waited.append)
