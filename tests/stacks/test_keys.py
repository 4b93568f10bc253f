"""Every use of a KMS key in a stack's plan is one that the key's own policy lets happen.

A key policy is the last word, and nothing in the lab asks it: what it forgets shows in AWS only, as a service that is
refused. Read from the golden plans.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.support.stackfiles import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

STACKS = ("producao", "staging")
# Which service encrypts for the caller (`kms:ViaService`), by the type that names the key.
VIA = {
    "aws:backup/vault:Vault": "backup",
    "aws:ec2/launchTemplate:LaunchTemplate": "ec2",
    "aws:ecr/repository:Repository": "ecr",
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": "ecr",
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": "firehose",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "s3",
    "aws:secretsmanager/secret:Secret": "secretsmanager",
    "kubernetes:storage.k8s.io/v1:StorageClass": "ec2",
}
# Which service encrypts in its own name.
ITSELF = {"aws:cloudtrail/trail:Trail": "cloudtrail", "aws:cloudwatch/logGroup:LogGroup": "logs"}

# AWS Config's role alone writes there, and the key's policy names it.
BY_ROLE = {"config-record-encryption"}


@cache
def _plan(stack: str) -> dict[str, dict[str, dict[str, Any]]]:
    text = (ROOT / f"tests/stacks/golden/{stack}.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, dict[str, Any]]] = yaml.load(text, yaml.CSafeLoader)
    return found


@cache
def _keys(stack: str) -> dict[str, list[dict[str, Any]]]:
    """The statements of each key's policy, by the key's name in the plan, which its ARN ends with."""
    made = _plan(stack)["aws:kms/key:Key"]
    return {name: key["inputs"]["policy"]["json"]["Statement"] for name, key in made.items()}


def _named(stack: str, value: object) -> Iterator[str]:
    """The keys of the stack that something names."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _named(stack, one)
    elif isinstance(value, str) and (name := value.rpartition(":")[2]) in _keys(stack) and ":kms:" in value:
        yield name


def _many(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _condition(statement: dict[str, Any], key: str) -> list[str]:
    return [one for of in statement.get("Condition", {}).values() for one in _many(of.get(key, []))]


def _via(policy: list[dict[str, Any]]) -> set[str]:
    """The services through which the account uses a key: all of them, where its policy leaves that to the account."""
    if any(statement["Sid"] == "UseByTheAccount" for statement in policy):
        return set(VIA.values())
    return {one.split(".")[0] for statement in policy for one in _condition(statement, "kms:ViaService")}


def _services(policy: list[dict[str, Any]]) -> set[str]:
    named = [_many(statement["Principal"].get("Service", [])) for statement in policy]
    return {one.split(".")[0] for several in named for one in several}


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("kind", [*VIA, *ITSELF])
def test_a_service_that_encrypts_with_a_key_may(stack: str, kind: str) -> None:
    checked = 0
    for name, resource in _plan(stack).get(kind, {}).items():
        if name in BY_ROLE:
            continue
        # Firehose's own role writes to S3 with it, too.
        inputs = {key: value for key, value in resource["inputs"].items() if key != "extendedS3Configuration"}
        for key in _named(stack, inputs):
            policy = _keys(stack)[key]
            allowed = _via(policy) if kind in VIA else _services(policy)
            assert (VIA | ITSELF)[kind] in allowed, f"{name} with {key}"
            checked += 1
    assert checked, "the plan has none: take it out of the table"


@pytest.mark.parametrize("stack", STACKS)
def test_whoever_tells_an_encrypted_topic_may_encrypt_there(stack: str) -> None:
    plan = _plan(stack)
    topics = {name: set(_named(stack, topic["inputs"])) for name, topic in plan["aws:sns/topic:Topic"].items()}
    told = 0
    for policy in plan["aws:sns/topicPolicy:TopicPolicy"].values():
        (key,) = topics[policy["inputs"]["arn"].rpartition(":")[2]]
        tellers = _services(policy["inputs"]["policy"]["json"]["Statement"])
        assert tellers <= _services(_keys(stack)[key])
        told += len(tellers)
    assert told >= len(topics) > 1


@pytest.mark.parametrize("stack", STACKS)
def test_what_a_role_may_do_with_a_key_the_key_lets_it_do(stack: str) -> None:
    plan, checked = _plan(stack), 0
    names = {name: role["inputs"].get("name", name) for name, role in plan["aws:iam/role:Role"].items()}
    for name, policy in plan["aws:iam/rolePolicy:RolePolicy"].items():
        role = names.get(policy["inputs"]["role"], policy["inputs"]["role"])
        for statement in policy["inputs"]["policy"]["json"]["Statement"]:
            if not any(action.startswith("kms:") for action in _many(statement["Action"])):
                continue
            through = {one.split(".")[0] for one in _condition(statement, "kms:ViaService")}
            for key in _named(stack, statement["Resource"]):
                checked += 1
                assert _lets(_keys(stack)[key], role, through), f"{name}: {statement['Sid']} with {key}"
    assert checked > 10


def _lets(policy: list[dict[str, Any]], role: str, through: set[str]) -> bool:
    """Whether the key's policy has a statement for the role, or for what goes through the services."""
    # With the role of a template, ECR makes grants in its own name.
    through = through or ({"ecr"} if role.startswith("registry-") else set())
    return _for(policy, role) or (bool(through) and through <= _via(policy))


def _for(policy: list[dict[str, Any]], role: str) -> bool:
    return any(
        one.endswith(f":role/{role}") for statement in policy for one in _condition(statement, "aws:PrincipalArn")
    )
