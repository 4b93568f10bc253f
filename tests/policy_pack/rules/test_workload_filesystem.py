from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

RULE = "workload/read-only-root"


def _pod(said: object, place: str = "containers", **spec: object) -> dict[str, Any]:
    container = {"name": "api", "securityContext": {"readOnlyRootFilesystem": said}}
    return {"apiVersion": "v1", "kind": "Pod", "spec": {place: [container], **spec}}


@pytest.mark.parametrize("place", ["containers", "initContainers"])
@pytest.mark.parametrize(("said", "findings"), [(True, 0), (False, 1), (None, 1), (UNKNOWN, 1)])
def test_every_container_reads_only(ask: Ask, place: str, said: object, findings: int) -> None:
    found = ask(RULE, _pod(said, place))
    assert len(found) == findings
    assert all(finding.unknown is (said is UNKNOWN) for finding in found)


def test_who_debugs_and_windows_may_write(ask: Ask) -> None:
    assert ask(RULE, _pod(None, "ephemeralContainers")) == ()
    assert ask(RULE, _pod(None, os={"name": "windows"})) == ()
