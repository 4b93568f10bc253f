"""One platform for the end-to-end tests; they run one after the other, in one worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import lab as labs
from tests.support.platform import Platform

if TYPE_CHECKING:
    from lab.deploy import Deployed
    from lab.toolchain import Toolchain


@pytest.fixture(scope="session")
def first_up(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> tuple[Platform, Deployed]:
    """The platform, and what bringing it up for the first time gave."""
    made = Platform.copy(labs.bring_up("platform", toolchain), tmp_path_factory.mktemp("platform") / "project")
    return made, made.deploy()


@pytest.fixture(scope="session")
def platform(first_up: tuple[Platform, Deployed]) -> Platform:
    """The platform; each test finds it up."""
    return first_up[0]
