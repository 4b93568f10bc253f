from __future__ import annotations

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import allow, aws, document, found

OF_THINGS = {
    "s3/bucket:Bucket": "policy",
    "s3/bucketPolicy:BucketPolicy": "policy",
    "sns/topicPolicy:TopicPolicy": "policy",
    "sns/topic:Topic": "policy",
    "sqs/queuePolicy:QueuePolicy": "policy",
    "sqs/queue:Queue": "policy",
    "ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "ecr/registryPolicy:RegistryPolicy": "policy",
    "ecr/repositoryCreationTemplate:RepositoryCreationTemplate": "repositoryPolicy",
    "secretsmanager/secretPolicy:SecretPolicy": "policy",
    "secretsmanager/secret:Secret": "policy",
    "backup/vaultPolicy:VaultPolicy": "policy",
    "cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
    "efs/fileSystemPolicy:FileSystemPolicy": "policy",
}
KEYS = {f"kms/{kind}": "policy" for kind in ("key:Key", "replicaKey:ReplicaKey", "keyPolicy:KeyPolicy")}
PUBLIC = allow("x:Y", "*", Principal="*")
NAMED = allow("x:Y", "*", Principal={"Service": "events.amazonaws.com"})


@pytest.mark.parametrize(("kind", "key"), sorted({**OF_THINGS, **KEYS}.items()))
def test_nothing_is_everybodys(kind: str, key: str) -> None:
    rule = "aws/kms-policy" if kind in KEYS else "aws/policy-principal"
    assert found(rule, aws(kind, **{key: document(NAMED)})) == []
    assert found(rule, aws(kind, **{key: document(NAMED, PUBLIC)})) == [f"x: {key}.Statement[1].Principal"]
    assert found(rule, aws(kind, **{key: document({**PUBLIC, "Effect": "Deny"})})) == []
    assert found(rule, aws(kind, **{key: UNKNOWN})) == [f"x: {key}?"]
    assert found(rule, aws(kind)) == []


@pytest.mark.parametrize(
    ("kind", "key"),
    sorted({**OF_THINGS, **KEYS, "iam/role:Role": "assumeRolePolicy", "iam/policy:Policy": "policy"}.items()),
)
def test_every_document_can_be_read(kind: str, key: str) -> None:
    assert found("aws/policy-document", aws(kind, **{key: document(NAMED)})) == []
    assert found("aws/policy-document", aws(kind, **{key: "{"})) == [f"x: {key}"]
    assert found("aws/policy-document", aws(kind, **{key: UNKNOWN})) == [f"x: {key}?"]


def test_a_function_asks_who_calls() -> None:
    url, permission = "lambda/functionUrl:FunctionUrl", "lambda/permission:Permission"
    assert found("aws/function-public", aws(url, authorizationType="NONE")) == ["x: authorizationType"]
    assert found("aws/function-public", aws(url, authorizationType="AWS_IAM")) == []
    assert found("aws/function-public", aws(permission, principal="*")) == ["x: principal"]
    assert found("aws/function-public", aws(permission, principal="*", sourceArn="a")) == []
    assert found("aws/function-public", aws(permission, principal="111122223333")) == []
    # A service acts for every account: a bucket of anybody's would call.
    assert found("aws/function-public", aws(permission, principal="s3.amazonaws.com")) == ["x: principal"]
    assert found("aws/function-public", aws(permission, principal="s3.amazonaws.com", sourceAccount=UNKNOWN)) == []
    assert found("aws/function-public", aws(permission, principal=UNKNOWN)) == ["x: principal?"]
    assert found("aws/function-public", aws(url, authorizationType=UNKNOWN)) == ["x: authorizationType?"]


def test_a_gateway_leads_to_ones_own_data() -> None:
    kind, rule = "ec2/vpcEndpoint:VpcEndpoint", "aws/vpc-endpoint-policy"
    own = {"StringEquals": {"aws:PrincipalAccount": "1"}}
    assert found(rule, aws(kind)) == ["x: policy"]
    assert found(rule, aws(kind, vpcEndpointType="Interface")) == []
    assert found(rule, aws(kind, policy=UNKNOWN)) == ["x: policy?"]
    assert found(rule, aws(kind, policy=document(PUBLIC))) == ["x: policy.Statement[0].Resource"]
    assert found(rule, aws(kind, policy=document({**PUBLIC, "Condition": own}))) == []
    assert found(rule, aws(kind, policy=document({**PUBLIC, "Resource": "arn:aws:s3:::layers/*"}))) == []
