from __future__ import annotations

import pytest

from components.databases.pure import apart_by, kept, pod_security, schedule, spread


def test_members_share_no_zone_as_long_as_there_are_enough() -> None:
    assert apart_by(3) == "topology.kubernetes.io/zone"
    assert apart_by(5) == "kubernetes.io/hostname"


def test_a_member_that_finds_no_zone_waits() -> None:
    (constraint,) = spread({"app": "x"})
    assert (constraint["whenUnsatisfiable"], constraint["minDomains"], constraint["maxSkew"]) == ("DoNotSchedule", 3, 1)
    assert constraint["labelSelector"] == {"matchLabels": {"app": "x"}}


@pytest.mark.parametrize(
    ("hours", "cron"),
    [(1, "17 */1 * * *"), (6, "17 */6 * * *"), (24, "17 3 * * *"), (168, "17 3 * * 0")],
)
def test_schedules(hours: int, cron: str) -> None:
    assert schedule(hours, 17) == cron


@pytest.mark.parametrize(("days", "hours", "count"), [(14, 6, 56), (14, 24, 14), (15, 168, 2)])
def test_as_many_are_kept_as_the_days_have_room_for(days: int, hours: int, count: int) -> None:
    assert kept(days, hours) == count


def test_no_pod_runs_as_root() -> None:
    context = pod_security(1001)
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] == context["fsGroup"] == 1001
