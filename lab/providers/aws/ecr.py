"""ECR: repositories, their lifecycle and access policies.

The registry as a whole: `ecr_registry`.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/ and terraform-provider-aws' `internal/service/ecr`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lab.providers.aws import documents
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import Member, One, Shape, camel
from lab.providers.aws.tags import Tagging

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_ENCRYPTION = camel("encryptionType", "kmsKey")
_EXCLUSION = camel("filter", "filterType")
_SCANNING = camel("scanOnPush")


def _same_encryption(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    """KMS without a key means AWS's own key, and what nobody set is AES256."""
    return _encryption(left) == _encryption(right) or (
        _encryption(left)[0] == _encryption(right)[0] == "KMS" and None in (_encryption(left)[1], _encryption(right)[1])
    )


def _encryption(value: Any) -> tuple[str, str | None]:  # noqa: ANN401 - JSON
    first = value[0] if value else {}
    return first.get("encryptionType") or "AES256", first.get("kmsKey")


class Repository(Resource):
    """`aws.ecr.Repository`. Its id is its name."""

    table = Table(
        "aws:ecr/repository:Repository",
        "ecr",
        inputs=(
            "encryptionConfigurations",
            "forceDelete",
            "imageScanningConfiguration",
            "imageTagMutability",
            "imageTagMutabilityExclusionFilters",
            "name",
            "tags",
        ),
        outputs=frozenset({"arn", "registryId", "repositoryUrl"}),
        force_new=frozenset({"encryptionConfigurations", "name"}),
        defaults={"imageTagMutability": "MUTABLE"},
        computed=frozenset({"encryptionConfigurations", "imageScanningConfiguration"}),
        local=frozenset({"forceDelete"}),
        equivalent={"encryptionConfigurations": _same_encryption},
        shapes={
            "encryptionConfigurations": _ENCRYPTION,
            "imageScanningConfiguration": _SCANNING,
            "imageTagMutabilityExclusionFilters": _EXCLUSION,
        },
        autoname="name",
        autoname_transform=str.lower,
        tagging=Tagging(by="arn", target="resourceArn", tags="tags", keys="tagKeys", at_create="tags"),
    )

    _body: Shape = camel(
        encryptionConfigurations=Member("encryptionConfiguration", One(_ENCRYPTION, api_is_list=False)),
        imageScanningConfiguration=_SCANNING,
        imageTagMutability="imageTagMutability",
        imageTagMutabilityExclusionFilters=_EXCLUSION,
        name="repositoryName",
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        body = self._body.to_api({name: inputs.get(name) for name in self._body.members})
        answer = api("create_repository", **body, **self.creation_tags(inputs))
        return str(answer["repository"]["repositoryName"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        found = api("describe_repositories", repositoryNames=[resource_id])["repositories"][0]
        return {
            **self._body.from_api(found),
            "arn": found["repositoryArn"],
            "registryId": found["registryId"],
            "repositoryUrl": found["repositoryUri"],
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Scanning and mutability have an operation each."""
        del old
        if "imageScanningConfiguration" in changed:
            scanning = _SCANNING.to_api(new.get("imageScanningConfiguration") or {"scanOnPush": False})
            api("put_image_scanning_configuration", repositoryName=resource_id, imageScanningConfiguration=scanning)
        if changed & {"imageTagMutability", "imageTagMutabilityExclusionFilters"}:
            api(
                "put_image_tag_mutability",
                repositoryName=resource_id,
                imageTagMutability=new.get("imageTagMutability"),
                imageTagMutabilityExclusionFilters=_EXCLUSION.to_api(new.get("imageTagMutabilityExclusionFilters")),
            )

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it; `forceDelete` takes its images along."""
        api("delete_repository", repositoryName=resource_id, force=True if known.get("forceDelete") else None)


class LifecyclePolicy(Resource):
    """`aws.ecr.LifecyclePolicy`. Its id is the repository's name."""

    table = Table(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "ecr",
        inputs=("policy", "repository"),
        outputs=frozenset({"registryId"}),
        force_new=frozenset({"repository"}),
        documents={"policy": documents.same_lifecycle},
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        repository = str(inputs["repository"])
        api("put_lifecycle_policy", repositoryName=repository, lifecyclePolicyText=inputs["policy"])
        return repository

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        del known
        found = api("get_lifecycle_policy", repositoryName=resource_id)
        policy = documents.normal(json.loads(found["lifecyclePolicyText"]))
        return {"policy": policy, "registryId": found["registryId"], "repository": resource_id}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del old, changed
        api("put_lifecycle_policy", repositoryName=resource_id, lifecyclePolicyText=new["policy"])

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_lifecycle_policy", repositoryName=resource_id)


class RepositoryPolicy(Resource):
    """`aws.ecr.RepositoryPolicy`. Its id is the repository's name."""

    table = Table(
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "ecr",
        inputs=("policy", "repository"),
        outputs=frozenset({"registryId"}),
        force_new=frozenset({"repository"}),
        documents={"policy": documents.same_policy},
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        repository = str(inputs["repository"])
        api("set_repository_policy", repositoryName=repository, policyText=inputs["policy"])
        return repository

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        del known
        found = api("get_repository_policy", repositoryName=resource_id)
        policy = documents.normal(found["policyText"])
        return {"policy": policy, "registryId": found["registryId"], "repository": resource_id}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del old, changed
        api("set_repository_policy", repositoryName=resource_id, policyText=new["policy"])

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_repository_policy", repositoryName=resource_id)


TYPES: tuple[type[Resource], ...] = (Repository, LifecyclePolicy, RepositoryPolicy)
