from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from lab.services import nodes
from lab.services.client import Client, NotReady

if TYPE_CHECKING:
    from tests.support.lab import RunningLab


class _Api(Client):
    """An API server's answers about nodes."""

    def __init__(self, items: list[dict[str, Any]], status: int = 201) -> None:
        super().__init__(0, None)
        self.items = items
        self.status = status
        self.made: list[str] = []

    def request(self, method: str, path: str, body: object = None, *, content_type: str = "") -> tuple[int, bytes]:
        assert not content_type
        assert path == "/api/v1/nodes"
        if method == "GET":
            return 200, json.dumps({"items": self.items}).encode()
        assert isinstance(body, dict)
        self.made.append(body["metadata"]["name"])
        return self.status, b"why"


def _node(zone: str, *, ready: str = "True", taints: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "metadata": {"name": f"lab-{zone}"},
        "spec": {"taints": [{"key": key} for key in taints]},
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    }


def test_only_missing_nodes_are_made() -> None:
    api = _Api([_node("sa-east-1b")])
    nodes.ensure(api)
    assert api.made == ["lab-sa-east-1a", "lab-sa-east-1c"]


def test_a_node_made_by_somebody_else_meanwhile_is_fine() -> None:
    nodes.ensure(_Api([], status=409))


def test_a_refusal_is_told() -> None:
    with pytest.raises(NotReady, match=r"sa-east-1a was not taken \(403\): why"):
        nodes.ensure(_Api([], status=403))


@pytest.mark.parametrize(
    "bad",
    [None, _node("sa-east-1b", ready="Unknown"), _node("sa-east-1b", taints=("node.kubernetes.io/not-ready",))],
)
def test_a_node_that_takes_no_pods_is_not_ready(bad: dict[str, Any] | None) -> None:
    items = [_node("sa-east-1a"), _node("sa-east-1c"), *([bad] if bad else [])]
    with pytest.raises(NotReady, match="the nodes of sa-east-1b are not ready"):
        nodes.expect_ready(_Api(items))


def test_a_users_own_taint_does_not_matter() -> None:
    nodes.expect_ready(_Api([_node(zone, taints=("example.com/reserved",)) for zone in nodes.ZONES]))


def test_the_running_cluster(lab: RunningLab) -> None:
    nodes.expect_ready(lab.api())
