from __future__ import annotations

import pytest

from components.sections.platform import Profile


@pytest.mark.parametrize(("profile", "strict"), [("producao", True), ("staging", False), ("local", False)])
def test_only_production_follows_nothing_unverified(profile: str, strict: bool) -> None:  # noqa: FBT001 - parametrised
    assert Profile(profile).signed_sources is strict
