from __future__ import annotations

from typing import Any

import pytest

from guardrails.model import Profile
from guardrails.resources.base import Declared
from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found

ACCOUNTS = {Profile.LOCAL: (), Profile.STAGING: ("111122223333",), Profile.PRODUCAO: ("444455556666",)}
BALANCER = "lb/loadBalancer:LoadBalancer"


def test_before_what_the_internet_reaches_stands_a_firewall() -> None:
    rule, association = "stack/ingress-firewall", "wafv2/webAclAssociation:WebAclAssociation"
    public = aws(BALANCER, "lb", arn="arn:lb")
    assert found(rule, public) == ["lb: "]
    assert found(rule, public, aws(association, resourceArn="arn:lb")) == []
    assert found(rule, public, aws(association, resourceArn=UNKNOWN, links={"resourceArn": "lb"})) == []
    assert found(rule, public, aws(association, resourceArn="arn:other")) == ["lb: "]
    assert found(rule, aws(BALANCER, internal=True)) == []
    assert found(rule, aws(BALANCER, internal=UNKNOWN)) == ["x: internal?"]
    assert found(rule, aws(BALANCER, loadBalancerType="network")) == ["x: loadBalancerType"]
    assert found(rule, aws("cloudfront/distribution:Distribution")) == ["x: webAclId"]
    assert found(rule, aws("cloudfront/distribution:Distribution", webAclId=UNKNOWN)) == []


def test_a_key_has_one_purpose() -> None:
    rule, key = "stack/key-purpose", aws("kms/key:Key", "k")
    log = aws("cloudwatch/logGroup:LogGroup", "log", kmsKeyId=UNKNOWN, links={"kmsKeyId": "k"})
    topic = aws("sns/topic:Topic", "topic", kmsMasterKeyId=UNKNOWN, links={"kmsMasterKeyId": "k"})
    template = aws(
        "ec2/launchTemplate:LaunchTemplate",
        "nodes",
        blockDeviceMappings=[{"ebs": {"kmsKeyId": UNKNOWN}}],
        links={"blockDeviceMappings": "k"},
    )
    assert found(rule, key, log, topic) == []
    assert sorted(found(rule, key, log, topic, template)) == [
        "log: kmsKeyId",
        "nodes: blockDeviceMappings",
        "topic: kmsMasterKeyId",
    ]
    assert (
        found(rule, aws("rds/instance:Instance", kmsKeyId="arn:1"), aws("backup/vault:Vault", "v", kmsKeyArn="arn:2"))
        == []
    )
    shared = found(
        rule, aws("rds/instance:Instance", kmsKeyId="arn:1"), aws("backup/vault:Vault", "v", kmsKeyArn="arn:1")
    )
    assert shared == ["x: kmsKeyId", "v: kmsKeyArn"]
    assert found(rule, aws("ec2/launchTemplate:LaunchTemplate", blockDeviceMappings=UNKNOWN)) == []


def test_a_key_is_the_same_by_all_its_names() -> None:
    rule, key = "stack/key-purpose", aws("kms/key:Key", "k", arn="arn:aws:kms:x:1:key/1", keyId="1")
    alias = aws("kms/alias:Alias", "a", name="alias/all", targetKeyId="1")
    vault = aws("backup/vault:Vault", "v", kmsKeyArn="arn:aws:kms:x:1:key/1")
    for link in (
        {"kmsKeyId": "alias/all"},
        {"kmsKeyId": "arn:aws:kms:x:1:alias/all"},
        {"kmsKeyId": UNKNOWN, "links": {"kmsKeyId": "a"}},
        {"kmsKeyId": UNKNOWN, "links": {"kmsKeyId": "k"}},
    ):
        database = aws("rds/instance:Instance", "d", **link)
        assert sorted(found(rule, key, alias, vault, database)) == ["d: kmsKeyId", "v: kmsKeyArn"]
    assert found(rule, key, alias, vault, aws("rds/instance:Instance", kmsKeyId="alias/other")) == []


def test_buckets_share_keys_with_records_and_backups_alone() -> None:
    rules = [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "k"}}]
    kind = "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    bucket = aws(kind, "b", bucket="deeds", rules=rules)
    assert found("stack/key-purpose", bucket, aws("backup/vault:Vault", "v", kmsKeyArn="k")) == []
    assert found("stack/key-purpose", bucket, aws("cloudwatch/logGroup:LogGroup", "l", kmsKeyId="k")) == []
    shared = found("stack/key-purpose", bucket, aws("ebs/volume:Volume", "v", kmsKeyId="k"))
    assert sorted(shared) == ["b: rules", "v: kmsKeyId"]


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("arn:aws:iam::111122223333:role/x", True),
        ("arn:aws:kms:sa-east-1:111122223333:key/x", True),
        ("111122223333.dkr.ecr.sa-east-1.amazonaws.com/app", True),
        ('{"Resource": "arn:aws:s3:sa-east-1:111122223333:accesspoint/x"}', True),
        ("arn:aws:iam::444455556666:role/x", False),
        ("arn:aws:iam::123456789012:role/x", False),
        ("arn:aws:iam::123456789012:role/cartorio-staging-deploy", True),
        ("alias/cartorio-staging-s3", True),
        ("alias/cartorio-producao-s3", False),
        ("staging", False),
        # By itself as well: as a principal, an owner, in the address of a queue.
        ("111122223333", True),
        ('{"Principal": {"AWS": "111122223333"}}', True),
        ("https://sqs.sa-east-1.amazonaws.com/111122223333/queue", True),
        ("1111222233334444", False),
        ("arn:aws:iam::123456789012:role/understaging", False),
    ],
)
def test_nothing_names_another_environment(text: str, *, foreign: bool) -> None:
    declared = aws("iam/rolePolicyAttachment:RolePolicyAttachment", deep=[{"policyArn": text}])
    assert bool(found("stack/environment", declared, accounts=ACCOUNTS)) is foreign
    manifest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "x", "annotations": {"role": text}}}
    one = Declared("kubernetes:core/v1:ServiceAccount", "x", "urn:x", manifest)
    assert bool(found("stack/environment", one, accounts=ACCOUNTS)) is foreign


def test_what_is_ones_own_is_anothers_elsewhere() -> None:
    one: Any = aws("kms/alias:Alias", targetKeyId="arn:aws:kms:x:444455556666:key/1")
    assert found("stack/environment", one, accounts=ACCOUNTS) == []
    assert found("stack/environment", one, profile=Profile.STAGING, accounts=ACCOUNTS) == ["x: targetKeyId"]
