from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.resources.reading import UNKNOWN, MalformedError
from guardrails.resources.security import security_context

FIELDS: dict[str, Any] = {
    "privileged": True,
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "runAsUser": 65532.0,
    "procMount": "Default",
    "seccompProfile": {"type": "RuntimeDefault"},
    "appArmorProfile": {"type": "Localhost"},
    "windowsOptions": {"hostProcess": False},
    "capabilities": {"add": ["CHOWN"], "drop": ["ALL", UNKNOWN]},
    "seLinuxOptions": {"type": "container_t", "user": "", "level": "s0:c1"},
    "sysctls": [{"name": "net.ipv4.tcp_rmem", "value": "1"}, UNKNOWN],
}


def test_every_field_is_read() -> None:
    found = security_context({"securityContext": FIELDS}, "spec")
    assert not found.unknown
    assert (found.privileged, found.allow_privilege_escalation, found.read_only_root) == (True, False, True)
    assert (found.run_as_non_root, found.run_as_user, found.proc_mount) == (True, 65532, "Default")
    assert (found.seccomp, found.app_armor, found.host_process) == ("RuntimeDefault", "Localhost", False)
    assert (found.added, found.dropped) == (("CHOWN",), ("ALL", UNKNOWN))
    assert found.selinux == {"type": "container_t"}
    assert found.sysctls == ("net.ipv4.tcp_rmem", UNKNOWN)


@pytest.mark.parametrize("said", [None, {}, dict.fromkeys(FIELDS)])
def test_what_is_not_said_is_absent(said: object) -> None:
    found = security_context({"securityContext": said}, "spec")
    assert {getattr(found, field.name) for field in fields(found)} == {None, (), False}


def test_of_what_is_not_known_nothing_is_known() -> None:
    found = security_context({"securityContext": UNKNOWN}, "spec")
    assert {getattr(found, field.name) for field in fields(found)} == {True, UNKNOWN}


@pytest.mark.parametrize("key", FIELDS)
def test_a_field_that_is_not_known_is_remembered_as_such(key: str) -> None:
    found = security_context({"securityContext": {key: UNKNOWN}}, "spec")
    assert UNKNOWN in {getattr(found, field.name) for field in fields(found)}


def test_a_profile_without_a_type_is_no_absent_one() -> None:
    found = security_context({"securityContext": {"seccompProfile": {}, "appArmorProfile": {"type": None}}}, "")
    assert (found.seccomp, found.app_armor) == ("", "")


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ([], "securityContext"),
        ({"privileged": "no"}, "securityContext.privileged"),
        ({"runAsUser": "0"}, "securityContext.runAsUser"),
        ({"runAsUser": 0.5}, "securityContext.runAsUser"),
        ({"runAsUser": True}, "securityContext.runAsUser"),
        ({"seccompProfile": {"type": 1}}, "securityContext.seccompProfile.type"),
        ({"capabilities": {"add": "ALL"}}, "securityContext.capabilities.add"),
        ({"capabilities": {"drop": ["ALL", 1]}}, "securityContext.capabilities.drop[1]"),
        ({"seLinuxOptions": {"user": []}}, "securityContext.seLinuxOptions.user"),
        ({"sysctls": [{"name": 1}]}, "securityContext.sysctls[0].name"),
        ({"windowsOptions": {"hostProcess": 1}}, "securityContext.windowsOptions.hostProcess"),
    ],
)
def test_a_wrong_type_is_malformed_with_its_path(said: object, path: str) -> None:
    with pytest.raises(MalformedError) as caught:
        security_context({"securityContext": said}, "spec")
    assert caught.value.path == f"spec.{path}"


odd = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "name", "add"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), odd))
def test_anything_is_read_or_malformed(said: dict[str, object]) -> None:
    try:
        security_context({"securityContext": said}, "")
    except MalformedError as error:
        assert error.path.startswith("securityContext")  # noqa: PT017 - either will do
