"""Another region of the account is reached by one provider, however many areas live there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.providers import connect
from components.site import Site
from tests.support.plan import run

if TYPE_CHECKING:
    from tests.support.stackfiles import Project


class _Postbox(pulumi.ComponentResource):
    """A component with a topic."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__("test:index:Postbox", name, None, opts)
        aws.sns.Topic(name, opts=pulumi.ResourceOptions(parent=self))


def test_areas_of_one_region_share_its_provider(project: Project) -> None:
    settings = project.settings()

    def program() -> None:
        providers = connect(settings)
        site = Site(settings, providers.account, providers.aws, providers.random)
        for name, region in (("one", "us-east-1"), ("two", "us-east-1"), ("three", "eu-west-1")):
            _Postbox(name, site.elsewhere(region))
        _Postbox("home", site.cloud)

    plan, _ = run(program)
    topics = {resource.name: resource.provider_name for resource in plan.resources if resource.type.endswith(":Topic")}
    assert topics == {"one": "aws-us-east-1", "two": "aws-us-east-1", "three": "aws-eu-west-1", "home": "aws"}
    regions = {one.name: one.inputs["region"] for one in plan.resources if one.type == "pulumi:providers:aws"}
    assert regions == {"aws": "sa-east-1", "aws-us-east-1": "us-east-1", "aws-eu-west-1": "eu-west-1"}
