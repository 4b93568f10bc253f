from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from lab.providers.model import UNKNOWN, Unknown
from tests.support.aws_case import Case, drifts, lives
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def guest(hands: Hands) -> str:
    """A managed policy that somebody else made; its ARN."""
    return str(hands("iam").create_policy(PolicyName="guest", PolicyDocument=allow("s3:*"))["Policy"]["Arn"])


def _longer_session(hands: Hands, role: Managed) -> None:
    hands("iam").update_role(RoleName=role.id, Description="API", MaxSessionDuration=7200)


def _other_version(hands: Hands, resource: Managed) -> None:
    hands("iam").create_policy_version(PolicyArn=resource.id, PolicyDocument=allow("s3:*"), SetAsDefault=True)


def _other_document(hands: Hands, resource: Managed) -> None:
    role, name = resource.id.split(":")
    hands("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=allow("s3:*"))


CASES = (
    Case(
        ROLE,
        {
            "name": "cartorio-api",
            "path": "/cartorio/",
            "description": "API",
            "assumeRolePolicy": trust("pods.eks.amazonaws.com"),
            "tags": {"component": "api"},
        },
        needs=(("boundary", POLICY, {"policy": allow("s3:*")}),),
        updates=(
            {"description": "The API's own"},
            {"description": None},
            {"assumeRolePolicy": trust("ec2.amazonaws.com")},
            {"maxSessionDuration": 7200},
            {"permissionsBoundary": "$boundary.arn"},
            {"permissionsBoundary": None},
            {"forceDetachPolicies": True},
            {"tags": {"component": "workers"}},
        ),
        replaces=({"name": "cartorio-workers"}, {"path": "/"}),
        spoilt="maxSessionDuration",
        spoil=_longer_session,
    ),
    Case(
        POLICY,
        {"name": "read", "description": "Reads", "path": "/cartorio/", "policy": allow("s3:GetObject")},
        updates=(
            *({"policy": allow("s3:GetObject", f"s3:GetObject{index}")} for index in range(6)),
            {"tags": {"a": "b"}},
        ),
        replaces=({"name": "other"}, {"description": "Writes"}, {"path": "/"}),
        spoilt="policy",
        spoil=_other_version,
    ),
    Case(
        ROLE_POLICY,
        {"name": "inline", "role": "$role.name", "policy": allow("s3:GetObject")},
        needs=(
            ("role", ROLE, {"name": "one", "assumeRolePolicy": trust("ec2.amazonaws.com")}),
            ("other", ROLE, {"name": "two", "assumeRolePolicy": trust("ec2.amazonaws.com")}),
        ),
        updates=({"policy": allow("s3:PutObject")},),
        replaces=({"name": "other"}, {"role": "$other.name"}),
        spoilt="policy",
        spoil=_other_document,
    ),
    Case(
        ATTACHMENT,
        {"role": "$role.name", "policyArn": "$policy.arn"},
        needs=(
            ("role", ROLE, {"name": "one", "assumeRolePolicy": trust("ec2.amazonaws.com")}),
            ("policy", POLICY, {"name": "p", "policy": allow("s3:GetObject")}),
        ),
        replaces=({"role": "two"}, {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        import_id=lambda attachment: f"{attachment.outputs['role']}/{attachment.outputs['policyArn']}",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", [case for case in CASES if case.spoilt], ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_outputs_of_a_role(engine: Engine, by_hand: Hands) -> None:
    role = engine.create(ROLE, "r", {"name": "r", "path": "/x/", "assumeRolePolicy": trust("ec2.amazonaws.com")})
    found = by_hand("iam").get_role(RoleName="r")["Role"]
    assert role.id == "r"
    assert role.outputs["arn"] == "arn:aws:iam::123456789012:role/x/r" == found["Arn"]
    assert role.outputs["uniqueId"] == found["RoleId"]
    assert role.outputs["createDate"].endswith("Z")
    assert "description" not in role.outputs
    assert "region" not in role.outputs


def test_policy_may_be_an_object(engine: Engine) -> None:
    document = json.loads(trust("ec2.amazonaws.com"))
    role = engine.create(ROLE, "r", {"assumeRolePolicy": document})
    assert json.loads(role.inputs["assumeRolePolicy"]) == document
    assert not engine.diff(role, {"assumeRolePolicy": trust("ec2.amazonaws.com")}).any


def test_policy_with_unknown_inside_is_unknown_in_a_preview(engine: Engine) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": UNKNOWN}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    shown = engine.preview(POLICY, "p", {"policy": document})
    assert isinstance(shown["policy"], Unknown)


def test_role_with_guests_is_kept_and_says_why(engine: Engine, by_hand: Hands) -> None:
    role = engine.create(ROLE, "r", {"name": "r", "assumeRolePolicy": trust("ec2.amazonaws.com")})
    by_hand("iam").attach_role_policy(RoleName="r", PolicyArn=guest(by_hand))
    with pytest.raises(RefusedError, match=r"DeleteConflict.*forceDetachPolicies"):
        engine.delete(role)
    assert engine.refresh(role) is not None


def test_force_detaches_guests(engine: Engine, by_hand: Hands) -> None:
    inputs = {"name": "r", "assumeRolePolicy": trust("ec2.amazonaws.com"), "forceDetachPolicies": True}
    role = engine.create(ROLE, "r", inputs)
    iam = by_hand("iam")
    iam.attach_role_policy(RoleName="r", PolicyArn=guest(by_hand))
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=allow("s3:*"))
    iam.create_instance_profile(InstanceProfileName="i")
    iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
    engine.delete(role)
    assert engine.refresh(role) is None


def test_policy_keeps_five_versions(engine: Engine, by_hand: Hands) -> None:
    policy = engine.create(POLICY, "p", {"name": "p", "policy": allow("a:0")})
    for index in range(1, 8):
        policy = engine.update(policy, {"name": "p", "policy": allow(f"a:{index}")})
    versions = by_hand("iam").list_policy_versions(PolicyArn=policy.id)["Versions"]
    assert sorted(version["VersionId"] for version in versions) == ["v4", "v5", "v6", "v7", "v8"]


def test_attachment_that_somebody_took_off_is_gone(engine: Engine, by_hand: Hands) -> None:
    engine.create(ROLE, "r", {"name": "r", "assumeRolePolicy": trust("ec2.amazonaws.com")})
    arn = engine.create(POLICY, "p", {"policy": allow("s3:*")}).id
    attachment = engine.create(ATTACHMENT, "a", {"role": "r", "policyArn": arn})
    assert attachment.id == f"r-{arn}"
    by_hand("iam").detach_role_policy(RoleName="r", PolicyArn=arn)
    assert engine.refresh(attachment) is None


@pytest.mark.parametrize(
    ("token", "wrong"), [(ROLE_POLICY, "role"), (ROLE_POLICY, ":name"), (ATTACHMENT, "role"), (ATTACHMENT, "/arn:x")]
)
def test_wrong_id(engine: Engine, token: str, wrong: str) -> None:
    with pytest.raises(RefusedError, match="is no id of"):
        engine.find(token, wrong)


@pytest.mark.parametrize(
    ("inputs", "name", "reason"),
    [
        ({}, "assumeRolePolicy", "missing"),
        ({"assumeRolePolicy": "x"}, "assumeRolePolicy", "no JSON"),
        ({"assumeRolePolicy": "{}", "managedPolicyArns": []}, "managedPolicyArns", "does not support"),
        ({"assumeRolePolicy": "{}", "maxSessionDuration": "1h"}, "maxSessionDuration", "an integer"),
    ],
)
def test_wrong_role(engine: Engine, inputs: dict[str, Any], name: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=f"^{name}: .*{reason}"):
        engine.check(ROLE, "r", inputs)


def test_long_names_are_refused_before_iam_does(engine: Engine) -> None:
    with pytest.raises(RefusedError, match=r"name: .*64"):
        engine.check(ROLE, "r" * 60, {"assumeRolePolicy": trust("ec2.amazonaws.com")})
