"""One platform for the end-to-end tests; they run one after the other, in one worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import lab as labs
from tests.support.platform import Platform

if TYPE_CHECKING:
    from lab.toolchain import Toolchain


@pytest.fixture(scope="session")
def platform(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """The platform, up."""
    made = Platform.copy(labs.bring_up("platform", toolchain), tmp_path_factory.mktemp("platform") / "project")
    made.deploy()
    return made
