"""Images of others, kept in the account's registry from their first pull on: ECR's pull-through cache.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html. What a source loses or changes later is
no matter; who signed it and whether it may run is judged as ever, the cache vouches for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component, Text
from components.sections.supply import PullThrough
from components.supply.templates import Occasion, RepositoryTemplates, RepositoryTemplatesArgs

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account


class PullThroughCacheArgs(Args):
    """What is cached.

    Attributes:
        settings: the sources.
        key_arn: the key that encrypts the layers.
    """

    settings: tuple[PullThrough, ...]
    key_arn: Text


class PullThroughCache(Component):
    """A rule a source, and what the repositories are like that ECR makes for it.

    Attributes:
        prefixes: where each source is in the registry, known once it can be pulled from there.
    """

    TYPE = "cartorio:supply:PullThroughCache"
    prefixes: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: PullThroughCacheArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        templates = RepositoryTemplates(
            f"{name}-repositories",
            RepositoryTemplatesArgs(
                prefixes=tuple(source.prefix for source in args.settings),
                occasion=Occasion.CACHE,
                key_arn=args.key_arn,
                description="Images of others, cached",
            ),
            account,
            self._child(),
        )
        self.prefixes = {
            source.upstream.value: aws.ecr.PullThroughCacheRule(
                f"{name}-{source.upstream.value}",
                # By the template's output: a repository that is made before it would be without a key.
                ecr_repository_prefix=templates.prefixes[source.prefix],
                upstream_registry_url=source.upstream.value,
                credential_arn=source.credentials,
                opts=self._child(),
            ).ecr_repository_prefix
            for source in args.settings
        }
        self.register_outputs({"prefixes": self.prefixes})
