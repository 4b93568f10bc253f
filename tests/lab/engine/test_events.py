"""Reducing the engine's event log."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lab.engine.events import Diagnostic, Step, Violation, summarize

_URN = "urn:pulumi:dev::tiny::kubernetes:core/v1:ConfigMap::settings"
_TYPE = "kubernetes:core/v1:ConfigMap"


def _line(**event: object) -> str:
    return json.dumps({"sequence": 1, "timestamp": 1795318357, **event})


def _step(operation: str, urn: str = _URN) -> dict[str, Any]:
    return {"metadata": {"op": operation, "urn": urn, "type": _TYPE, "new": {"inputs": {"password": "real"}}}}


_POLICY = {
    "resourceUrn": _URN,
    "message": "Described.\nIt is wrong.\n",
    "policyName": "right",
    "policyPackName": "pack",
    "enforcementLevel": "mandatory",
}
_LOG = [
    _line(preludeEvent={"config": {"tiny:password": "real"}}),
    _line(diagnosticEvent={"severity": "debug", "message": "registering"}),
    _line(resourcePreEvent=_step("same", "urn:other")),
    _line(resourcePreEvent=_step("create")),
    _line(resourcePreEvent=_step("create")),
    _line(policyEvent=_POLICY),
    _line(policyEvent={**_POLICY, "enforcementLevel": "advisory", "resourceUrn": ""}),
    _line(resOpFailedEvent=_step("create")),
    _line(diagnosticEvent={"severity": "warning", "message": "careful\n"}),
    _line(diagnosticEvent={"severity": "error", "message": "it failed\n\n", "urn": _URN}),
    _line(diagnosticEvent={"severity": "error", "message": "it failed", "urn": _URN}),
    _line(summaryEvent={"durationSeconds": 6, "resourceChanges": {"create": 2, "same": 3, "refresh": 1}}),
    _line(cancelEvent={}),
]


def test_a_log_is_reduced_to_what_people_need() -> None:
    summary = summarize(_LOG, exit_code=255)
    assert summary.steps == (Step("create", _URN, _TYPE),)
    assert summary.failed == (Step("create", _URN, _TYPE),)
    assert summary.violations == (
        Violation("pack", "right", _URN, "Described.\nIt is wrong.", mandatory=True),
        Violation("pack", "right", "", "Described.\nIt is wrong.", mandatory=False),
    )
    assert summary.diagnostics == (Diagnostic("warning", "", "careful"), Diagnostic("error", _URN, "it failed"))
    assert summary.changed == 2
    assert summary.seconds == 6
    assert summary.finished
    assert summary.refused
    assert not summary.succeeded


def test_no_value_of_a_resource_or_of_the_configuration_is_kept() -> None:
    assert "real" not in repr(summarize(_LOG, exit_code=0))


def test_an_advisory_finding_refuses_nothing() -> None:
    summary = summarize([_line(policyEvent={**_POLICY, "enforcementLevel": "advisory"})], exit_code=0)
    assert not summary.refused
    assert summary.succeeded


@given(st.integers(min_value=0, max_value=sum(len(line) + 1 for line in _LOG)))
def test_a_log_that_was_cut_short_tells_what_came_before(length: int) -> None:
    cut = "\n".join(_LOG)[:length].splitlines()
    summary = summarize(cut, exit_code=-9)
    whole = summarize(_LOG, exit_code=-9)
    assert set(summary.steps) <= set(whole.steps)
    assert set(summary.diagnostics) <= set(whole.diagnostics)
    assert not summary.finished or summary.changes == whole.changes
