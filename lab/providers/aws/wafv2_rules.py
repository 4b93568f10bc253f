"""The rules of a web ACL: Pulumi's structures and the API's, and when two sets of them mean the same.

https://docs.aws.amazon.com/waf/latest/APIReference/API_Rule.html. Rules of AWS's managed groups, of rates and of
countries are supported. An empty structure says something here (`block: {}`), so that none is left out.
"""

from __future__ import annotations

from typing import Any, Final

from lab.providers.aws.shapes import Shape, pascal

_NOTHING = Shape({})
_VISIBILITY_NAMES = ("metricName", "sampledRequestsEnabled")
VISIBILITY: Final = pascal(*_VISIBILITY_NAMES, cloudwatchMetricsEnabled="CloudWatchMetricsEnabled")
ACTION: Final = pascal(allow=_NOTHING, block=_NOTHING, count=_NOTHING)
_OVERRIDE = pascal(count=_NOTHING, none=_NOTHING)
_COUNTRIES = pascal("countryCodes")
_STATEMENT = pascal(
    geoMatchStatement=_COUNTRIES,
    managedRuleGroupStatement=pascal("name", "vendorName"),
    notStatement=pascal(statement=pascal(geoMatchStatement=_COUNTRIES)),
    rateBasedStatement=pascal("aggregateKeyType", "evaluationWindowSec", "limit"),
)
RULE: Final = pascal(
    "name",
    "priority",
    action=ACTION,
    overrideAction=_OVERRIDE,
    statement=_STATEMENT,
    visibilityConfig=VISIBILITY,
)


def same_rules(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether two lists have the same rules: their priorities say the order."""
    return sorted(left, key=_priority) == sorted(right, key=_priority)


def _priority(rule: dict[str, Any]) -> float:
    return float(rule.get("priority", 0))
