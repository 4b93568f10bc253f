"""The rules of the firewall, in the order in which they are asked. Pure.

https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-processing.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.sections.edge import Firewall, ManagedGroup, RateLimit

_VENDOR = "AWS"
_PREFIX = "AWSManagedRules"


def seen(name: str) -> aws.wafv2.WebAclRuleVisibilityConfigArgs:
    """A rule counts, and keeps samples of, what it decides."""
    return aws.wafv2.WebAclRuleVisibilityConfigArgs(
        cloudwatch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )


def rules(settings: Firewall) -> list[aws.wafv2.WebAclRuleArgs]:
    """All of them: where from first, how much next, then what.

    Cheap refusals come first, so that a flood is not looked at in full.
    """
    return list(_ordered(settings))


def _ordered(settings: Firewall) -> Iterator[aws.wafv2.WebAclRuleArgs]:
    priority = 0
    if settings.countries:
        yield _abroad(settings.countries, priority)
        priority += 1
    yield _rate(settings.rate_limit, priority)
    for group in settings.groups:
        priority += 1
        yield _managed(group, priority, count=group in settings.counting)


def _abroad(countries: tuple[str, ...], priority: int) -> aws.wafv2.WebAclRuleArgs:
    from_there = aws.wafv2.WebAclRuleStatementArgs(
        geo_match_statement=aws.wafv2.WebAclRuleStatementGeoMatchStatementArgs(country_codes=list(countries))
    )
    return aws.wafv2.WebAclRuleArgs(
        name="countries",
        priority=priority,
        action=_action(count=False),
        statement=aws.wafv2.WebAclRuleStatementArgs(
            not_statement=aws.wafv2.WebAclRuleStatementNotStatementArgs(statement=from_there)
        ),
        visibility_config=seen("countries"),
    )


def _rate(limit: RateLimit, priority: int) -> aws.wafv2.WebAclRuleArgs:
    return aws.wafv2.WebAclRuleArgs(
        name="rate",
        priority=priority,
        action=_action(count=limit.count),
        statement=aws.wafv2.WebAclRuleStatementArgs(
            rate_based_statement=aws.wafv2.WebAclRuleStatementRateBasedStatementArgs(
                aggregate_key_type="IP", limit=limit.requests, evaluation_window_sec=limit.window_seconds
            )
        ),
        visibility_config=seen("rate"),
    )


def _managed(group: ManagedGroup, priority: int, *, count: bool) -> aws.wafv2.WebAclRuleArgs:
    name = group.value.removeprefix(_PREFIX)
    override = _counted() if count else _decided()
    return aws.wafv2.WebAclRuleArgs(
        name=name,
        priority=priority,
        override_action=override,
        statement=aws.wafv2.WebAclRuleStatementArgs(
            managed_rule_group_statement=aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs(
                name=group.value, vendor_name=_VENDOR
            )
        ),
        visibility_config=seen(name),
    )


def _action(*, count: bool) -> aws.wafv2.WebAclRuleActionArgs:
    if count:
        return aws.wafv2.WebAclRuleActionArgs(count=aws.wafv2.WebAclRuleActionCountArgs())
    return aws.wafv2.WebAclRuleActionArgs(block=aws.wafv2.WebAclRuleActionBlockArgs())


def _counted() -> aws.wafv2.WebAclRuleOverrideActionArgs:
    count = aws.wafv2.WebAclRuleOverrideActionCountArgs()  # type: ignore[no-untyped-call] # the SDK's
    return aws.wafv2.WebAclRuleOverrideActionArgs(count=count)


def _decided() -> aws.wafv2.WebAclRuleOverrideActionArgs:
    none = aws.wafv2.WebAclRuleOverrideActionNoneArgs()  # type: ignore[no-untyped-call] # the SDK's
    return aws.wafv2.WebAclRuleOverrideActionArgs(none=none)
