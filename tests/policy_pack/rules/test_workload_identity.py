from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

ACCOUNT, TOKEN, SHARED = "workload/service-account", "workload/service-account-token", "workload/account-token"


def _job(**spec: object) -> dict[str, Any]:
    template = {"spec": {"containers": [{"name": "x"}], **spec}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "x"}, "spec": {"template": template}}


@pytest.mark.parametrize("name", [None, "", "default"])
def test_the_default_account_is_nobodys(ask: Ask, name: str | None) -> None:
    (finding,) = ask(ACCOUNT, _job(serviceAccountName=name))
    assert finding.path == "spec.template.spec.serviceAccountName"


def test_an_account_of_its_own_passes_by_either_name(ask: Ask) -> None:
    assert ask(ACCOUNT, _job(serviceAccountName="books")) == ()
    assert ask(ACCOUNT, _job(serviceAccount="books")) == ()


def test_a_token_is_had_by_asking(ask: Ask) -> None:
    (finding,) = ask(TOKEN, _job())
    assert finding.path == "spec.template.spec.automountServiceAccountToken"
    for said in (True, False):
        assert ask(TOKEN, _job(automountServiceAccountToken=said)) == ()


@pytest.mark.parametrize(("said", "findings"), [(False, 0), (True, 1), (None, 1), (UNKNOWN, 1)])
def test_an_account_hands_its_token_to_nobody(ask: Ask, said: object, findings: int) -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "x"}}
    found = ask(SHARED, {**account, "automountServiceAccountToken": said})
    assert len(found) == findings
    assert all(finding.unknown is (said is UNKNOWN) for finding in found)


@pytest.mark.parametrize(("rule", "key"), [(ACCOUNT, "serviceAccountName"), (TOKEN, "automountServiceAccountToken")])
def test_what_is_not_known_is_found_as_unknown(ask: Ask, rule: str, key: str) -> None:
    (finding,) = ask(rule, _job(**{key: UNKNOWN}))
    assert finding.unknown


@pytest.mark.parametrize("rule", [ACCOUNT, TOKEN])
def test_an_image_in_a_custom_resource_runs_in_a_pod_of_its_operators(ask: Ask, rule: str) -> None:
    assert ask(rule, {"apiVersion": "example.com/v1", "kind": "Fleet", "spec": {"image": "i"}}) == ()
