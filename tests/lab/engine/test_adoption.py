"""What becomes of creations that were interrupted."""

from __future__ import annotations

from typing import Any

import pytest

from lab.engine._adoption import adopt, resource_id

_STACK = "urn:pulumi:dev::tiny::pulumi:pulumi:Stack::tiny-dev"
_PROVIDER = "urn:pulumi:dev::tiny::pulumi:providers:kubernetes::k"
_CONFIGMAP = "kubernetes:core/v1:ConfigMap"
_SETTINGS = f"urn:pulumi:dev::tiny::{_CONFIGMAP}::settings"
_MISSING = f"urn:pulumi:dev::tiny::{_CONFIGMAP}::missing"


def _pending(**more: object) -> dict[str, Any]:
    return {
        "urn": _SETTINGS,
        "custom": True,
        "type": _CONFIGMAP,
        "inputs": {"metadata": {"name": "settings-1", "namespace": "apps"}, "data": {"a": "b"}},
        "parent": _STACK,
        "provider": f"{_PROVIDER}::id-of-k",
        "dependencies": [_STACK, _MISSING],
        "propertyDependencies": {"data": [_MISSING]},
        **more,
    }


def _exported(*resources: dict[str, Any], operation: str = "creating", **pending: object) -> dict[str, Any]:
    base = [
        {"urn": _STACK, "type": "pulumi:pulumi:Stack"},
        {"urn": _PROVIDER, "type": "pulumi:providers:kubernetes", "id": "id-of-k", "custom": True},
    ]
    body = {
        "secrets_providers": {"type": "passphrase"},
        "resources": [*base, *resources],
        "pending_operations": [{"type": operation, "resource": _pending(**pending)}],
    }
    return {"version": 3, "deployment": body}


def test_it_is_written_into_the_state_as_the_engine_would() -> None:
    adoption = adopt(_exported())
    entry = adoption.deployment["deployment"]["resources"][-1]
    assert adoption.adopted == (_SETTINGS,)
    assert entry["id"] == "apps/settings-1"
    assert entry["outputs"] == entry["inputs"]
    assert entry["dependencies"] == [_STACK], "the engine refuses a dependency that the state does not have"
    assert entry["propertyDependencies"] == {"data": []}
    assert "pending_operations" not in adoption.deployment["deployment"]
    assert adoption.deployment["deployment"]["secrets_providers"] == {"type": "passphrase"}


def test_the_exported_state_itself_is_left_alone() -> None:
    exported = _exported()
    adopt(exported)
    assert exported == _exported()


def test_an_id_that_the_engine_knows_already_is_kept() -> None:
    adoption = adopt(_exported(id="apps/other"))
    assert adoption.deployment["deployment"]["resources"][-1]["id"] == "apps/other"


def test_what_was_created_again_under_the_same_id_needs_nothing() -> None:
    again = _pending(id="apps/settings-1", outputs={"kept": True})
    adoption = adopt(_exported(again))
    assert adoption.deployment["deployment"]["resources"][2:] == [again]
    assert adoption.adopted == adoption.superfluous == adoption.forgotten == ()


def test_what_was_created_again_under_another_id_is_to_be_deleted() -> None:
    again = _pending(id="apps/settings-2")
    adoption = adopt(_exported(again))
    left, superfluous = adoption.deployment["deployment"]["resources"][2:]
    assert left == again
    assert superfluous["id"] == "apps/settings-1"
    assert superfluous["delete"] is True
    assert adoption.superfluous == (_SETTINGS,)


@pytest.mark.parametrize(
    "pending",
    [
        {"type": "aws:kms/key:Key", "inputs": {"description": "the ID is drawn by AWS"}},
        {"inputs": {"metadata": {}}},
        {"provider": f"{_PROVIDER}::another-id"},
        {"parent": "urn:pulumi:dev::tiny::a:b:C::never-registered"},
    ],
    ids=["id-unknown", "no-name", "provider-gone", "parent-gone"],
)
def test_what_cannot_be_looked_for_is_said(pending: dict[str, Any]) -> None:
    adoption = adopt(_exported(**pending))
    assert adoption.forgotten == (_SETTINGS,)
    assert len(adoption.deployment["deployment"]["resources"]) == 2


@pytest.mark.parametrize("operation", ["updating", "deleting", "reading"])
def test_what_is_in_the_state_is_for_the_refresh(operation: str) -> None:
    there = _pending(id="apps/settings-1")
    adoption = adopt(_exported(there, operation=operation, id="apps/settings-1"))
    assert adoption.deployment["deployment"]["resources"][2:] == [there]


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        ("kubernetes:core/v1:Namespace", {"metadata": {"name": "apps"}}, "apps"),
        ("kubernetes:helm.sh/v3:Release", {"name": "cartorio", "namespace": "apps"}, "apps/cartorio"),
        ("kubernetes:helm.sh/v3:Release", {"name": "cartorio"}, ""),
        ("aws:s3/bucket:Bucket", {"bucket": "evidence"}, "evidence"),
        ("aws:iam/rolePolicy:RolePolicy", {"role": "r", "name": "p"}, "r:p"),
        ("aws:iam/policy:Policy", {"name": "p", "path": "/x/"}, "arn:aws:iam::123456789012:policy/x/p"),
        ("aws:iam/policy:Policy", {}, ""),
        ("aws:s3/bucket:Bucket", {"bucket": {"4dabf18193072939515e22adb298388d": "unknown"}}, ""),
        ("random:index/randomId:RandomId", {"byteLength": 4}, ""),
    ],
)
def test_ids_follow_from_inputs(kind: str, inputs: dict[str, Any], expected: str) -> None:
    assert resource_id(kind, inputs) == expected
