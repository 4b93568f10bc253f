from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pytest

from components.supply.registry import Registry, RegistryArgs
from tests.support.plan import Plan, run
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from tests.support.stackfiles import Project


def _plan(project: Project, *, protect: bool = True) -> Plan:
    settings = project.settings().configuration.supply

    def program() -> None:
        provider = aws.Provider("aws", region="sa-east-1")
        args = RegistryArgs(settings=settings, key_arn=pulumi.Output.from_input("arn:key"), protect=protect)
        Registry("registry", args, pulumi.ResourceOptions(providers=[provider]))

    return run(program)[0]


def test_tags_never_move_layers_are_encrypted_and_pushes_are_scanned(project: Project) -> None:
    put(project.config, "cartorio:supply/repositories", ["cartorio/api", "cartorio/workers"])
    repositories = _plan(project).of("aws:ecr/repository:Repository")
    assert {repository.inputs["name"] for repository in repositories} == {"cartorio/api", "cartorio/workers"}
    for repository in repositories:
        assert repository.inputs["imageTagMutability"] == "IMMUTABLE"
        assert repository.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        assert repository.inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": "arn:key"}]


@pytest.mark.parametrize("protect", [True, False])
def test_images_are_deleted_with_the_stack_only_where_nothing_is_protected(
    project: Project,
    protect: bool,  # noqa: FBT001 - parametrised
) -> None:
    for repository in _plan(project, protect=protect).of("aws:ecr/repository:Repository"):
        assert (repository.protect, repository.inputs["forceDelete"]) == (protect, not protect)


def test_candidates_go_releases_stay_and_what_has_no_tag_is_left_alone(project: Project) -> None:
    for lifecycle in _plan(project).of("aws:ecr/lifecyclePolicy:LifecyclePolicy"):
        releases, candidates = json.loads(lifecycle.inputs["policy"])["rules"]
        assert releases["rulePriority"] < candidates["rulePriority"]
        assert releases["selection"]["tagPrefixList"] == ["v"]
        assert releases["selection"]["countNumber"] >= 10_000
        assert candidates["selection"] == {
            "tagStatus": "tagged",
            "tagPrefixList": ["candidate-"],
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": 1,
        }


@pytest.mark.parametrize(("how", "frequency"), [("BASIC", "SCAN_ON_PUSH"), ("ENHANCED", "CONTINUOUS_SCAN")])
def test_the_whole_registry_scans_as_often_as_it_can(project: Project, how: str, frequency: str) -> None:
    kind = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
    assert _plan(project).of(kind) == []
    put(project.config, "cartorio:supply/scanning", how)
    everything = [{"filter": "*", "filterType": "WILDCARD"}]
    assert _plan(project).one(kind).inputs == {
        "scanType": how,
        "rules": [{"scanFrequency": frequency, "repositoryFilters": everything}],
    }
