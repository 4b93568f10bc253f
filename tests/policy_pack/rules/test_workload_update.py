from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

RULE = "workload/rolling-update"


def _deployment(strategy: object) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": {"strategy": strategy}}


@pytest.mark.parametrize("missing", [None, 0, 0.0, "0%", "25%"])
def test_few_may_be_missing(ask: Ask, missing: object) -> None:
    assert ask(RULE, _deployment({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": missing}})) == ()


@pytest.mark.parametrize("missing", [1, "26%", "100%", "all"])
def test_many_may_not(ask: Ask, missing: object) -> None:
    (finding,) = ask(RULE, _deployment({"rollingUpdate": {"maxUnavailable": missing}}))
    assert finding.path == "spec.strategy.rollingUpdate.maxUnavailable"


@pytest.mark.parametrize("strategy", [None, {}, {"type": "RollingUpdate"}])
def test_the_default_is_fine(ask: Ask, strategy: object) -> None:
    assert ask(RULE, _deployment(strategy)) == ()


def test_a_pause_is_found(ask: Ask) -> None:
    (finding,) = ask(RULE, _deployment({"type": "Recreate"}))
    assert finding.path == "spec.strategy.type"


@pytest.mark.parametrize(("kind", "findings"), [("OnDelete", 1), ("RollingUpdate", 0), (None, 0), (UNKNOWN, 1)])
def test_a_store_is_updated_by_itself(ask: Ask, kind: object, findings: int) -> None:
    store = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "x"}}
    assert len(ask(RULE, {**store, "spec": {"updateStrategy": {"type": kind}}})) == findings


@pytest.mark.parametrize("strategy", [UNKNOWN, {"type": UNKNOWN}, {"rollingUpdate": {"maxUnavailable": UNKNOWN}}])
def test_what_is_not_known_is_found_as_unknown(ask: Ask, strategy: object) -> None:
    (finding,) = ask(RULE, _deployment(strategy))
    assert finding.unknown
