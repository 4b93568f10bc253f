"""Secrets Manager: secrets and their resource policies. Values of secrets are not among what the program declares.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/ and terraform-provider-aws'
`internal/service/secretsmanager`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws import documents
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import Pairs
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_LONGEST_WINDOW = 30
_WINDOWS = (0, *range(7, _LONGEST_WINDOW + 1))


class Secret(Resource):
    """`aws.secretsmanager.Secret`. Its id is its ARN; one that is marked for deletion counts as gone."""

    table = Table(
        "aws:secretsmanager/secret:Secret",
        "secretsmanager",
        inputs=("description", "kmsKeyId", "name", "recoveryWindowInDays", "tags"),
        outputs=frozenset({"arn"}),
        force_new=frozenset({"name"}),
        defaults={"recoveryWindowInDays": _LONGEST_WINDOW},
        local=frozenset({"recoveryWindowInDays"}),
        autoname="name",
        autoname_max=512,
        tagging=Tagging(
            by="id",
            target="SecretId",
            pairs=Pairs("Key", "Value"),
            listing="describe_secret",
            at_create="Tags",
        ),
    )

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """The recovery window: none, or 7 to 30 days."""
        window = inputs.get("recoveryWindowInDays")
        wrong = window is not None and window not in _WINDOWS
        found = {"recoveryWindowInDays": f"is {window}: 0, or 7 to 30 days, are possible"} if wrong else {}
        return {**super().check(inputs), **found}

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it, without a value."""
        answer = api(
            "create_secret",
            Name=inputs["name"],
            Description=inputs.get("description"),
            KmsKeyId=inputs.get("kmsKeyId"),
            **self.creation_tags(inputs),
        )
        return str(answer["ARN"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = api("describe_secret", SecretId=resource_id)
        if found.get("DeletedDate"):
            raise NotFoundError(f"secret {resource_id} is marked for deletion")
        return {
            "arn": found["ARN"],
            "description": found.get("Description"),
            "kmsKeyId": found.get("KmsKeyId"),
            "name": found["Name"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Description and key have one operation."""
        del old
        if changed & {"description", "kmsKeyId"}:
            api(
                "update_secret",
                SecretId=resource_id,
                Description=new.get("description", ""),
                KmsKeyId=new.get("kmsKeyId"),
            )

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Mark it for deletion, once; a window of 0 deletes it at once."""
        if api("describe_secret", SecretId=resource_id).get("DeletedDate"):
            return
        window = known.get("recoveryWindowInDays", _LONGEST_WINDOW)
        api(
            "delete_secret",
            SecretId=resource_id,
            RecoveryWindowInDays=window or None,
            ForceDeleteWithoutRecovery=None if window else True,
        )


class SecretPolicy(Resource):
    """`aws.secretsmanager.SecretPolicy`. Its id is the secret's ARN."""

    table = Table(
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        "secretsmanager",
        inputs=("blockPublicPolicy", "policy", "secretArn"),
        force_new=frozenset({"secretArn"}),
        local=frozenset({"blockPublicPolicy"}),
        documents={"policy": documents.same_policy},
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        self._put(api, str(inputs["secretArn"]), inputs)
        return str(inputs["secretArn"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it; a secret without one answers without it."""
        del known
        found = api("get_resource_policy", SecretId=resource_id)
        if not found.get("ResourcePolicy"):
            raise NotFoundError(f"secret {resource_id} has no policy")
        return {"policy": documents.normal(found["ResourcePolicy"]), "secretArn": found["ARN"]}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del old, changed
        self._put(api, resource_id, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_resource_policy", SecretId=resource_id)

    def _put(self, api: Api, secret: str, inputs: Properties) -> None:
        api(
            "put_resource_policy",
            SecretId=secret,
            ResourcePolicy=inputs["policy"],
            BlockPublicPolicy=inputs.get("blockPublicPolicy"),
        )


TYPES: tuple[type[Resource], ...] = (Secret, SecretPolicy)
