"""What may wait for a preview's end, and what may not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pulumi.runtime.proto import analyzer_pb2

from guardrails import adapter, adapter_server
from guardrails.catalogue import CATALOGUE
from guardrails.exemptions import Exemption
from guardrails.model import Profile
from guardrails.resources.base import Stack
from tests.policy_pack.test_adapter import IMAGE, POD, SIGNATURE, Engine, _by_rule, _pod, _struct, _urn
from tests.support.policies import NOW, Manifests

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

RELEASE = "kubernetes:helm.sh/v3:Release"


def test_in_a_preview_a_release_is_judged_when_the_stack_is() -> None:
    engine = Engine(preview=True, renderer=Manifests((_pod(image="nginx"),)))
    request = analyzer_pb2.AnalyzeRequest(
        type=RELEASE, urn=_urn(RELEASE, "r"), name="r", properties=_struct({"chart": "c"})
    )
    answer = engine.analyzer.analyze(request)
    assert not answer.diagnostics
    alone = {policy.id for policy in CATALOGUE if Stack not in policy.resource_types}
    levels = {policy.name: policy.enforcementLevel for policy in engine.analyzer.info().policies}
    told = {one.policy_name for one in answer.not_applicable}
    assert told == {name for name in alone if levels[name] != analyzer_pb2.DISABLED}, "nothing counts as passed yet"
    assert "image/digest-pinned" in _by_rule(engine.resource(POD, _pod(image="nginx"))), "others are judged at once"
    found = _by_rule(engine.stack())["image/digest-pinned"]
    assert found.urn == _urn(RELEASE, "r")
    assert found.enforcementLevel == analyzer_pb2.MANDATORY
    assert "Pod api in Helm release r" in found.message
    assert "image/digest-pinned" not in _by_rule(engine.stack()), "once"


def test_in_a_preview_each_release_that_the_engine_shows_is_judged_also_the_same_one_twice() -> None:
    class Named:
        def render(self, _: str, properties: Mapping[str, Any]) -> tuple[Any, ...]:
            if properties["chart"] == "broken":
                raise OSError("disk")
            return (_pod(image=properties["chart"]),)

    engine = Engine(preview=True, renderer=Named())
    for name, chart in (("a", "nginx:one"), ("a", "nginx:two"), ("b", IMAGE), ("c", "broken")):
        assert engine.resource(RELEASE, {"chart": chart}, name) == []
    found = engine.stack()
    pinned = [one for one in found if one.policyName == "image/digest-pinned"]
    assert [one.urn for one in pinned] == [_urn(RELEASE, "a")] * 2
    assert ["nginx:one" in one.message for one in pinned] == [True, False]
    (unjudged,) = [one for one in found if one.policyName == "pack/readable"]
    assert unjudged.urn == _urn(RELEASE, "c")
    assert unjudged.enforcementLevel == analyzer_pb2.MANDATORY
    assert "the pack failed with OSError" in unjudged.message


def test_in_a_preview_a_release_that_cannot_be_read_is_refused_at_once() -> None:
    marked = {"chart": {SIGNATURE: "of another kind"}}
    (found,) = Engine(preview=True).resource(RELEASE, marked)
    assert found.policyName == "pack/readable"
    engine = Engine(preview=True)
    engine.analyzer = adapter.Analyzer(CATALOGUE, Profile.LOCAL, None, "the settings are broken", preview=True)
    assert "the settings are broken" in _by_rule(engine.resource(RELEASE, {"chart": "c"}))["pack/readable"].message


def test_an_engine_that_is_to_act_is_told_at_once_whatever_the_environment_said() -> None:
    for dry_run in (True, False):
        engine = Engine(preview=True, renderer=Manifests((_pod(image="nginx"),)))
        stack = analyzer_pb2.AnalyzerStackConfigureRequest(dry_run=dry_run)
        adapter_server.Servicer(engine.analyzer).ConfigureStack(stack, None)
        told = "image/digest-pinned" in _by_rule(engine.resource(RELEASE, {"chart": "c"}))
        assert told is not dry_run


def test_what_a_postponed_release_needs_an_exemption_for_is_an_exemption_that_was_used() -> None:
    kept = Exemption(
        "image/digest-pinned", _urn(RELEASE, "api") + "#*", "It is needed.", "ops", "OPS-1", NOW.date() + timedelta(9)
    )
    engine = Engine(preview=True, renderer=Manifests((_pod(image="nginx"),)), exemptions=(kept,))
    engine.resource(RELEASE, {"chart": "c"})
    shown = analyzer_pb2.AnalyzerResource(
        type=RELEASE, urn=_urn(RELEASE, "api"), name="api", properties=_struct({"chart": "c"})
    )
    found = _by_rule(engine.stack(shown))
    assert "image/digest-pinned" not in found
    assert "pack/exempted" in found
    assert "pack/exemptions" not in found


def test_whether_it_is_a_preview_is_told_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for told, preview in (("true", True), ("false", False), (None, False)):
        if told is None:
            monkeypatch.delenv("PULUMI_DRY_RUN")
        else:
            monkeypatch.setenv("PULUMI_DRY_RUN", told)
        assert adapter.adapt(CATALOGUE)._preview is preview
