from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

APP_ARMOR, SELINUX = "pss/baseline/app-armor-profile", "pss/baseline/se-linux-options"
MASKED_UNLESS, MASKED, SYSCTLS = "pss/baseline/proc-mount", "pss/restricted/proc-mount", "pss/baseline/sysctls"
ANNOTATION = "container.apparmor.security.beta.kubernetes.io/api"
RULES = [APP_ARMOR, SELINUX, MASKED_UNLESS, MASKED]


def _pod(own: object, general: object = None, **spec: object) -> dict[str, Any]:
    containers = [{"name": "api", "securityContext": own}]
    return {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": containers, "securityContext": general, **spec}}


@pytest.mark.parametrize(
    ("rule", "good", "bad", "path"),
    [
        (
            APP_ARMOR,
            {"appArmorProfile": {"type": "Localhost"}},
            {"appArmorProfile": {"type": "Unconfined"}},
            "appArmorProfile.type",
        ),
        (APP_ARMOR, {}, {"appArmorProfile": {}}, "appArmorProfile.type"),
        (
            SELINUX,
            {"seLinuxOptions": {"type": "container_engine_t", "level": "s0"}},
            {"seLinuxOptions": {"type": "spc_t"}},
            "seLinuxOptions.type",
        ),
        (SELINUX, {"seLinuxOptions": {"user": ""}}, {"seLinuxOptions": {"user": "root"}}, "seLinuxOptions.user"),
        (SELINUX, {"seLinuxOptions": {"role": None}}, {"seLinuxOptions": {"role": "r"}}, "seLinuxOptions.role"),
    ],
)
def test_pod_and_container_are_held_to_the_same(
    ask: Ask, rule: str, good: dict[str, Any], bad: dict[str, Any], path: str
) -> None:
    assert ask(rule, _pod(good, good)) == ()
    assert [f.path for f in ask(rule, _pod(bad, good))] == [f"spec.containers[0].securityContext.{path}"]
    assert [f.path for f in ask(rule, _pod(good, bad))] == [f"spec.securityContext.{path}"]


@pytest.mark.parametrize("profile", ["runtime/default", "localhost/strict", "", None])
def test_an_old_annotation_may_choose_a_profile(ask: Ask, profile: str | None) -> None:
    assert ask(APP_ARMOR, {**_pod({}), "metadata": {"annotations": {ANNOTATION: profile, "other": "x"}}}) == ()


@pytest.mark.parametrize(
    ("annotations", "is_unknown"), [({ANNOTATION: "unconfined"}, False), ({ANNOTATION: UNKNOWN}, True), (UNKNOWN, True)]
)
def test_an_old_annotation_may_not_switch_it_off(ask: Ask, annotations: object, *, is_unknown: bool) -> None:
    (finding,) = ask(APP_ARMOR, {**_pod({}), "metadata": {"annotations": annotations}})
    assert finding.unknown is is_unknown
    template = {"metadata": {"annotations": annotations}, **_pod({})}
    (finding,) = ask(APP_ARMOR, {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": template}})
    assert finding.path.startswith("spec.template.metadata.annotations")


def test_an_unmasked_proc_needs_a_user_namespace(ask: Ask) -> None:
    for rule in (MASKED_UNLESS, MASKED):
        (finding,) = ask(rule, _pod({"procMount": "Unmasked"}))
        assert finding.path == "spec.containers[0].securityContext.procMount"
        assert ask(rule, _pod({"procMount": "Default"})) == ()
    assert ask(MASKED_UNLESS, _pod({"procMount": "Unmasked"}, hostUsers=False)) == ()
    assert ask(MASKED, _pod({"procMount": "Unmasked"}, hostUsers=False))
    assert ask(MASKED_UNLESS, _pod({"procMount": "Unmasked"}, hostUsers=UNKNOWN))


def test_only_the_pods_own_kernel_parameters_may_be_set(ask: Ask) -> None:
    sysctls = [{"name": "net.ipv4.tcp_rmem", "value": "1"}, {"name": "kernel.msgmax"}, {"name": UNKNOWN}]
    found = ask(SYSCTLS, _pod({}, {"sysctls": sysctls}))
    at = "spec.securityContext.sysctls"
    assert [(f.path, f.unknown) for f in found] == [(f"{at}[1].name", False), (f"{at}[2].name", True)]


@pytest.mark.parametrize("rule", RULES)
def test_a_container_of_which_nothing_is_known_is_found_as_unknown(ask: Ask, rule: str) -> None:
    (finding,) = ask(rule, _pod(UNKNOWN))
    assert (finding.path, finding.unknown) == ("spec.containers[0].securityContext", True)


@pytest.mark.parametrize("rule", [APP_ARMOR, SELINUX, SYSCTLS])
def test_a_pod_of_which_nothing_is_known_is_found_as_unknown(ask: Ask, rule: str) -> None:
    (finding,) = ask(rule, _pod({}, UNKNOWN))
    assert (finding.path, finding.unknown) == ("spec.securityContext", True)


@pytest.mark.parametrize("rule", [*RULES, SYSCTLS])
def test_a_spec_that_is_not_known_is_found_as_unknown(ask: Ask, rule: str) -> None:
    found = ask(rule, {"apiVersion": "v1", "kind": "Pod", "spec": UNKNOWN})
    assert {finding.unknown for finding in found} == {True}
