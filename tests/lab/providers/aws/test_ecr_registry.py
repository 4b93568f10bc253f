from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_case import Case, drifts, lives, settled
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
COPIES = "aws:ecr/replicationConfiguration:ReplicationConfiguration"
ACCESS = "aws:ecr/registryPolicy:RegistryPolicy"
CACHE = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"
TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"


def _scanned(frequency: str) -> list[dict[str, object]]:
    return [{"scanFrequency": frequency, "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}]


def _unscanned(hands: Hands, resource: Managed) -> None:
    del resource
    hands("ecr").put_registry_scanning_configuration(scanType="BASIC", rules=_scanned("SCAN_ON_PUSH"))


def _copied(region: str, prefix: str = "cartorio/app") -> dict[str, Any]:
    rule = {
        "destinations": [{"region": region, "registryId": "123456789012"}],
        "repositoryFilters": [{"filter": prefix, "filterType": "PREFIX_MATCH"}],
    }
    return {"rules": [rule]}


def _copies_elsewhere(hands: Hands, resource: Managed) -> None:
    del resource
    hands("ecr").put_replication_configuration(replicationConfiguration=_copied("eu-west-1"))


def _from(account: str) -> str:
    statement = {
        "Sid": "Replicate",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
        "Resource": "arn:aws:ecr:sa-east-1:123456789012:repository/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _from_elsewhere(hands: Hands, resource: Managed) -> None:
    del resource
    hands("ecr").put_registry_policy(policyText=_from("999999999999"))


CASES = (
    Case(
        SCANNING,
        {"scanType": "ENHANCED", "rules": _scanned("SCAN_ON_PUSH")},
        updates=({"rules": _scanned("CONTINUOUS_SCAN")}, {"rules": None}, {"scanType": "BASIC"}),
        replaces=({"region": "us-east-1"},),
        spoilt="scanType",
        spoil=_unscanned,
        stays=True,
    ),
    Case(
        COPIES,
        {"replicationConfiguration": _copied("us-east-1")},
        updates=(
            {"replicationConfiguration": _copied("us-east-2")},
            {"replicationConfiguration": _copied("us-east-2", "cartorio/")},
        ),
        replaces=({"region": "us-east-1"},),
        spoilt="replicationConfiguration",
        spoil=_copies_elsewhere,
    ),
    Case(
        ACCESS,
        {"policy": _from("111111111111")},
        updates=({"policy": _from("222222222222")},),
        replaces=({"region": "us-east-1"},),
        spoilt="policy",
        spoil=_from_elsewhere,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_scanning_goes_back_to_how_aws_delivers_it(engine: Engine, by_hand: Hands) -> None:
    engine.delete(engine.create(SCANNING, "s", {"scanType": "ENHANCED", "rules": _scanned("SCAN_ON_PUSH")}))
    left = by_hand("ecr").get_registry_scanning_configuration()["scanningConfiguration"]
    assert left == {"scanType": "BASIC", "rules": []}


def test_a_copy_in_the_registry_itself_is_refused(engine: Engine) -> None:
    with pytest.raises(RefusedError, match="ecr:PutReplicationConfiguration"):
        engine.create(COPIES, "c", {"replicationConfiguration": _copied("sa-east-1")})


def test_caches_and_what_they_fill_are_recorded(engine: Engine) -> None:
    inputs = {"ecrRepositoryPrefix": "mirror/quay.io", "upstreamRegistryUrl": "quay.io"}
    rule = engine.create(CACHE, "r", inputs)
    assert (rule.id, rule.outputs["registryId"]) == ("mirror/quay.io", "123456789012")
    settled(engine, rule, inputs)
    assert engine.diff(rule, {**inputs, "upstreamRegistryUrl": "ghcr.io"}).replaces == {"upstreamRegistryUrl"}
    template = engine.create(
        TEMPLATE,
        "t",
        {
            "prefix": "mirror/quay.io",
            "appliedFors": ["PULL_THROUGH_CACHE"],
            "imageTagMutability": "IMMUTABLE",
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": "arn:key"}],
            "customRoleArn": "arn:aws:iam::123456789012:role/maker",
        },
    )
    assert template.id == "mirror/quay.io"
    changed = engine.update(template, {**template.given, "description": "Images of others"})
    assert changed.outputs["description"] == "Images of others"


def test_a_template_says_what_it_does_not_support(engine: Engine) -> None:
    inputs = {"prefix": "a", "appliedFors": ["REPLICATION"], "lifecyclePolicy": "{}"}
    with pytest.raises(RefusedError, match="lifecyclePolicy"):
        engine.create(TEMPLATE, "t", inputs)
