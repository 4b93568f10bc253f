"""Service level objectives as rules: the share of bad requests, and alerts on how fast it eats the error budget.

The windows and factors are those of https://sre.google/workbook/alerting-on-slos/ (5: "Multiwindow, Multi-Burn-Rate
Alerts"): a factor of 14.4 over an hour is 2 % of a month's budget, 6 over six hours 5 %, 3 over a day and 1 over three
days 10 %. The short window, a twelfth of the long one, ends an alert soon after its cause. Pure.

What is measured is what the API answers. While no pod of it runs, it answers nothing, and no request is bad: that is
what `ApiUnavailable` and `ApiNotMeasured` of the platform's alerts are for.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from components.observability.rules import Alert, Group, Recording
from components.sections.observability import Severity

if TYPE_CHECKING:
    from components.sections.observability import Slo

_REQUESTS = "http_server_request_duration_seconds"
# Less than the five minutes after which Prometheus takes a series for gone.
_LONG_SECONDS = 120
PERIOD: Final = "30d"


@dataclass(frozen=True)
class Burn:
    """When to tell of a budget that burns `factor` times as fast as it lasts, over both windows."""

    factor: Decimal
    long: str
    short: str
    severity: Severity


BURNS: Final = (
    Burn(Decimal("14.4"), "1h", "5m", Severity.CRITICAL),
    Burn(Decimal(6), "6h", "30m", Severity.CRITICAL),
    Burn(Decimal(3), "1d", "2h", Severity.WARNING),
    Burn(Decimal(1), "3d", "6h", Severity.WARNING),
)
_SHORT_WINDOWS = ("5m", "30m", "1h", "2h", "6h")
_LONG_WINDOWS = ("1d", "3d")


def groups(slos: tuple[Slo, ...], namespace: str) -> tuple[Group, ...]:
    """The rules of all objectives.

    Args:
        slos: what is promised.
        namespace: of the API.
    """
    return tuple(group for slo in slos for group in _of(slo, f'namespace="{namespace}",container="api"'))


def budget(slo: Slo) -> Decimal:
    """The share of requests that may be bad: 0.001 of 99.9 %."""
    return (100 - Decimal(str(slo.objective))) / 100


def _of(slo: Slo, pods: str) -> tuple[Group, ...]:
    labels = (("slo", slo.name),)

    def ratio(window: str) -> Recording:
        return Recording(f"slo:errors:ratio_rate{window}", f"{_bad(slo, pods, window)} / {_all(pods, window)}", labels)

    totals = (
        Recording("slo:requests:rate5m", f"sum(rate({_REQUESTS}_count{{{pods}}}[5m]))", labels),
        Recording("slo:errors:rate5m", _bad(slo, pods, "5m"), labels),
    )
    # Sums of the recorded rates weigh every request alike, and read a fraction of the samples that the raw series have.
    spent = Recording(
        f"slo:errors:ratio_rate{PERIOD}",
        f'sum_over_time(slo:errors:rate5m{{slo="{slo.name}"}}[{PERIOD}])'
        f' / (sum_over_time(slo:requests:rate5m{{slo="{slo.name}"}}[{PERIOD}]) > 0)',
        labels,
    )
    left = Recording(
        "slo:error_budget:left_ratio", f'1 - slo:errors:ratio_rate{PERIOD}{{slo="{slo.name}"}} / {budget(slo)}', labels
    )
    objective = Recording("slo:objective:ratio", f"vector({1 - budget(slo)})", labels)
    return (
        Group(f"slo-{slo.name}", (*totals, objective, *(ratio(window) for window in _SHORT_WINDOWS))),
        Group(f"slo-{slo.name}-long", (*(ratio(window) for window in _LONG_WINDOWS), spent, left), _LONG_SECONDS),
        Group(f"slo-{slo.name}-alerts", tuple(_alert(slo, burn) for burn in BURNS)),
    )


def _all(pods: str, window: str) -> str:
    # Without a request there is no ratio, rather than one that is not a number.
    return f"(sum(rate({_REQUESTS}_count{{{pods}}}[{window}])) > 0)"


def _bad(slo: Slo, pods: str, window: str) -> str:
    if slo.within_milliseconds is None:
        faults = f'sum(rate({_REQUESTS}_count{{{pods},http_response_status_code=~"5.."}}[{window}]))'
        return f"({faults} or vector(0))"
    served = f"sum(rate({_REQUESTS}_count{{{pods}}}[{window}]))"
    in_time = f"sum(rate({_REQUESTS}_bucket{{{pods},le=~{_bound(slo.within_milliseconds)}}}[{window}]))"
    return f"({served} - {in_time})"


def _bound(milliseconds: int) -> str:
    """The bound of a histogram's bucket as a matcher; whole ones are written as `1.0` or `1`, by version."""
    seconds = Decimal(milliseconds) / 1000
    whole = seconds == seconds.to_integral_value()
    return f'"{int(seconds)}([.]0)?"' if whole else f'"{seconds.normalize():f}"'.replace(".", "[.]")


def _alert(slo: Slo, burn: Burn) -> Alert:
    threshold = (burn.factor * budget(slo)).normalize()
    over = " and ".join(
        f'slo:errors:ratio_rate{window}{{slo="{slo.name}"}} > {threshold:f}' for window in (burn.long, burn.short)
    )
    return Alert(
        name="SloBudgetBurn",
        expr=over,
        severity=burn.severity,
        summary=f"{slo.name} burns its error budget {burn.factor} times too fast",
        description=(
            f"Over the last {burn.long} and the last {burn.short}, more than {threshold * 100:f} % of the requests were"
            f" bad; {slo.objective} % are to be good over {PERIOD}. Look at what was deployed, and at the dashboard"
            " API."
        ),
        labels=(("slo", slo.name), ("window", burn.long)),
    )
