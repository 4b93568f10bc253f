"""What may be done, and what has to be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.up.approval import Approval, Ask, RefusedError, ask, judge, needs_approval
from lab.errors import LabError, UsageError
from lab.paths import PROJECT_ROOT
from tests.support.plans import ORIGIN, plan, policy, state, step

if TYPE_CHECKING:
    from pathlib import Path

    from delivery.plan.model import Plan

_CREATE, _DELETE = plan(step("create", "a")), plan(step("delete", "a"))
_NOBODY = Approval()


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("config: {cartorio:profile: producao}", True),
        ("config: {cartorio:profile: staging}", False),
        ("config: {cartorio:profile: local}", False),
        ("config: {cartorio:profile: 7}", True),
        ("config: {cartorio:profile: stagging}", True),  # a slip of the pen is no way around
        ("config: {}", True),
        ("", True),
    ],
)
def test_production_is_whatever_is_not_said_to_be_something_else(tmp_path: Path, text: str, *, needs: bool) -> None:
    (tmp_path / "Pulumi.x.yaml").write_text(text)
    assert needs_approval(tmp_path, "x") is needs


def test_of_this_project() -> None:
    assert [needs_approval(PROJECT_ROOT, stack) for stack in ("producao", "staging", "local")] == [True, False, False]


@pytest.mark.parametrize("text", ["config: [", "- a", "config: text"])
def test_a_file_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.x.yaml").write_text(text)
    with pytest.raises(UsageError, match="no readable stack file"):
        needs_approval(tmp_path, "x")


def test_the_approved_plan_is_done_and_no_other() -> None:
    judge(_DELETE, Approval(_DELETE), demanded=True)
    judge(_DELETE, Approval(digest=_DELETE.digest), demanded=True)
    with pytest.raises(RefusedError, match="has changed since it was approved") as caught:
        judge(_DELETE, Approval(_CREATE), demanded=True)
    assert "(other than approved: a)" in caught.value.what
    with pytest.raises(RefusedError, match="has changed"):
        judge(_DELETE, Approval(digest=_CREATE.digest), demanded=False)


def test_many_differences_are_not_all_named() -> None:
    many = plan(*(step("create", f"r{number}") for number in range(9)))
    with pytest.raises(RefusedError, match="r0, r1, r2, r3, r4 and 4 more"):
        judge(many, Approval(plan()), demanded=True)


def test_production_without_an_approved_plan() -> None:
    with pytest.raises(RefusedError, match="by an approved plan only") as caught:
        judge(_CREATE, _NOBODY, demanded=True)
    assert "cartorio up producao --plan plan.json" in (caught.value.remedy or "")
    judge(_CREATE, _NOBODY, demanded=False)


@pytest.mark.parametrize(
    ("now", "kind", "why"),
    [
        (plan(step("create", "a"), policies=(policy(),)), RefusedError, "1 mandatory findings"),
        (plan(step("create", "a"), exit_code=1), LabError, "nobody knows what would be done"),
        (_CREATE.model_copy(update={"packs": ()}), RefusedError, "no policy pack has judged the update"),
    ],
)
def test_an_approval_does_not_help_what_is_refused_or_unknown(now: Plan, kind: type[LabError], why: str) -> None:
    with pytest.raises(kind, match=why):
        judge(now, Approval(now), demanded=True)


@pytest.mark.parametrize(
    ("approved", "why"),
    [
        (plan(step("create", "a"), stack="staging"), "is of cartorio/staging"),
        (plan(step("create", "a"), origin=ORIGIN.model_copy(update={"lab": True})), "made in the lab"),
        (plan(step("create", "a"), exit_code=1), "is not whole"),
    ],
)
def test_a_plan_that_nobody_could_approve(approved: Plan, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        judge(_CREATE, Approval(approved), demanded=True)


def test_plan_and_digest_are_of_one_thing() -> None:
    assert Approval(_CREATE, _CREATE.digest).given == _CREATE.digest
    with pytest.raises(UsageError, match="the plan has the digest"):
        _ = Approval(_CREATE, _DELETE.digest).given


_LIFTED = plan(step("same", "a", old=state(protect=True), new=state()))


@pytest.mark.parametrize(
    ("now", "approval", "yes", "yes_destroy", "wanted"),
    [
        (_CREATE, _NOBODY, False, False, Ask.YES),
        (_CREATE, _NOBODY, True, False, Ask.NOTHING),
        (_CREATE, _NOBODY, False, True, Ask.NOTHING),
        (_DELETE, _NOBODY, False, False, Ask.NAME),
        (_DELETE, _NOBODY, True, False, Ask.NAME),
        (_DELETE, _NOBODY, False, True, Ask.NOTHING),
        (_DELETE, Approval(_DELETE), False, False, Ask.NOTHING),
        (_LIFTED, _NOBODY, True, False, Ask.NAME),
    ],
)
def test_what_is_asked(now: Plan, approval: Approval, *, yes: bool, yes_destroy: bool, wanted: Ask) -> None:
    assert ask(now, approval, yes=yes, yes_destroy=yes_destroy) is wanted
