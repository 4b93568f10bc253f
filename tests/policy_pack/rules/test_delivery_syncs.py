from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

INTERVAL, PRUNE, SUSPENDED = "delivery/interval", "delivery/prune", "delivery/not-suspended"
KINDS = [
    ("kustomize.toolkit.fluxcd.io/v1", "Kustomization"),
    ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
    ("source.toolkit.fluxcd.io/v1", "GitRepository"),
]
ALL = pytest.mark.parametrize(("version", "kind"), KINDS)


def _object(version: str, kind: str, **spec: object) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}, "spec": spec}


@ALL
@pytest.mark.parametrize(
    ("interval", "findings"),
    [("1m", 0), ("10m", 0), ("1h", 0), ("30s", 1), ("61m", 1), ("24h", 1), ("often", 1), (None, 1), (UNKNOWN, 1)],
)
def test_it_is_looked_at_often_enough(ask: Ask, version: str, kind: str, interval: object, findings: int) -> None:
    assert len(ask(INTERVAL, _object(version, kind, interval=interval))) == findings


def test_a_registry_of_charts_is_not_looked_at_by_itself(ask: Ask) -> None:
    assert ask(INTERVAL, _object(KINDS[2][0], "HelmRepository", url="oci://registry/charts")) == ()
    assert ask(INTERVAL, _object(KINDS[2][0], "HelmRepository", url="https://charts"))


@pytest.mark.parametrize(("prune", "findings"), [(True, 0), (False, 1), (None, 1), (UNKNOWN, 1)])
def test_leftovers_go(ask: Ask, prune: object, findings: int) -> None:
    assert len(ask(PRUNE, _object(*KINDS[0], prune=prune))) == findings


def test_helm_prunes_by_itself(ask: Ask) -> None:
    assert ask(PRUNE, _object(*KINDS[1])) == ()


@ALL
@pytest.mark.parametrize(("suspend", "findings"), [(None, 0), (False, 0), (True, 1), (UNKNOWN, 1)])
def test_nothing_is_switched_off(ask: Ask, version: str, kind: str, suspend: object, findings: int) -> None:
    assert len(ask(SUSPENDED, _object(version, kind, suspend=suspend))) == findings
