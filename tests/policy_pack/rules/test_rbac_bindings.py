from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

ADMIN, EVERYBODY = "rbac/no-cluster-admin", "rbac/no-everybody"


def _binding(role: object, subjects: object, kind: str = "ClusterRoleBinding") -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": "x"},
        "roleRef": role,
        "subjects": subjects,
    }


def _role(name: object, kind: object = "ClusterRole") -> dict[str, Any]:
    return {"kind": kind, "name": name}


def _group(name: object, kind: object = "Group") -> dict[str, Any]:
    return {"kind": kind, "name": name}


@pytest.mark.parametrize("kind", ["ClusterRoleBinding", "RoleBinding"])
def test_cluster_admin_is_bound_to_nobody(ask: Ask, kind: str) -> None:
    (finding,) = ask(ADMIN, _binding(_role("cluster-admin"), [_group("ops")], kind))
    assert finding.path == "roleRef.name"
    assert ask(ADMIN, _binding(_role("view"), [_group("ops")], kind)) == ()
    assert ask(ADMIN, _binding(_role("cluster-admin", "Role"), [_group("ops")], kind)) == ()


def test_masters_need_no_binding(ask: Ask) -> None:
    (finding,) = ask(ADMIN, _binding(_role("view"), [_group("ops"), _group("system:masters")]))
    assert finding.path == "subjects[1].name"


@pytest.mark.parametrize(
    "name", ["system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts"]
)
def test_everybody_is_nobody_in_particular(ask: Ask, name: str) -> None:
    (finding,) = ask(EVERYBODY, _binding(_role("view"), [_group("ops"), _group(name)]))
    assert (finding.path, finding.unknown) == ("subjects[1].name", False)
    assert ask(EVERYBODY, _binding(_role("view"), [_group(f"{name}:cartorio")])) == ()


@pytest.mark.parametrize(
    ("rule", "manifest"),
    [
        (ADMIN, _binding(UNKNOWN, [])),
        (ADMIN, _binding(_role(UNKNOWN), UNKNOWN)),
        (EVERYBODY, _binding(_role("view"), UNKNOWN)),
        (EVERYBODY, _binding(_role("view"), [UNKNOWN])),
        (EVERYBODY, _binding(_role("view"), [_group(UNKNOWN)])),
    ],
)
def test_what_is_not_known_is_found_as_unknown(ask: Ask, rule: str, manifest: dict[str, Any]) -> None:
    (finding,) = ask(rule, manifest)
    assert finding.unknown
