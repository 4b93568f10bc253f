from __future__ import annotations

import pytest

from guardrails.model import EVERYWHERE, RELAXED_LOCALLY, Enforcement, Profile


@pytest.mark.parametrize("text", [None, "", "prod", "LOCAL", "local ", "producao"])
def test_whatever_is_no_profile_is_production(text: str | None) -> None:
    assert Profile.parse(text) is Profile.PRODUCAO


@pytest.mark.parametrize("profile", Profile)
def test_a_profile_is_its_name(profile: Profile) -> None:
    assert Profile.parse(profile.value) is profile


def test_levels_are_by_profile() -> None:
    assert {EVERYWHERE[profile] for profile in Profile} == {Enforcement.MANDATORY}
    assert RELAXED_LOCALLY[Profile.LOCAL] is Enforcement.ADVISORY
    assert RELAXED_LOCALLY[Profile.STAGING] is Enforcement.MANDATORY
