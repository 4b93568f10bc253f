from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from components.sections.edge import Hsts, ManagedGroup, TlsPolicy
from tests.support.edge import FIREWALL, edge

BR = {**FIREWALL, "countries": ["BR"]}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"host": "api.other.example"}, "must be cartorio.example or below it; 'api.other.example' is not"),
        ({"host": "apicartorio.example"}, "is not"),
        ({"host": "*.cartorio.example"}, "must be one name"),
        ({"domain": "*.cartorio.example"}, "must be one name"),
        ({"aliases": ["www.other.example"]}, "'www.other.example' is not"),
        ({"aliases": ["api.cartorio.example"]}, "twice"),
        ({"aliases": ["*.cartorio.example"], "wildcard": False}, "must be true for the alias"),
        ({"zoneId": "cartorio.example"}, "the id of a hosted zone"),
        ({"tlsPolicy": "ELBSecurityPolicy-2016-08"}, "Input should be"),
        ({"tlsPolicy": "ELBSecurityPolicy-TLS-1-1-2017-01"}, "Input should be"),
        ({"hsts": {"maxAgeSeconds": 60}}, "greater than or equal to 300"),
        ({"hsts": {"preload": True, "maxAgeSeconds": 86400}}, "needs maxAgeSeconds of a year"),
        ({"hsts": {"preload": True, "includeSubdomains": False}}, "needs maxAgeSeconds of a year"),
        ({"idleTimeoutSeconds": 4001}, "less than or equal to 4000"),
        ({"certificateAlarmDays": 60}, "less than or equal to 59"),
        ({"target": {"drainSeconds": 3601}}, "less than or equal to 3600"),
        ({"firewall": {**FIREWALL, "rateLimit": {"requests": 9}}}, "greater than or equal to 10"),
        ({"firewall": {**FIREWALL, "rateLimit": {"requests": 2_000_000_001}}}, "less than or equal to 2000000000"),
        ({"firewall": {**FIREWALL, "rateLimit": {"requests": 10, "windowSeconds": 90}}}, "60, 120, 300 or 600"),
        ({"firewall": {**FIREWALL, "groups": ["AWSManagedRulesLinuxRuleSet"]}}, "Input should be"),
        (
            {"firewall": {**FIREWALL, "groups": ["AWSManagedRulesCommonRuleSet"] * 2}},
            "'AWSManagedRulesCommonRuleSet' twice",
        ),
        (
            {"firewall": {**FIREWALL, "groups": [], "counting": ["AWSManagedRulesCommonRuleSet"]}},
            "'AWSManagedRulesCommonRuleSet', which is none of groups",
        ),
        ({"firewall": {**FIREWALL, "countries": ["Brasil"]}}, "two letters"),
        ({"firewall": {**FIREWALL, "countries": ["BR", "BR"]}}, "twice"),
        ({"firewall": {**FIREWALL, "redactedHeaders": ["Cookie"]}}, "lower case"),
        ({"firewall": BR}, "it lacks US"),
        (
            {"firewall": BR, "healthCheck": {"regions": ["sa-east-1", "eu-west-1", "ap-northeast-1"]}},
            "it lacks IE, JP",
        ),
        ({"healthCheck": {"regions": ["sa-east-1", "us-east-1"]}}, "at least 3"),
        ({"healthCheck": {"regions": ["sa-east-1", "us-east-1", "us-east-1"]}}, "twice"),
        ({"healthCheck": {"failures": 11}}, "less than or equal to 10"),
        ({"subscriptions": [{"protocol": "email", "endpoint": "a@b.example"}] * 2}, "twice"),
    ],
)
def test_what_would_be_refused_or_unsafe_is_refused_here(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        edge(**changes)


def test_what_is_not_said_is_safe() -> None:
    settings = edge()
    assert settings.tls_policy is TlsPolicy.TLS13_12_RESTRICTED
    assert settings.hsts.header() == "max-age=63072000; includeSubDomains"
    assert set(settings.firewall.groups) == set(ManagedGroup)
    assert not settings.firewall.counting
    assert settings.shield is None
    assert settings.names() == ("api.cartorio.example",)


def test_no_tls_policy_speaks_less_than_1_2() -> None:
    assert all(policy.value.startswith("ELBSecurityPolicy-TLS13-1-") for policy in TlsPolicy)
    assert not any("Ext" in policy.value for policy in TlsPolicy)


def test_the_header_says_what_the_settings_say() -> None:
    assert Hsts.model_validate_json('{"preload": true}').header() == "max-age=63072000; includeSubDomains; preload"
    introduced = Hsts.model_validate_json('{"maxAgeSeconds": 300, "includeSubdomains": false}')
    assert introduced.header() == "max-age=300"


def test_the_domain_itself_may_be_a_name_and_a_wildcard_where_it_is_wanted() -> None:
    settings = edge(host="cartorio.example", aliases=["*.cartorio.example"], wildcard=True)
    assert settings.names() == ("cartorio.example", "*.cartorio.example")


def test_checkers_are_let_in() -> None:
    settings = edge(firewall={**FIREWALL, "countries": ["BR", "US"]})
    assert settings.firewall.countries == ("BR", "US")
