from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.provider_engine import UnfinishedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed


def _retagged(hands: Hands, provider: Managed) -> None:
    tags = [{"Key": "component", "Value": "mine"}]
    hands("iam").tag_open_id_connect_provider(OpenIDConnectProviderArn=provider.id, Tags=tags)


CASES = (
    Case(
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        {
            "url": "https://token.actions.githubusercontent.com",
            "clientIdLists": ["sts.amazonaws.com"],
            "tags": {"component": "supply"},
        },
        updates=({"tags": {"owner": "supply"}},),
        replaces=({"url": "https://elsewhere.example"},),
        spoilt="tags",
        spoil=_retagged,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_the_order_of_audiences_has_no_meaning_and_a_change_says_what_the_labs_cloud_lacks(engine: Engine) -> None:
    inputs = {**CASES[0].inputs, "clientIdLists": ["one", "two"]}
    provider = engine.create(CASES[0].token, "p", inputs)
    assert not engine.diff(provider, {**inputs, "clientIdLists": ["two", "one"]}).any
    with pytest.raises(UnfinishedError, match="cannot change clientIdLists"):
        engine.update(provider, {**inputs, "clientIdLists": ["one"]})
