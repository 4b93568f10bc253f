from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

HOST_PATH, VOLUMES = "pss/baseline/host-path-volumes", "pss/restricted/volumes"


def _pod(*volumes: object) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "spec": {"volumes": list(volumes)}}


def test_a_path_of_the_node_is_found_by_both(ask: Ask) -> None:
    manifest = _pod({"name": "a", "emptyDir": {}}, {"name": "b", "hostPath": {}})
    for rule in (HOST_PATH, VOLUMES):
        (finding,) = ask(rule, manifest)
        assert finding.path == "spec.volumes[1].hostPath"


@pytest.mark.parametrize("source", ["nfs", "iscsi", "awsElasticBlockStore", "ofTomorrow"])
def test_only_what_the_cluster_provides_may_be_mounted(ask: Ask, source: str) -> None:
    assert ask(HOST_PATH, _pod({"name": "a", source: {}})) == ()
    (finding,) = ask(VOLUMES, _pod({"name": "a", source: {}}))
    assert finding.path == f"spec.volumes[0].{source}"


@pytest.mark.parametrize("volume", [{}, {"hostPath": None}, {"secret": {}, "nfs": None}, {"projected": {}}])
def test_what_is_allowed_passes(ask: Ask, volume: dict[str, Any]) -> None:
    assert ask(VOLUMES, _pod({"name": "a", **volume})) == ()


def test_a_second_source_does_not_hide_behind_an_allowed_one(ask: Ask) -> None:
    assert ask(VOLUMES, _pod({"name": "a", "emptyDir": {}, "nfs": {}}))


@pytest.mark.parametrize("rule", [HOST_PATH, VOLUMES])
@pytest.mark.parametrize("manifest", [_pod(UNKNOWN), _pod({"name": "a", "hostPath": UNKNOWN})])
def test_what_is_not_known_yet_does_not_pass(ask: Ask, rule: str, manifest: dict[str, Any]) -> None:
    assert ask(rule, manifest)
