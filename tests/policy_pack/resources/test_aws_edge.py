from __future__ import annotations

import pytest

from guardrails.resources.aws import KINDS
from guardrails.resources.aws_edge import Listener, ListenerRule, LoadBalancer


@pytest.mark.parametrize("service", ["lb", "alb", "elasticloadbalancingv2", "applicationloadbalancing"])
def test_load_balancing_is_known_by_every_name_that_the_provider_had_for_it(service: str) -> None:
    assert KINDS[f"aws:{service}/loadBalancer:LoadBalancer"] is LoadBalancer
    assert KINDS[f"aws:{service}/listener:Listener"] is Listener
    assert KINDS[f"aws:{service}/listenerRule:ListenerRule"] is ListenerRule


def test_the_classic_one_is_none_of_them() -> None:
    assert "aws:elb/loadBalancer:LoadBalancer" not in KINDS
