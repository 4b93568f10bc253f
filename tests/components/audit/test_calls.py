from __future__ import annotations

from typing import Any

import pytest

from components.audit.calls import AUDIT, calls
from tests.support.patterns import matches

DEPLOYER, PERSON, WORKLOAD = (
    "arn:aws:sts::123456789012:assumed-role/cartorio-test-deploy/run-1",
    "arn:aws:sts::123456789012:assumed-role/cartorio-operators/ana",
    "system:serviceaccount:cartorio:cartorio-api",
)
WATCHED = {watched.name: watched for watched in calls(("cartorio-test-deploy",), 50)}


def entry(user: str = PERSON, code: int = 200, uri: str = "/api", verb: str = "get", **others: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """An entry of Kubernetes' audit."""
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "stage": "ResponseComplete",
        "verb": verb,
        "requestURI": uri,
        "user": {"username": user},
        "responseStatus": {"code": code},
        **others,
    }


def of(resource: str, subresource: str | None = None) -> dict[str, Any]:
    """What a call is about."""
    return {"objectRef": {"resource": resource, **({"subresource": subresource} if subresource else {})}}


def binding(role: str) -> dict[str, Any]:
    """A binding of that role, as a request or an answer has it."""
    return {"roleRef": {"kind": "ClusterRole", "name": role}}


SEEN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("anonymous", entry("system:anonymous", uri="/api/v1/namespaces/default/pods")),
    ("anonymous", entry("system:anonymous", 201, uri="/apis/apps/v1/namespaces/x/deployments", verb="create")),
    ("exec", entry(verb="create", code=101, **of("pods", "exec"))),
    ("exec", entry(WORKLOAD, verb="get", code=101, **of("pods", "attach"))),
    ("exec", entry(verb="create", code=101, **of("pods", "portforward"))),
    ("exec", entry(verb="patch", **of("pods", "ephemeralcontainers"))),
    ("secrets", entry(**of("secrets"))),
    ("secrets", entry(verb="list", **of("secrets"))),
    ("secrets", entry(code=403, verb="watch", **of("secrets"))),
    ("administrators", entry(verb="create", **of("clusterrolebindings"), requestObject=binding("cluster-admin"))),
    ("administrators", entry(verb="patch", **of("rolebindings"), responseObject=binding("cluster-admin"))),
    ("administrators", entry(DEPLOYER, verb="update", **of("rolebindings"), requestObject=binding("cluster-admin"))),
    ("refusals", entry(code=403, **of("nodes"))),
)
UNSEEN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("anonymous", entry("system:anonymous", uri="/livez?exclude=x")),
    ("anonymous", entry("system:anonymous", uri="/version")),
    ("anonymous", entry("system:anonymous", 403)),
    ("anonymous", entry(PERSON)),
    ("exec", entry(**of("pods", "log"))),
    ("exec", entry(verb="list", **of("pods"))),
    ("secrets", entry(verb="create", **of("secrets"))),
    ("secrets", entry(WORKLOAD, **of("secrets"))),
    ("secrets", entry("eks:addon-manager", **of("secrets"))),
    ("secrets", entry(DEPLOYER, **of("secrets"))),
    ("secrets", entry(**of("configmaps"))),
    ("administrators", entry(verb="create", **of("rolebindings"), requestObject=binding("view"))),
    ("administrators", entry(verb="delete", **of("clusterrolebindings"), requestObject=binding("cluster-admin"))),
    ("administrators", entry(verb="get", **of("clusterrolebindings"), responseObject=binding("cluster-admin"))),
    ("refusals", entry(code=401)),
)


@pytest.mark.parametrize(("name", "said"), SEEN)
def test_what_should_not_happen_unseen_is_counted(name: str, said: dict[str, Any]) -> None:
    assert matches(WATCHED[f"kubernetes-{name}"].pattern, said)


@pytest.mark.parametrize(("name", "said"), UNSEEN)
def test_what_a_cluster_does_all_day_is_not(name: str, said: dict[str, Any]) -> None:
    assert not matches(WATCHED[f"kubernetes-{name}"].pattern, said)


def test_everything_is_tried_both_ways() -> None:
    assert (
        {name for name, _ in SEEN} == {name for name, _ in UNSEEN} == {n.removeprefix("kubernetes-") for n in WATCHED}
    )


def test_another_role_that_deploys_is_a_person_here() -> None:
    other = entry(DEPLOYER.replace("cartorio-test-deploy", "cartorio-test-deployer"), **of("secrets"))
    assert matches(WATCHED["kubernetes-secrets"].pattern, other)


def test_one_refusal_is_a_slip_and_many_are_an_alarm() -> None:
    assert WATCHED["kubernetes-refusals"].threshold == 50
    assert all(watched.threshold == 1 for name, watched in WATCHED.items() if name != "kubernetes-refusals")


def test_only_the_audit_is_shipped() -> None:
    assert matches(AUDIT, entry())
    assert not matches(AUDIT, {"kind": "Event", "apiVersion": "v1"})
    assert not matches(AUDIT, {})
