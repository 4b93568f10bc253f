"""`pytest tests/stacks --update-golden` writes the golden plans anew; read the difference before committing it."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden plans of the stacks anew")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether to write instead of compare. The option exists only when pytest is called on this folder."""
    return bool(request.config.getoption("--update-golden", default=False))
