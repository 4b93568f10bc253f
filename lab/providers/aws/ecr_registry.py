"""ECR: the registry as a whole: how it scans, copies, caches, and who may send images.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/ and terraform-provider-aws' `internal/service/ecr`.

Gaps of moto 5.2 and what is done about them: it has neither pull-through cache rules nor repository creation templates,
which are only recorded; of a replication it copies no image, and takes one rule at the most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws import documents
from lab.providers.aws.recorded import Recorded
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import camel
from lab.providers.model import NotFoundError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_RULE = camel("scanFrequency", repositoryFilters=camel("filter", "filterType"))


class RegistryScanningConfiguration(Resource):
    """`aws.ecr.RegistryScanningConfiguration`. Its id is the account; every registry has one from the start."""

    table = Table(
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        "ecr",
        inputs=("rules", "scanType"),
        outputs=frozenset({"registryId"}),
        shapes={"rules": _RULE},
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        self._put(api, inputs)
        return str(api("get_registry_scanning_configuration")["registryId"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        del resource_id, known
        found = api("get_registry_scanning_configuration")
        configuration = found["scanningConfiguration"]
        return {
            "registryId": found["registryId"],
            "rules": _RULE.from_api(configuration.get("rules") or []) or None,
            "scanType": configuration["scanType"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del resource_id, old, changed
        self._put(api, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Back to how AWS delivers it."""
        del resource_id, known
        self._put(api, {"scanType": "BASIC"})

    @staticmethod
    def _put(api: Api, inputs: Properties) -> None:
        rules = _RULE.to_api(inputs.get("rules") or [])
        api("put_registry_scanning_configuration", scanType=inputs["scanType"], rules=rules)


_DESTINATION = camel("region", "registryId")
_FILTER = camel("filter", "filterType")
_REPLICATION = camel(rules=camel(destinations=_DESTINATION, repositoryFilters=_FILTER))


class ReplicationConfiguration(Resource):
    """`aws.ecr.ReplicationConfiguration`. Its id is the account; a registry without rules has none."""

    table = Table(
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        "ecr",
        inputs=("replicationConfiguration",),
        outputs=frozenset({"registryId"}),
        shapes={"replicationConfiguration": _REPLICATION},
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        self._put(api, inputs["replicationConfiguration"])
        return str(api("describe_registry")["registryId"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """What the registry says of itself."""
        del known
        found = api("describe_registry")
        if not found["replicationConfiguration"]["rules"]:
            raise NotFoundError(f"the registry {resource_id} in {api.region} copies nothing")
        return {
            "registryId": found["registryId"],
            "replicationConfiguration": _REPLICATION.from_api(found["replicationConfiguration"]),
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del resource_id, old, changed
        self._put(api, new["replicationConfiguration"])

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Leave it no rule."""
        del resource_id, known
        self._put(api, {"rules": []})

    @staticmethod
    def _put(api: Api, configuration: Properties) -> None:
        api("put_replication_configuration", replicationConfiguration=_REPLICATION.to_api(configuration))


class RegistryPolicy(Resource):
    """`aws.ecr.RegistryPolicy`. Its id is the account."""

    table = Table(
        "aws:ecr/registryPolicy:RegistryPolicy",
        "ecr",
        inputs=("policy",),
        outputs=frozenset({"registryId"}),
        documents={"policy": documents.same_policy},
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        return str(api("put_registry_policy", policyText=inputs["policy"])["registryId"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        del resource_id, known
        found = api("get_registry_policy")
        return {"policy": documents.normal(found["policyText"]), "registryId": found["registryId"]}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del resource_id, old, changed
        api("put_registry_policy", policyText=new["policy"])

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del resource_id, known
        api("delete_registry_policy")


class PullThroughCacheRule(Recorded):
    """`aws.ecr.PullThroughCacheRule`. Its id is its prefix."""

    table = Table(
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        "ecr",
        inputs=("credentialArn", "ecrRepositoryPrefix", "upstreamRegistryUrl"),
        outputs=frozenset({"registryId"}),
        force_new=frozenset({"ecrRepositoryPrefix", "upstreamRegistryUrl"}),
    )
    reason = "moto 5.2 has no pull-through cache"

    def identity(self, inputs: Properties) -> str:
        """Its prefix."""
        return str(inputs["ecrRepositoryPrefix"])

    def told(self, resource_id: str, inputs: Properties) -> dict[str, Any]:
        """The registry."""
        del resource_id, inputs
        return {"registryId": self.cloud.identity["Account"]}


class RepositoryCreationTemplate(Recorded):
    """`aws.ecr.RepositoryCreationTemplate`. Its id is its prefix."""

    table = Table(
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        "ecr",
        inputs=(
            "appliedFors",
            "customRoleArn",
            "description",
            "encryptionConfigurations",
            "imageTagMutability",
            "prefix",
        ),
        outputs=frozenset({"registryId"}),
        force_new=frozenset({"prefix"}),
        shapes={"encryptionConfigurations": camel("encryptionType", "kmsKey")},
    )
    reason = "moto 5.2 has no repository creation templates"

    def identity(self, inputs: Properties) -> str:
        """Its prefix."""
        return str(inputs["prefix"])

    def told(self, resource_id: str, inputs: Properties) -> dict[str, Any]:
        """The registry."""
        del resource_id, inputs
        return {"registryId": self.cloud.identity["Account"]}


TYPES: tuple[type[Resource], ...] = (
    PullThroughCacheRule,
    RegistryPolicy,
    RegistryScanningConfiguration,
    ReplicationConfiguration,
    RepositoryCreationTemplate,
)
