from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from components.observability.objectives import BURNS, budget, groups
from components.sections.observability import Severity, Slo
from tests.support.prometheus import Expected

if TYPE_CHECKING:
    from tests.support.prometheus import Promtool

AVAILABILITY = Slo.model_validate({"name": "available", "objective": 99.9})
LATENCY = Slo.model_validate({"name": "fast", "objective": 99, "withinMilliseconds": 500})
PODS = 'namespace="cartorio",container="api"'
COUNT = "http_server_request_duration_seconds_count"
BUCKET = "http_server_request_duration_seconds_bucket"
STEP = 2  # minutes between two samples
GOOD_DAYS = 4320  # minutes
FIRING = 'ALERTS{alertname="SloBudgetBurn",alertstate="firing"}'


def _requests(bad: int, minutes: int, *, good: int | None = None, then: int = 0) -> dict[str, str]:
    """Three good days of a thousand requests a step, then `bad` ones of them for `minutes`, then good ones again."""
    good = 1000 - bad if good is None else good
    steps, first = minutes // STEP, GOOD_DAYS // STEP
    before = first * 1000
    fine = f"0+1000x{first} {before + good}+{good}x{steps - 1}"
    faults = f"0x{first} {bad}+{bad}x{steps - 1}"
    if then:
        fine += f" {before + good * steps + 1000}+1000x{then // STEP - 1}"
        faults += f" {bad * steps}x{then // STEP - 1}"
    return {
        f'{COUNT}{{{PODS},http_response_status_code="200"}}': fine,
        f'{COUNT}{{{PODS},http_response_status_code="503"}}': faults,
    }


def _alert(slo: Slo, index: int) -> tuple[str, float]:
    burn = BURNS[index]
    labels = f'severity="{burn.severity}",slo="{slo.name}",window="{burn.long}"'
    return f'ALERTS{{alertname="SloBudgetBurn",alertstate="firing",{labels}}}', 1


def test_windows_and_factors_are_those_of_the_workbook() -> None:
    assert [(burn.factor, burn.long, burn.short, burn.severity) for burn in BURNS] == [
        (Decimal("14.4"), "1h", "5m", Severity.CRITICAL),
        (Decimal(6), "6h", "30m", Severity.CRITICAL),
        (Decimal(3), "1d", "2h", Severity.WARNING),
        (Decimal(1), "3d", "6h", Severity.WARNING),
    ]


@pytest.mark.parametrize(
    ("objective", "share"), [(99.9, "0.001"), (99.95, "0.0005"), (99.999, "0.00001"), (95, "0.05")]
)
def test_a_budget_is_exact(objective: float, share: str) -> None:
    assert budget(Slo(name="api", objective=objective)) == Decimal(share)


def test_every_rule_is_one_for_prometheus(promtool: Promtool) -> None:
    assert promtool.check(groups((AVAILABILITY, LATENCY), "cartorio")) == ""


@pytest.mark.parametrize(
    ("series", "minutes", "told"),
    [
        pytest.param(_requests(0, 60), GOOD_DAYS + 60, (), id="nothing is wrong"),
        pytest.param(_requests(1, GOOD_DAYS), 2 * GOOD_DAYS, (), id="the budget lasts exactly"),
        pytest.param(_requests(20, 20), GOOD_DAYS + 20, (), id="twenty times too fast, for twenty minutes"),
        pytest.param(_requests(20, 70), GOOD_DAYS + 70, (0,), id="twenty times too fast, for an hour"),
        pytest.param(_requests(8, 370), GOOD_DAYS + 370, (1,), id="eight times too fast, for six hours"),
        pytest.param(_requests(4, 1500), GOOD_DAYS + 1490, (2, 3), id="four times too fast, for a day"),
        pytest.param(_requests(2, GOOD_DAYS), 2 * GOOD_DAYS, (3,), id="twice too fast, for three days"),
        pytest.param(_requests(1000, 10), GOOD_DAYS + 10, (0, 1, 2, 3), id="an outage of ten minutes"),
        pytest.param(_requests(1000, 10, then=20), GOOD_DAYS + 30, (1, 2, 3), id="and twenty minutes after it"),
        pytest.param(_requests(0, 400, good=0), GOOD_DAYS + 390, (), id="nobody asks anything"),
        pytest.param({}, 60, (), id="nothing is measured"),
    ],
)
def test_an_alert_fires_as_fast_as_the_budget_burns_and_not_before(
    promtool: Promtool, series: dict[str, str], minutes: int, told: tuple[int, ...]
) -> None:
    expected = Expected(FIRING, minutes, tuple(_alert(AVAILABILITY, index) for index in told))
    assert promtool.test(groups((AVAILABILITY,), "cartorio"), series, [expected], STEP) == ""


def test_a_wrong_expectation_is_told(promtool: Promtool) -> None:
    expected = Expected(FIRING, GOOD_DAYS + 70, ())
    assert "SloBudgetBurn" in promtool.test(groups((AVAILABILITY,), "cartorio"), _requests(20, 70), [expected], STEP)


@pytest.mark.parametrize("requests", [{"other": "x"}, {"namespace": "elsewhere"}, {"container": "workers"}])
def test_only_the_api_counts(promtool: Promtool, requests: dict[str, str]) -> None:
    labels = {"namespace": "cartorio", "container": "api", **requests}
    if "other" in requests:
        labels["container"] = "sidecar"
    pods = ",".join(f'{key}="{value}"' for key, value in labels.items())
    series = {f'{COUNT}{{{pods},http_response_status_code="500"}}': "0+10x120"}
    assert promtool.test(groups((AVAILABILITY,), "cartorio"), series, [Expected(FIRING, 120, ())]) == ""


@pytest.mark.parametrize(
    ("milliseconds", "bound", "slow", "told"),
    [
        (500, "0.5", 200, (0, 1, 2, 3)),
        (500, "0.5", 0, ()),
        (1000, "1.0", 200, (0, 1, 2, 3)),
        (1000, "1", 200, (0, 1, 2, 3)),
    ],
)
def test_an_answer_that_is_late_is_a_bad_one(
    promtool: Promtool, milliseconds: int, bound: str, slow: int, told: tuple[int, ...]
) -> None:
    slo = Slo.model_validate({"name": "fast", "objective": 99, "withinMilliseconds": milliseconds})
    in_time = 1000 - slow
    series = {
        f"{COUNT}{{{PODS}}}": "0+1000x120",
        f'{BUCKET}{{{PODS},le="{bound}"}}': f"0+{in_time}x120",
        # A slower bound, which is none of this objective's.
        f'{BUCKET}{{{PODS},le="5.0"}}': "0+1000x120",
        f'{BUCKET}{{{PODS},le="0.1"}}': "0+1x120",
    }
    expected = Expected(FIRING, 120, tuple(_alert(slo, index) for index in told))
    assert promtool.test(groups((slo,), "cartorio"), series, [expected]) == ""


def test_what_is_left_of_the_budget_is_recorded(promtool: Promtool) -> None:
    series = {
        f'{COUNT}{{{PODS},http_response_status_code="200"}}': "0+19995x1440",
        f'{COUNT}{{{PODS},http_response_status_code="500"}}': "0+5x1440",
    }
    left = Expected("round(slo:error_budget:left_ratio, 0.01)", 1440, (('{slo="available"}', 0.75),))
    promised = Expected("slo:objective:ratio", 1440, (('slo:objective:ratio{slo="available"}', 0.999),))
    assert promtool.test(groups((AVAILABILITY,), "cartorio"), series, [left, promised]) == ""


def test_without_objectives_there_is_nothing() -> None:
    found: tuple[Any, ...] = groups((), "cartorio")
    assert found == ()
