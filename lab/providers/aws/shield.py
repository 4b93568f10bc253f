"""Shield Advanced: the account's subscription, what it protects, and by which checks it judges an attack.

https://docs.aws.amazon.com/waf/latest/DDOSAPIReference/ and terraform-provider-aws' `internal/service/shield`.

Gaps of moto 5.2: nothing changes or ends a subscription (nor does AWS within its first year), and a protection's checks
of health have no operation, so that they are only recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.recorded import Recorded
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.tags import Tagging
from lab.providers.model import ResourceError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties


class Subscription(Resource):
    """`aws.shield.Subscription`. Its id is the account's; what is created is never deleted."""

    table = Table(
        "aws:shield/subscription:Subscription",
        "shield",
        inputs=("autoRenew", "skipDestroy"),
        defaults={"autoRenew": "ENABLED", "skipDestroy": False},
        local=frozenset({"skipDestroy"}),
        regional=False,
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Subscribe."""
        del inputs
        api("create_subscription")
        return str(self.cloud.identity["Account"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del resource_id, known
        return {"autoRenew": api("describe_subscription")["Subscription"]["AutoRenew"]}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Whether it goes on after its year, which AWS can change.

        Raises:
            ResourceError: always: moto can't.
        """
        del api, resource_id, old, new
        raise ResourceError(f"moto can't change {', '.join(sorted(changed))} of a subscription")

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Leave it; the official provider would see to it that it is not renewed."""
        del api, resource_id
        if not known.get("skipDestroy"):
            raise ResourceError("a subscription can't be ended in the lab: set skipDestroy to true and run `pulumi up`")


class Protection(Resource):
    """`aws.shield.Protection`. Its id is the service's."""

    table = Table(
        "aws:shield/protection:Protection",
        "shield",
        inputs=("name", "resourceArn", "tags"),
        outputs=frozenset({"arn"}),
        force_new=frozenset({"name", "resourceArn"}),
        regional=False,
        tagging=Tagging(by="arn", target="ResourceARN"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        answer = api(
            "create_protection",
            Name=inputs["name"],
            ResourceArn=inputs["resourceArn"],
            **self.creation_tags(inputs),
        )
        return str(answer["ProtectionId"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = api("describe_protection", ProtectionId=resource_id)["Protection"]
        return {"arn": found["ProtectionArn"], "name": found["Name"], "resourceArn": found["ResourceArn"]}

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_protection", ProtectionId=resource_id)


class ProtectionHealthCheckAssociation(Recorded):
    """`aws.shield.ProtectionHealthCheckAssociation`."""

    table = Table(
        "aws:shield/protectionHealthCheckAssociation:ProtectionHealthCheckAssociation",
        "shield",
        inputs=("healthCheckArn", "shieldProtectionId"),
        force_new=frozenset({"healthCheckArn", "shieldProtectionId"}),
        regional=False,
    )
    reason = "moto 5.2 has no operation for a protection's checks of health"

    def identity(self, inputs: Properties) -> str:
        """`<protection>+<check's ARN>`."""
        return f"{inputs['shieldProtectionId']}+{inputs['healthCheckArn']}"


TYPES: tuple[type[Resource], ...] = (Subscription, Protection, ProtectionHealthCheckAssociation)
