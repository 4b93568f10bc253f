from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

REPOSITORY = "aws:ecr/repository:Repository"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
POLICY = "aws:ecr/repositoryPolicy:RepositoryPolicy"
KMS_ARN = "arn:aws:kms:sa-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def keep(*counts: int) -> str:
    rules = [
        {
            "rulePriority": index,
            "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": count},
            "action": {"type": "expire"},
        }
        for index, count in enumerate(counts, 1)
    ]
    return json.dumps({"rules": rules})


def pull(account: str) -> str:
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {"Sid": "Pull", "Effect": "Allow", "Principal": principal, "Action": ["ecr:BatchGetImage"]}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _mutable(hands: Hands, repository: Managed) -> None:
    hands("ecr").put_image_tag_mutability(repositoryName=repository.id, imageTagMutability="MUTABLE")


def _other_rules(hands: Hands, resource: Managed) -> None:
    hands("ecr").put_lifecycle_policy(repositoryName=resource.id, lifecyclePolicyText=keep(99))


def _other_policy(hands: Hands, resource: Managed) -> None:
    hands("ecr").set_repository_policy(repositoryName=resource.id, policyText=pull("111111111111"))


CASES = (
    Case(
        REPOSITORY,
        {
            "name": "cartorio/api",
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": KMS_ARN}],
            "tags": {"component": "api"},
        },
        updates=(
            {"imageScanningConfiguration": {"scanOnPush": False}},
            {"imageTagMutability": "MUTABLE"},
            {
                "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
                "imageTagMutabilityExclusionFilters": [{"filter": "cache-*", "filterType": "WILDCARD"}],
            },
            {"imageTagMutability": "IMMUTABLE", "imageTagMutabilityExclusionFilters": None},
            {"forceDelete": True},
            {"tags": {"component": "workers"}},
        ),
        replaces=(
            {"name": "cartorio/workers"},
            {"encryptionConfigurations": [{"encryptionType": "AES256"}]},
            {"region": "us-east-1"},
        ),
        spoilt="imageTagMutability",
        spoil=_mutable,
    ),
    Case(
        LIFECYCLE,
        {"repository": "$repository.name", "policy": keep(10)},
        needs=(("repository", REPOSITORY, {"name": "one"}),),
        updates=({"policy": keep(20)},),
        replaces=({"repository": "two"}, {"region": "us-east-1"}),
        spoilt="policy",
        spoil=_other_rules,
    ),
    Case(
        POLICY,
        {"repository": "$repository.name", "policy": pull("123456789012")},
        needs=(("repository", REPOSITORY, {"name": "one"}),),
        updates=({"policy": pull("210987654321")},),
        replaces=({"repository": "two"}, {"region": "us-east-1"}),
        spoilt="policy",
        spoil=_other_policy,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_plain_repository(engine: Engine) -> None:
    repository = engine.create(REPOSITORY, "Cartorio", {})
    assert repository.id.startswith("cartorio-")
    assert repository.outputs["repositoryUrl"] == f"123456789012.dkr.ecr.sa-east-1.amazonaws.com/{repository.id}"
    assert repository.outputs["registryId"] == "123456789012"
    assert repository.outputs["imageTagMutability"] == "MUTABLE"
    assert repository.outputs["encryptionConfigurations"] == [{"encryptionType": "AES256"}]
    assert not engine.diff(repository, {}).any


def test_kms_without_a_key_is_no_drift(engine: Engine) -> None:
    inputs = {"encryptionConfigurations": [{"encryptionType": "KMS"}]}
    repository = engine.create(REPOSITORY, "r", inputs)
    fresh = engine.refresh(repository)
    assert fresh is not None
    assert not engine.diff(fresh, inputs).any


def test_repository_with_images(engine: Engine, by_hand: Hands) -> None:
    repository = engine.create(REPOSITORY, "r", {"name": "repo"})
    manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json"})
    by_hand("ecr").put_image(repositoryName="repo", imageManifest=manifest, imageTag="1")
    with pytest.raises(RefusedError, match=r"RepositoryNotEmptyException.*forceDelete"):
        engine.delete(repository)
    engine.delete(engine.update(repository, {"name": "repo", "forceDelete": True}))
    assert engine.refresh(repository) is None


def test_policy_of_a_missing_repository(engine: Engine) -> None:
    with pytest.raises(RefusedError, match=r"ecr:PutLifecyclePolicy .*RepositoryNotFoundException"):
        engine.create(LIFECYCLE, "l", {"repository": "none", "policy": keep(1)})
