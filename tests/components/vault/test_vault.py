from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from components.providers import Account
from components.sections.vault import Vault as Settings
from components.sources import Sources
from components.vault.vault import Vault, VaultArgs
from components.versions import AWS_CLI, VAULT_IMAGE
from tests.support.databases import allowed
from tests.support.plan import ACCOUNT, Plan, Registered, policy_of, run

KEY = "arn:aws:kms:sa-east-1:123456789012:key/unseal"
PGP = f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{'m' * 220}\n-----END PGP PUBLIC KEY BLOCK-----"
BASE: dict[str, Any] = {
    "storage": {"storageClass": "encrypted"},
    "resources": {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
}
HSM = {
    "image": f"registry.cartorio.internal/mirror/vault@sha256:{'b' * 64}",
    "licenseSecret": "vault-license",
    "library": "/opt/cloudhsm/lib/libcloudhsm_pkcs11.so",
    "tokenLabel": "cartorio",
    "keyLabel": "vault",
    "hmacKeyLabel": "vault-hmac",
    "pinSecret": "hsm-pin",
}
CUSTODIANS = [{"name": name, "pgpKey": PGP.replace("m" * 9, name * 3)} for name in ("ana", "bia", "caio")]
FULL = {
    **BASE,
    "recovery": {"threshold": 2, "custodians": CUSTODIANS},
    "signingKeys": [{"name": "atos"}],
    "databases": [
        {
            "name": "documentos",
            "hosts": "mongo-0.mongo.dados.svc:27017",
            "namespace": "dados",
            "adminSecret": "mongo-admin",
            "database": "cartorio",
        }
    ],
    "clients": [
        {
            "name": "api",
            "namespace": "cartorio",
            "serviceAccount": "api",
            "signWith": ["atos"],
            "databases": ["documentos"],
        }
    ],
}


def _plan(settings: dict[str, Any], *, protect: bool = True) -> Plan:
    def program() -> Vault:
        return Vault(
            "vault",
            VaultArgs(
                stack="local",
                settings=Settings.model_validate_json(json.dumps(settings)),
                sources=Sources(),
                region="sa-east-1",
                cluster="cartorio",
                issuer="cartorio-internal",
                unseal_key_arn=KEY,
                secrets_key_arn="arn:secrets-key",
                bucket="snapshots",
                bucket_arn="arn:aws:s3:::snapshots",
                bucket_key_arn="arn:backup-key",
                callers=("external-secrets",),
                protect=protect,
            ),
            Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1"),
            pulumi.ResourceOptions(
                providers=[aws.Provider("aws", region="sa-east-1"), kubernetes.Provider("kubernetes")]
            ),
        )

    return run(program)[0]


@pytest.fixture(scope="module")
def full() -> Plan:
    return _plan(FULL)


def _pods(plan: Plan) -> dict[str, dict[str, Any]]:
    jobs = {job.name: job.inputs["spec"] for job in plan.of("kubernetes:batch/v1:Job")}
    jobs |= {job.name: job.inputs["spec"]["jobTemplate"]["spec"] for job in plan.of("kubernetes:batch/v1:CronJob")}
    return {name: spec["template"]["spec"] for name, spec in jobs.items()}


def _waits_for(resource: Registered, plan: Plan) -> set[str]:
    return {plan.urns()[urn].name for urn in resource.depends_on if urn in plan.urns()}


def test_servers_may_use_the_key_for_unsealing_and_nothing_else(full: Plan) -> None:
    policy = policy_of(full.one("aws:iam/rolePolicy:RolePolicy", "vault-server-policy"))
    assert set(policy) == {"Unseal"}
    assert policy["Unseal"]["Resource"] == KEY
    assert set(policy["Unseal"]["Action"]) == {"kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"}


def test_the_keeper_cannot_read_what_it_keeps(full: Plan) -> None:
    policy = policy_of(full.one("aws:iam/rolePolicy:RolePolicy", "vault-keeper-policy"))
    assert "secretsmanager:GetSecretValue" not in policy["Keep"]["Action"]
    assert "vault-recovery" in policy["Keep"]["Resource"]


def test_snapshots_can_be_written_but_not_read_or_deleted(full: Plan) -> None:
    put = policy_of(full.one("aws:iam/rolePolicy:RolePolicy", "vault-snapshotter-policy"))["Put"]
    assert (put["Action"], put["Resource"]) == ("s3:PutObject", "arn:aws:s3:::snapshots/vault/*")


def test_every_job_is_a_restricted_pod_of_pinned_images_with_only_memory_to_write_to(full: Plan) -> None:
    pods = _pods(full)
    assert set(pods) == {"vault-init", "vault-configure", "vault-snapshot"}
    for spec in pods.values():
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        for container in [*spec["initContainers"], *spec["containers"]]:
            assert container["image"].split("@")[1] in {VAULT_IMAGE.digest, AWS_CLI.digest}
            context = container["securityContext"]
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert (context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"]) == (False, True)
            for mount in container["volumeMounts"]:
                if not mount["readOnly"]:
                    assert volumes[mount["name"]]["emptyDir"]["medium"] == "Memory"


def test_jobs_see_the_authority_but_not_the_servers_key(full: Plan) -> None:
    for spec in _pods(full).values():
        (tls,) = [volume for volume in spec["volumes"] if volume["name"] == "tls"]
        assert [item["key"] for item in tls["secret"]["items"]] == ["ca.crt"]


def test_the_shares_are_kept_by_another_container_than_the_one_that_had_the_token(full: Plan) -> None:
    spec = _pods(full)["vault-init"]
    (first,), (second,) = spec["initContainers"], spec["containers"]
    assert (first["command"][1], second["command"][1]) == ("/scripts/init.sh", "/scripts/keep.sh")
    told = {item["name"]: item["value"] for item in first["env"]}
    assert (told["RECOVERY_SHARES"], told["RECOVERY_THRESHOLD"]) == ("3", "2")


def test_jobs_come_after_the_servers_and_the_servers_after_their_certificate_and_identity(full: Plan) -> None:
    release = full.one("kubernetes:helm.sh/v3:Release")
    assert {"vault-certificate", "vault-scripts", "vault-configuration"} <= _waits_for(release, full)
    assert any(name.startswith("vault-server") for name in _waits_for(release, full))
    for kind in ("Job", "CronJob"):
        for job in full.of(f"kubernetes:batch/v1:{kind}"):
            assert "vault-release" in _waits_for(job, full)


def test_without_custodians_nothing_initialises_vault() -> None:
    plan = _plan(BASE)
    assert plan.of("kubernetes:batch/v1:Job") == []
    assert not [one for one in plan.of("kubernetes:core/v1:ConfigMap") if one.name == "vault-custodians"]


@pytest.mark.parametrize("protect", [True, False])
def test_the_kept_shares_are_protected_by_setting(protect: bool) -> None:  # noqa: FBT001 - parametrised
    secret = _plan(BASE, protect=protect).one("aws:secretsmanager/secret:Secret")
    assert secret.protect is protect
    assert secret.inputs["recoveryWindowInDays"] == 30


def test_cron_jobs_never_overlap_and_end(full: Plan) -> None:
    crons = {job.name: job.inputs["spec"] for job in full.of("kubernetes:batch/v1:CronJob")}
    assert crons["vault-snapshot"]["schedule"] == "7 */4 * * *"
    for spec in crons.values():
        assert spec["concurrencyPolicy"] == "Forbid"
        assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] > 0
        assert spec["successfulJobsHistoryLimit"] == spec["failedJobsHistoryLimit"] == 3


def test_the_certificate_covers_each_server(full: Plan) -> None:
    spec = full.one("kubernetes:cert-manager.io/v1:Certificate").inputs["spec"]
    assert {"*.vault-internal", "vault-active.vault.svc"} <= set(spec["dnsNames"])
    assert spec["ipAddresses"] == ["127.0.0.1"]
    assert spec["issuerRef"]["name"] == "cartorio-internal"


def test_only_callers_reach_the_api(full: Plan) -> None:
    (policy,) = [one for one in full.of("kubernetes:networking.k8s.io/v1:NetworkPolicy") if "callers" in one.name]
    (rule,) = policy.inputs["spec"]["ingress"]
    names = {peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for peer in rule["from"]}
    assert names == {"cartorio", "external-secrets"}
    assert [port["port"] for port in rule["ports"]] == [8200]


def test_administrators_credentials_may_be_missing(full: Plan) -> None:
    (volume,) = [one for one in _pods(full)["vault-configure"]["volumes"] if one["name"] == "database-documentos"]
    assert volume["secret"] == {"secretName": "mongo-admin", "optional": True}


def test_an_hsm_that_unseals_is_reached_and_nothing_else_there() -> None:
    plan = _plan({**BASE, "pkcs11": {**HSM, "networks": ["10.20.16.0/24", "10.20.17.0/24"]}})
    (rule,) = allowed(plan, "room-hsm")
    assert [peer["ipBlock"]["cidr"] for peer in rule["to"]] == ["10.20.16.0/24", "10.20.17.0/24"]
    assert [port["port"] for port in rule["ports"]] == [2223, 2224, 2225]


def test_an_hsm_without_a_network_opens_none() -> None:
    plan = _plan({**BASE, "pkcs11": HSM})
    assert not [one for one in plan.of("kubernetes:networking.k8s.io/v1:NetworkPolicy") if "hsm" in one.name]
