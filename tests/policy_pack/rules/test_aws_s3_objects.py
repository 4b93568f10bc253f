from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.model import Profile
from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, document, found

if TYPE_CHECKING:
    from guardrails.resources.base import Declared

BUCKET = aws("s3/bucket:Bucket", "deeds")

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"


def _setting(kind: str, **inputs: Any) -> Declared:  # noqa: ANN401 - raw properties
    return aws(f"s3/{kind}", "s", links={"bucket": "deeds"}, bucket=UNKNOWN, **inputs)


def _encryption(**default: Any) -> Declared:  # noqa: ANN401 - raw properties
    kind = "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    return _setting(kind, rules=[{"applyServerSideEncryptionByDefault": default}])


DEFAULT = "rules[0].applyServerSideEncryptionByDefault"


@pytest.mark.parametrize(
    ("default", "where"),
    [
        ({"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "k"}, []),
        ({"sseAlgorithm": "aws:kms", "kmsMasterKeyId": UNKNOWN}, []),
        ({"sseAlgorithm": "aws:kms"}, [f"s: {DEFAULT}.kmsMasterKeyId"]),
        ({"sseAlgorithm": "AES256"}, [f"s: {DEFAULT}.sseAlgorithm"]),
        ({"sseAlgorithm": UNKNOWN}, [f"s: {DEFAULT}.sseAlgorithm?"]),
        ({}, [f"s: {DEFAULT}.sseAlgorithm"]),
    ],
)
def test_objects_are_encrypted_with_a_key_of_ones_own(default: dict[str, Any], where: list[str]) -> None:
    assert found("aws/s3-encryption", BUCKET, _encryption(**default)) == where


def test_encryption_is_declared_and_known() -> None:
    kind = "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    assert found("aws/s3-encryption", BUCKET) == ["deeds: "]
    assert found("aws/s3-encryption", BUCKET, _setting(kind)) == ["s: rules"]
    assert found("aws/s3-encryption", BUCKET, _setting(kind, rules=UNKNOWN)) == ["s: rules?"]


@pytest.mark.parametrize(
    "service",
    [
        aws("lb/loadBalancer:LoadBalancer", "lb", accessLogs={"bucket": UNKNOWN}, links={"accessLogs": "deeds"}),
        aws("cloudtrail/trail:Trail", "t", s3BucketName=UNKNOWN, links={"s3BucketName": "deeds"}),
    ],
)
def test_where_services_write_that_know_no_other_key_s3s_own_will_do(service: Declared) -> None:
    assert found("aws/s3-encryption", BUCKET, service, _encryption(sseAlgorithm="AES256")) == []
    assert found("aws/s3-encryption", BUCKET, service, _encryption(sseAlgorithm="none")) != []


@pytest.mark.parametrize(
    ("rule", "kind", "good", "bad", "path"),
    [
        (
            "aws/s3-versioning",
            "bucketVersioning:BucketVersioning",
            {"versioningConfiguration": {"status": "Enabled"}},
            {"versioningConfiguration": {"status": "Suspended"}},
            "versioningConfiguration.status",
        ),
        (
            "aws/s3-ownership",
            "bucketOwnershipControls:BucketOwnershipControls",
            {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
            {"rule": {"objectOwnership": "ObjectWriter"}},
            "rule.objectOwnership",
        ),
    ],
)
def test_versions_are_kept_and_lists_are_off(
    rule: str, kind: str, good: dict[str, Any], bad: dict[str, Any], path: str
) -> None:
    assert found(rule, BUCKET, _setting(kind, **good)) == []
    assert found(rule, BUCKET, _setting(kind, **bad)) == [f"s: {path}"]
    assert found(rule, BUCKET, _setting(kind, **dict.fromkeys(good, UNKNOWN))) == [f"s: {path}?"]
    assert found(rule, BUCKET) == ["deeds: "]


def test_a_bucket_has_a_policy() -> None:
    assert found("aws/s3-policy", BUCKET) == ["deeds: "]
    assert found("aws/s3-policy", BUCKET, _setting("bucketPolicy:BucketPolicy", policy=UNKNOWN)) == []


REFUSAL = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::deeds", "arn:aws:s3:::deeds/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@pytest.mark.parametrize(
    ("changes", "refuses"),
    [
        ({}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Action": "*"}, True),
        ({"Effect": "Allow"}, False),
        ({"Principal": {"AWS": "arn:aws:iam::1:root"}}, False),
        ({"Action": "s3:GetObject"}, False),
        ({"Resource": "arn:aws:s3:::deeds"}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalArn": "x"}}}, False),
        ({"Condition": {}}, False),
    ],
)
def test_a_policy_refuses_plain_http_of_everybody_for_everything(changes: dict[str, Any], *, refuses: bool) -> None:
    policy = _setting("bucketPolicy:BucketPolicy", policy=document({**REFUSAL, **changes}))
    assert bool(found("aws/s3-tls", policy)) is not refuses


def test_a_policy_that_is_not_known_yet_or_not_there_is_not_passed_over() -> None:
    assert found("aws/s3-tls", _setting("bucketPolicy:BucketPolicy", policy=UNKNOWN)) == ["s: policy?"]
    assert found("aws/s3-tls", _setting("bucketPolicy:BucketPolicy")) == ["s: policy"]


@pytest.mark.parametrize(
    ("acl", "where"), [(None, []), ("private", []), ("public-read", ["x: acl"]), (UNKNOWN, ["x: acl?"])]
)
@pytest.mark.parametrize(
    "kind", ["bucket:Bucket", "bucketV2:BucketV2", "bucketAcl:BucketAcl", "bucketAclV2:BucketAclV2"]
)
def test_no_list_lets_anybody_in(kind: str, acl: object, where: list[str]) -> None:
    assert found("aws/s3-acl", aws(f"s3/{kind}", acl=acl)) == where


LOCKED = aws("s3/bucket:Bucket", "deeds", objectLockEnabled=True)


@pytest.mark.parametrize(
    ("retention", "profile", "where"),
    [
        ({"mode": "COMPLIANCE", "days": 1}, Profile.PRODUCAO, []),
        ({"mode": "COMPLIANCE", "years": 5}, Profile.PRODUCAO, []),
        ({"mode": "GOVERNANCE", "days": 1}, Profile.PRODUCAO, ["s: rule.defaultRetention.mode"]),
        ({"mode": "GOVERNANCE", "days": 1}, Profile.STAGING, []),
        ({"mode": "COMPLIANCE"}, Profile.STAGING, ["s: rule.defaultRetention"]),
        ({}, Profile.STAGING, ["s: rule.defaultRetention.mode"]),
        (UNKNOWN, Profile.STAGING, ["s: rule.defaultRetention?"]),
    ],
)
def test_what_can_be_locked_is(retention: object, profile: Profile, where: list[str]) -> None:
    lock = _setting("bucketObjectLockConfiguration:BucketObjectLockConfiguration", rule={"defaultRetention": retention})
    assert found("aws/s3-object-lock", LOCKED, lock, profile=profile) == where


def test_records_and_evidence_can_be_locked() -> None:
    trail = aws("cloudtrail/trail:Trail", "t", s3BucketName=UNKNOWN, links={"s3BucketName": "deeds"})
    assert found("aws/s3-object-lock", BUCKET) == []
    assert found("aws/s3-object-lock", LOCKED) == ["deeds: "]
    assert found("aws/s3-object-lock", aws("s3/bucket:Bucket", "deeds", objectLockEnabled=UNKNOWN)) == []
    hidden = aws("s3/bucket:Bucket", "evidence-3", objectLockEnabled=UNKNOWN)
    assert found("aws/s3-object-lock", hidden) == ["evidence-3: objectLockEnabled"]
    assert found("aws/s3-object-lock", BUCKET, trail) == ["deeds: objectLockEnabled"]
    assert found("aws/s3-object-lock", aws("s3/bucket:Bucket", "evidence-2")) == ["evidence-2: objectLockEnabled"]


@pytest.mark.parametrize(
    ("kind", "inputs", "where"),
    [
        ("s3/bucketObject:BucketObject", {"acl": "public-read"}, ["acl"]),
        ("s3/bucketObjectv2:BucketObjectv2", {"acl": "public-read-write"}, ["acl"]),
        ("s3/bucketObjectv2:BucketObjectv2", {}, []),
        ("s3/objectCopy:ObjectCopy", {"grants": [{"uri": ALL_USERS, "permissions": ["READ"]}]}, ["grants[0]"]),
        ("s3/bucket:Bucket", {"grants": [{"id": "x"}, {"uri": ALL_USERS}]}, ["grants[1]"]),
        ("s3/bucket:Bucket", {"grants": UNKNOWN}, ["grants?"]),
        ("s3/bucketAcl:BucketAcl", {"accessControlPolicy": {"grants": [{"grantee": {"uri": ALL_USERS}}]}}, ["grants"]),
        ("s3/bucketAcl:BucketAcl", {"accessControlPolicy": {"grants": [{"grantee": {"id": "x"}}]}}, []),
        ("s3/bucketAcl:BucketAcl", {"accessControlPolicy": {"grants": [{"grantee": {"uri": UNKNOWN}}]}}, ["grants?"]),
    ],
)
def test_an_access_list_lets_nobody_in_wherever_it_stands(kind: str, inputs: dict[str, Any], where: list[str]) -> None:
    places = [
        path.replace("accessControlPolicy.", "").replace("x: ", "") for path in found("aws/s3-acl", aws(kind, **inputs))
    ]
    assert [path.removesuffix("[0]") if "Acl" in kind else path for path in places] == where
