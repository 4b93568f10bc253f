"""The account's registry: repositories of which no tag ever moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.sections.supply import Scanning, Supply

if TYPE_CHECKING:
    from components.providers import Account

_ALL = 10_000  # more than a repository will have: the rule below then never removes anything

# The most that each kind has: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
_FREQUENCY = {Scanning.BASIC: "SCAN_ON_PUSH", Scanning.ENHANCED: "CONTINUOUS_SCAN"}


class RegistryArgs(Args):
    """What the repositories are like.

    Attributes:
        settings: which repositories, how they are scanned and when candidates expire.
        key_arn: the key that encrypts the layers.
        protect: whether the engine refuses to delete a repository.
    """

    settings: Supply
    key_arn: Text
    protect: bool = True


class Registry(Component):
    """One repository a name in the settings.

    Attributes:
        urls: where to push, by repository name.
    """

    TYPE = "cartorio:supply:Registry"
    urls: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self.urls = {repository: self._repository(name, repository, args) for repository in args.settings.repositories}
        if args.settings.scanning is not None:
            self._scanning(name, args.settings.scanning)
        self.register_outputs({"urls": self.urls})

    def _scanning(self, name: str, how: Scanning) -> None:
        aws.ecr.RegistryScanningConfiguration(
            f"{name}-scanning",
            scan_type=how.value,
            rules=[
                aws.ecr.RegistryScanningConfigurationRuleArgs(
                    scan_frequency=_FREQUENCY[how],
                    repository_filters=[
                        aws.ecr.RegistryScanningConfigurationRuleRepositoryFilterArgs(
                            filter="*", filter_type="WILDCARD"
                        )
                    ],
                )
            ],
            opts=self._child(),
        )

    def _repository(self, name: str, repository: str, args: RegistryArgs) -> pulumi.Output[str]:
        role = repository.replace("/", "-")
        created = aws.ecr.Repository(
            f"{name}-{role}",
            # Image references, and with them signatures, name the repository.
            name=repository,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[
                aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=args.key_arn)
            ],
            force_delete=not args.protect,
            opts=self._child(protect=args.protect),
        )
        aws.ecr.LifecyclePolicy(
            f"{name}-{role}-lifecycle",
            repository=created.name,
            policy=pulumi.Output.json_dumps(_lifecycle(args.settings.expire_candidates_days)),
            opts=self._child(),
        )
        return created.repository_url


def repository_arn(account: Account, repository: str) -> pulumi.Output[str]:
    """ARN of one of the account's repositories, before it exists."""
    return pulumi.Output.concat(
        "arn:", account.partition, f":ecr:{account.region}:", account.id, f":repository/{repository}"
    )


def _lifecycle(days: int) -> dict[str, object]:
    """Removes candidates that were never released; https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html.

    What has no tag stays: signatures and attestations have none, and the rules count them as images.
    """
    # What a rule's tags match, no later rule removes: a candidate that was released is safe from the second.
    releases = {"tagStatus": "tagged", "tagPrefixList": ["v"], "countType": "imageCountMoreThan", "countNumber": _ALL}
    candidates = {
        "tagStatus": "tagged",
        "tagPrefixList": ["candidate-"],
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": days,
    }
    return {
        "rules": [
            {"rulePriority": priority, "description": what, "selection": selection, "action": {"type": "expire"}}
            for priority, what, selection in (
                (1, "releases stay", releases),
                (2, "candidates that were not released go", candidates),
            )
        ]
    }
