from __future__ import annotations

import pytest

from components.edge.shield import Shield, ShieldArgs
from components.sections.edge import Shield as Settings
from tests.support.edge import cloud
from tests.support.plan import run

SUBSCRIPTION = "aws:shield/subscription:Subscription"


@pytest.mark.parametrize("subscribe", [True, False])
def test_the_load_balancer_is_protected_and_nobody_pays_unasked(*, subscribe: bool) -> None:
    def program() -> None:
        settings = Settings.model_validate({"subscribe": subscribe})
        args = ShieldArgs(stack="producao", settings=settings, balancer_arn="arn:balancer", check_arn="arn:check")
        Shield("shield", args, cloud())

    plan = run(program)[0]
    protection = plan.one("aws:shield/protection:Protection")
    assert (protection.inputs["name"], protection.inputs["resourceArn"]) == ("cartorio-producao-edge", "arn:balancer")
    association = plan.one("aws:shield/protectionHealthCheckAssociation:ProtectionHealthCheckAssociation").inputs
    assert association == {"shieldProtectionId": "shield-protection-id", "healthCheckArn": "arn:check"}
    subscriptions = [subscription.inputs for subscription in plan.of(SUBSCRIPTION)]
    assert subscriptions == ([{"autoRenew": "ENABLED", "skipDestroy": True}] if subscribe else [])
    assert any(SUBSCRIPTION in dependency for dependency in protection.depends_on) is subscribe
