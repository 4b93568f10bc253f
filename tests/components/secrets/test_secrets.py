from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from components.providers import Account
from components.secrets.secrets import ExternalSecrets, ExternalSecretsArgs
from components.secrets.values import external_secrets_values
from components.sections.secrets import Secrets
from components.sources import Sources
from tests.support.plan import ACCOUNT, Plan, policy_of, run

STORE = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
DELIVERY = "kubernetes:external-secrets.io/v1:ExternalSecret"
SECRET = "aws:secretsmanager/secret:Secret"
SETTINGS: dict[str, Any] = {
    "managed": [{"name": "mail/relay", "description": "Password of the mail relay."}],
    "delivered": [
        {
            "name": "mail",
            "namespace": "cartorio",
            "source": "secrets-manager",
            "refreshMinutes": 15,
            "entries": [{"key": "password", "secret": "mail/relay", "property": "password"}],
        },
        {
            "name": "seal",
            "namespace": "cartorio",
            "source": "vault",
            "entries": [{"key": "pin", "secret": "seal"}],
        },
    ],
}


def _plan(*, protect: bool = True, vault: str | None = "https://vault") -> Plan:
    settings = SETTINGS if vault else {**SETTINGS, "delivered": SETTINGS["delivered"][:1]}

    def program() -> ExternalSecrets:
        return ExternalSecrets(
            "secrets",
            ExternalSecretsArgs(
                stack="local",
                settings=Secrets.model_validate_json(json.dumps(settings)),
                sources=Sources(),
                region="sa-east-1",
                cluster="cartorio",
                key_arn="arn:key",
                vault=vault,
                namespaces=(("cartorio", pulumi.Output.from_input("cartorio")),),
                protect=protect,
            ),
            Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1"),
            pulumi.ResourceOptions(
                providers=[aws.Provider("aws", region="sa-east-1"), kubernetes.Provider("kubernetes")]
            ),
        )

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan()


def test_the_operator_reads_the_stacks_own_secrets_only(plan: Plan) -> None:
    policy = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))
    assert policy["Read"]["Resource"] == f"arn:aws:secretsmanager:sa-east-1:{ACCOUNT}:secret:cartorio/local/*"
    assert policy["Decrypt"]["Condition"] == {
        "StringEquals": {"kms:ViaService": "secretsmanager.sa-east-1.amazonaws.com"}
    }


def test_others_of_the_account_cannot_read_a_secret(plan: Plan) -> None:
    policy = policy_of(plan.one("aws:secretsmanager/secretPolicy:SecretPolicy"))
    assert policy["OperatorOnly"]["Effect"] == policy["AccountOnly"]["Effect"] == "Deny"
    readers = policy["OperatorOnly"]["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
    assert f"arn:aws:iam::{ACCOUNT}:root" in readers
    assert any("secrets-operator-role" in reader for reader in readers)


@pytest.mark.parametrize(("protect", "window"), [(True, 30), (False, 7)])
def test_a_secret_is_encrypted_and_can_be_recovered(protect: bool, window: int) -> None:  # noqa: FBT001 - parametrised
    secret = _plan(protect=protect).one(SECRET)
    assert secret.protect is protect
    assert secret.inputs["name"] == "cartorio/local/mail/relay"
    assert (secret.inputs["kmsKeyId"], secret.inputs["recoveryWindowInDays"]) == ("arn:key", window)


def test_stores_serve_only_the_namespaces_that_get_something(plan: Plan) -> None:
    for store in plan.of(STORE):
        assert store.inputs["spec"]["conditions"] == [{"namespaces": ["cartorio"]}]


def test_vault_is_believed_by_the_clusters_own_authority(plan: Plan) -> None:
    spec = plan.one(STORE, "secrets-vault").inputs["spec"]["provider"]["vault"]
    assert spec["caProvider"] == {"type": "Secret", "name": "vault-tls", "namespace": "vault", "key": "ca.crt"}
    assert spec["auth"]["kubernetes"]["serviceAccountRef"]["audiences"] == ["vault"]


def test_without_a_vault_there_is_no_store_for_it() -> None:
    assert [store.name for store in _plan(vault=None).of(STORE)] == ["secrets-secrets-manager"]


def test_a_delivery_names_its_store_and_the_path_at_the_source(plan: Plan) -> None:
    mail, seal = (plan.one(DELIVERY, f"secrets-cartorio-{name}").inputs["spec"] for name in ("mail", "seal"))
    assert mail["refreshInterval"] == "15m"
    assert mail["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": "secrets-manager"}
    assert mail["data"] == [
        {"secretKey": "password", "remoteRef": {"key": "cartorio/local/mail/relay", "property": "password"}}
    ]
    assert seal["data"] == [{"secretKey": "pin", "remoteRef": {"key": "cartorio/seal"}}]
    assert mail["target"] == {"name": "mail", "creationPolicy": "Owner", "deletionPolicy": "Retain"}


def test_the_operator_comes_first(plan: Plan) -> None:
    release = plan.one("kubernetes:helm.sh/v3:Release").urn
    assert all(release in store.depends_on for store in plan.of(STORE))
    assert all(any("ClusterSecretStore" in urn for urn in one.depends_on) for one in plan.of(DELIVERY))


def test_secrets_go_one_way() -> None:
    values = external_secrets_values(1, "ghcr.io/x")
    assert (values["processPushSecret"], values["processClusterPushSecret"]) == (False, False)
    assert values["leaderElect"] is False
    assert external_secrets_values(2, "x")["leaderElect"] is True
