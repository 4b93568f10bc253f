"""AWS's identities and policies: what they allow, and whom."""

from __future__ import annotations

from typing import Any, Final

from tests.support.mutations import Change, Mutation, adding, removing, setting, within_json

_ROLE: Final = "aws:iam/role:Role"
_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"
_ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_TRUST: Final = "assumeRolePolicy"
_GITHUB: Final = "token.actions.githubusercontent.com"


def _inline(**changes: object) -> Change:
    """Change the first statement of the signer's own policy."""
    return within_json(_POLICY, "signer-policy", "policy", lambda document: document["Statement"][0].update(changes))


def _allowing_all_but(document: dict[str, Any]) -> None:
    document["Statement"][0]["NotAction"] = document["Statement"][0].pop("Action")


def _another_subject(document: dict[str, Any]) -> None:
    conditions = document["Statement"][0]["Condition"]
    conditions["StringLike"] = {f"{_GITHUB}:sub": conditions["StringEquals"].pop(f"{_GITHUB}:sub")}


def _any_audience(document: dict[str, Any]) -> None:
    del document["Statement"][0]["Condition"]["StringEquals"][f"{_GITHUB}:aud"]


def _any_way_of_assuming(document: dict[str, Any]) -> None:
    document["Statement"][0].update(Action="sts:Assume*", Condition={})


def _public(kind: str, name: str, action: str) -> Change:
    more = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}
    return within_json(kind, name, "policy", lambda document: document["Statement"].append(more))


MUTATIONS: Final = (
    Mutation("aws/iam-wildcard-action", "the signer may do everything with its key", _inline(Action="kms:*")),
    Mutation(
        "aws/iam-wildcard-action",
        "a boundary lets itself be taken away",
        within_json(
            "aws:iam/policy:Policy",
            "github-boundary",
            "policy",
            lambda document: document.update(Statement=document["Statement"][:1]),
        ),
    ),
    Mutation(
        "aws/iam-not-action",
        "the signer may do everything but sign",
        within_json(_POLICY, "signer-policy", "policy", _allowing_all_but),
    ),
    Mutation("aws/iam-wildcard-resource", "the signer may sign with every key", _inline(Resource="*")),
    Mutation("aws/iam-wildcard-action", "the signer may do everything, written otherwise", _inline(Action="kms:?*")),
    Mutation(
        "aws/iam-wildcard-resource",
        "the signer may sign with every key of the account",
        _inline(Resource="arn:aws:kms:*:123456789012:key/*", Condition={}),
    ),
    Mutation(
        "aws/iam-boundary",
        "a role whose boundary allows everything",
        setting(_ROLE, "network-flows-role", "permissionsBoundary", "arn:aws:iam::aws:policy/AdministratorAccess"),
    ),
    Mutation(
        "aws/iam-oidc-trust",
        "a pattern of actions, and any subject",
        within_json(_ROLE, "github-deploy", _TRUST, _any_way_of_assuming),
    ),
    Mutation(
        "aws/iam-pass-role",
        "Karpenter passes a role to any service",
        within_json(
            _POLICY,
            "karpenter-controller-policy",
            "policy",
            lambda document: [s.pop("Condition") for s in document["Statement"] if s["Action"] == "iam:PassRole"],
        ),
    ),
    Mutation(
        "aws/iam-privilege-escalation", "the signer may write roles' policies", _inline(Action="iam:PutRolePolicy")
    ),
    Mutation(
        "aws/iam-trust-principal",
        "anybody may write flow logs",
        within_json(
            _ROLE,
            "network-flows-role",
            _TRUST,
            lambda document: document["Statement"][0].update(Principal="*", Condition={}),
        ),
    ),
    Mutation(
        "aws/iam-oidc-trust",
        "a pattern of repositories deploys",
        within_json(_ROLE, "github-deploy", _TRUST, _another_subject),
    ),
    Mutation(
        "aws/iam-oidc-trust",
        "tokens for anybody sign releases",
        within_json(_ROLE, "signer-role", _TRUST, _any_audience),
    ),
    Mutation(
        "aws/iam-oidc-audience",
        "GitHub's tokens are taken, whoever they are for",
        removing("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "github-provider", "clientIdLists"),
    ),
    Mutation("aws/iam-users", "a key for a program", adding("aws:iam/accessKey:AccessKey", "ci", {"user": "ci"})),
    Mutation("aws/iam-boundary", "a role without bounds", removing(_ROLE, "network-flows-role", "permissionsBoundary")),
    Mutation(
        "aws/iam-administrator",
        "somebody else's role may do everything",
        adding(_ATTACHMENT, "all", {"role": "somebody", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ),
    Mutation(
        "aws/iam-boundary-attached",
        "the deploying role has the boundary as a policy",
        adding(
            _ATTACHMENT,
            "wrong",
            {
                "role": "cartorio-producao-deploy",
                "policyArn": "arn:aws:iam::123456789012:policy/cartorio-producao-deploy-boundary",
            },
            policyArn="aws:iam/policy:Policy::github-boundary",
        ),
    ),
    Mutation(
        "aws/policy-document",
        "a policy that IAM would refuse",
        setting(_POLICY, "signer-policy", "policy", '{"Version": "2012-10-17", "Statement": [{"Effect": "Alow"}]}'),
    ),
    Mutation(
        "aws/policy-document",
        "a bucket's policy that is cut off",
        setting("aws:s3/bucketPolicy:BucketPolicy", "documents-policy", "policy", '{"Version": "2012-10-17"'),
    ),
    Mutation(
        "aws/policy-principal",
        "anybody reads documents",
        _public("aws:s3/bucketPolicy:BucketPolicy", "documents-policy", "s3:GetObject"),
    ),
    Mutation(
        "aws/policy-principal",
        "anybody raises alarms",
        _public("aws:sns/topicPolicy:TopicPolicy", "edge-alarms-policy", "sns:Publish"),
    ),
    Mutation("aws/kms-policy", "anybody decrypts", _public("aws:kms/key:Key", "keys-s3", "kms:Decrypt")),
    Mutation(
        "aws/function-public",
        "a function on the internet",
        adding("aws:lambda/functionUrl:FunctionUrl", "open", {"functionName": "stamp", "authorizationType": "NONE"}),
    ),
    Mutation(
        "aws/vpc-endpoint-policy",
        "a way out to everybody's buckets",
        removing("aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoints-s3", "policy"),
    ),
)
