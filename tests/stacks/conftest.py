"""`pytest tests/stacks --update-golden` writes the golden plans anew; read the difference before committing it.

The pages of the components (docs/components) say what is in those plans: they are written anew with them.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden plans of the stacks anew")


def pytest_sessionfinish(session: pytest.Session) -> None:
    of_all_workers = not hasattr(session.config, "workerinput")
    if of_all_workers and session.config.getoption("--update-golden", default=False):
        from components.reference.__main__ import main

        main([])


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether to write instead of compare. The option exists only when pytest is called on this folder."""
    return bool(request.config.getoption("--update-golden", default=False))
