from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.catalogue import CATALOGUE
from guardrails.judge import judge
from guardrails.model import Context, Profile
from guardrails.resources.kubernetes import parse_object
from guardrails.resources.rbac import Role
from guardrails.resources.reading import UNKNOWN
from tests.support.policies import NOW

if TYPE_CHECKING:
    from tests.support.policies import Ask

RULES = sorted(policy.id for policy in CATALOGUE if policy.resource_types == (Role,))


def _role(*rules: object, kind: str = "ClusterRole", **body: object) -> dict[str, Any]:
    meta = {"name": "x", "namespace": "n"}
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": meta,
        "rules": list(rules),
        **body,
    }


def _rule(verbs: object, resources: object, group: object = "", **more: object) -> dict[str, Any]:
    return {"verbs": verbs, "resources": resources, "apiGroups": [group], **more}


def _broken(manifest: dict[str, Any]) -> set[str]:
    found = list(parse_object(manifest, address="a"))
    context = Context(Profile.PRODUCAO, NOW)
    return {violation.rule for violation in judge(found, context, [p for p in CATALOGUE if p.id in RULES]).violations}


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        (_rule(["get", "list", "watch"], ["pods", "pods/log", "configmaps"]), set()),
        (_rule(["*"], ["pods"]), {"rbac/no-wildcards"}),
        (_rule(["get"], ["*"]), {"rbac/no-wildcards"}),
        (_rule(["get"], ["pods/*"]), {"rbac/no-wildcards"}),
        (_rule(["get"], ["pods"], "*"), {"rbac/no-wildcards"}),
        (_rule(["*"], ["*"], "*"), {"rbac/no-wildcards"}),
        ({"verbs": ["get"], "nonResourceURLs": ["*"]}, {"rbac/no-wildcards"}),
        ({"verbs": ["get"], "nonResourceURLs": ["/healthz"]}, set()),
        (_rule(["bind"], ["clusterroles"], "rbac.authorization.k8s.io"), {"rbac/no-escalation"}),
        (_rule(["escalate"], ["roles"], "rbac.authorization.k8s.io"), {"rbac/no-escalation"}),
        (_rule(["impersonate"], ["groups"]), {"rbac/no-escalation"}),
        (_rule(["list"], ["secrets"]), {"rbac/no-secret-listing"}),
        (_rule(["get"], ["secrets"], resourceNames=["tls"]), set()),
        (_rule(["delete", "deletecollection"], ["secrets"]), set()),
        (_rule(["create"], ["pods/exec"]), {"rbac/no-exec"}),
        (_rule(["get"], ["pods/attach"]), {"rbac/no-exec"}),
        (_rule(["create"], ["pods/portforward"]), {"rbac/no-exec"}),
        (_rule(["patch"], ["pods/ephemeralcontainers"]), {"rbac/no-exec"}),
        (_rule(["create"], ["pods/eviction"]), set()),
        (_rule(["create"], ["pods"]), {"rbac/no-workload-creation"}),
        (_rule(["patch"], ["deployments"], "apps"), {"rbac/no-workload-creation"}),
        (_rule(["patch"], ["deployments/scale"], "apps"), set()),
        (_rule(["create"], ["cronjobs"], "batch"), {"rbac/no-workload-creation"}),
        (_rule(["create"], ["cronjobs"], "example.com"), set()),
        (_rule(["get"], ["nodes/proxy"]), {"rbac/no-node-proxy"}),
        (_rule(["get"], ["nodes/metrics"]), set()),
        (_rule(["create"], ["serviceaccounts/token"]), {"rbac/no-token-minting"}),
        (
            _rule(["update"], ["certificatesigningrequests/approval"], "certificates.k8s.io"),
            {"rbac/no-certificate-approval"},
        ),
        (_rule(["sign"], ["signers"], "certificates.k8s.io"), {"rbac/no-certificate-approval"}),
        (
            _rule(["update"], ["mutatingwebhookconfigurations"], "admissionregistration.k8s.io"),
            {"rbac/no-webhook-control"},
        ),
        (
            _rule(["update"], ["validatingwebhookconfigurations"], "admissionregistration.k8s.io", resourceNames=["x"]),
            set(),
        ),
        (_rule(["create"], ["persistentvolumes"]), {"rbac/no-persistent-volumes"}),
        (_rule(["create"], ["persistentvolumeclaims"]), set()),
    ],
)
@pytest.mark.parametrize("kind", ["Role", "ClusterRole"])
def test_each_way_to_more_is_said_by_one_rule(rule: dict[str, Any], kind: str, broken: set[str]) -> None:
    assert _broken(_role(_rule(["get"], ["pods"]), rule, kind=kind)) == broken


def test_a_role_that_gathers_all_others_is_a_wildcard() -> None:
    assert _broken(_role(aggregationRule={"clusterRoleSelectors": [{}]})) == {"rbac/no-wildcards"}
    narrow = {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}
    assert _broken(_role(aggregationRule=narrow)) == set()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "manifest",
    [
        {**_role(), "rules": UNKNOWN},
        _role(UNKNOWN),
        _role({"verbs": UNKNOWN, "resources": UNKNOWN, "apiGroups": UNKNOWN}),
    ],
)
def test_what_is_not_known_is_found_as_unknown(ask: Ask, rule: str, manifest: dict[str, Any]) -> None:
    found = ask(rule, manifest)
    assert found
    assert all(finding.unknown for finding in found)


@pytest.mark.parametrize("manifest", [{**_role(), "rules": UNKNOWN}, _role(UNKNOWN)])
def test_it_is_said_once(manifest: dict[str, Any]) -> None:
    assert _broken(manifest) == {"rbac/no-wildcards"}
