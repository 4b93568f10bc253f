"""Against the real SDKs: what a table may rely on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import pulumi
import pytest

from lab.paths import PROJECT_ROOT
from lab.providers.kit import shapes as s
from lab.providers.kit.sdk_types import output_names, sdk_class, sdk_inputs, sdk_schema, to_shape
from lab.providers.kit.values import Value, format_path

BUCKET_LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
PASSWORD = "random:index/randomPassword:RandomPassword"


def test_names_types_and_duties_come_from_the_sdk() -> None:
    schema = sdk_schema(PASSWORD, ["length", "keepers", "special", "overrideSpecial", "result"])
    assert schema.inputs == {
        "length": s.INTEGER,
        "keepers": s.MapOf(s.STRING),
        "special": s.BOOLEAN,
        "overrideSpecial": s.STRING,
    }
    assert schema.required == {"length"}
    assert schema.outputs == {"result"}


def test_the_rest_of_a_schema_is_passed_on() -> None:
    assert sdk_schema(PASSWORD, ["length", "result"], secrets=frozenset({"result"})).secrets == {"result"}


def test_a_token_finds_its_class() -> None:
    assert sdk_class("aws:kms/key:Key").__module__ == "pulumi_aws.kms.key"
    assert sdk_class(PASSWORD, "Args").__name__ == "RandomPasswordArgs"
    assert {"arn", "keyId", "tagsAll", "policy"} <= output_names("aws:kms/key:Key")


@pytest.mark.parametrize("token", ["aws:kms/kee:Kee", "aws:nothing/key:Key", "absent:index/x:X"])
def test_a_token_without_a_class_is_a_broken_table(token: str) -> None:
    with pytest.raises(LookupError, match="is its version the pinned one"):
        sdk_class(token)


@pytest.mark.parametrize("name", ["nothing", "rules.nothing", "rules.expiration.nothing", "bucket.length"])
def test_a_name_that_the_sdk_lacks_is_a_broken_table(name: str) -> None:
    with pytest.raises(LookupError, match=r"has no propert|which has no properties"):
        sdk_schema(BUCKET_LIFECYCLE, [name])


def test_nested_objects_and_lists_are_judged() -> None:
    rules = sdk_inputs(BUCKET_LIFECYCLE, ["rules"]).shapes["rules"]
    good = [{"id": "a", "status": "Enabled", "expiration": {"days": 1}, "filter": {"and": {"tags": {"a": "b"}}}}]
    assert not list(s.violations(rules, good, ("rules",)))
    bad = [{"id": 1, "expiration": {"days": "1", "hours": 2}, "filter": {"and": {"tags": {"a": 5}}}}]
    assert {format_path(violation.path) for violation in s.violations(rules, bad, ("rules",))} == {
        "rules[0].id",
        "rules[0].expiration.days",
        "rules[0].expiration.hours",
        "rules[0].filter.and.tags.a",
        "rules[0].status",
    }


def test_a_dotted_name_refuses_its_siblings_by_name() -> None:
    rules = sdk_inputs(BUCKET_LIFECYCLE, ["rules.id", "rules.status", "rules.expiration.days"]).shapes["rules"]
    assert not list(s.violations(rules, [{"id": "a", "status": "Enabled", "expiration": {"days": 1}}], ("rules",)))
    found = list(
        s.violations(rules, [{"id": "a", "status": "x", "prefix": "p", "expiration": {"date": "d"}}], ("rules",))
    )
    assert [(format_path(violation.path), violation.reason) for violation in found] == [
        ("rules[0].prefix", "the lab's provider does not support `prefix` of BucketLifecycleConfigurationRuleArgs"),
        (
            "rules[0].expiration.date",
            "the lab's provider does not support `date` of BucketLifecycleConfigurationRuleExpirationArgs",
        ),
    ]


def test_a_policy_may_be_text_or_an_object() -> None:
    policy = sdk_inputs("aws:iam/role:Role", ["assumeRolePolicy"]).shapes["assumeRolePolicy"]
    assert not list(s.violations(policy, "{}", ("policy",)))
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*"}]}
    assert not list(s.violations(policy, document, ("policy",)))
    assert list(s.violations(policy, {"Statement": "x"}, ("policy",)))


INPUT: Any = pulumi.Input


class _Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("annotation", "shape"),
    [
        (None, s.ANYTHING),
        (Any, s.ANYTHING),
        (object, s.ANYTHING),
        (str, s.STRING),
        (s.INTEGER, s.INTEGER),
        (INPUT[str], s.STRING),
        (INPUT[bool] | None, s.BOOLEAN),
        (str | None, s.STRING),
        (INPUT[Sequence[INPUT[float]]], s.ListOf(s.NUMBER)),
        (INPUT[Mapping[str, INPUT[int]]], s.MapOf(s.INTEGER)),
        (list, s.ListOf(s.ANYTHING)),
        (dict, s.MapOf(s.ANYTHING)),
        (pulumi.Output[str], s.ANYTHING),
        (_Colour, s.STRING),
        (str | int, s.OneOf((s.STRING, s.INTEGER))),
        (str | Any, s.ANYTHING),
    ],
    ids=str,
)
def test_annotations_become_shapes(annotation: Value, shape: s.Shape) -> None:
    assert to_shape(annotation) == shape


def test_no_sdk_is_imported_before_a_shape_is_asked_for() -> None:
    script = "import sys, lab.providers.random.plugin as p; p.provider(); sys.exit('pulumi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=PROJECT_ROOT, check=False).returncode == 0
