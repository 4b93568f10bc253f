from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.resources.base import Declared
from guardrails.resources.helm import RELEASE_TYPE
from guardrails.rules._secrets import secret_in
from tests.support.cloud import aws, found

# Made of parts, so that no scanner of this repository takes them for what they look like.
GITHUB = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
RANDOM = "q8Zr2Lk0" + "Xv7Tn4Wd"
JWT = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIBszCCARwCCQDn0J8Zk0nN3jANBgkqhkiG9w0BAQsFADAe\n-----END CERTIFICATE-----"
SECRETS = [
    ("", "AKIA" + "Z7QHRXWJ4T2NPLKD"),
    ("", "key: ASIA" + "Z7QHRXWJ4T2NPLKD"),
    ("", GITHUB),
    ("", f"https://x-access-token:{GITHUB}@github.com/a/b"),
    ("", "github_pat_" + "1" * 11 + "abcdefghijk_" + "Zx9" * 19 + "Zy"),
    ("", "glpat-" + "x7Hq2LmNpQr8StUvWxYz"),
    ("", "xoxb-" + "123456789012-abcdefGHIJKL"),
    ("", "https://hooks.slack.com/services/" + "T0AAAAAAA/B0BBBBBBB/abcdefghijklmnop"),
    ("", JWT),
    ("", f"Bearer {JWT}"),
    ("", PEM),
    ("", "-----BEGIN " + "PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIE\n"),
    ("", "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n"),
    ("", "hvs." + "CAESIJ7Qk2mXw8Ld0pQrStUvWxYz1234"),
    ("", "AIza" + "SyD4k8Zq1Wm3Xv7Tn2Lk0Rp9Qs6Uy5Bc8Ha"),
    ("", "mongodb://app:" + "9fK2x7Qp1Lz@mongodb.internal:27017/deeds"),
    ("", "postgres://app:" + "correct-horse@db/deeds"),
    ("", "redis://:" + "s3cr3tpass@cache:6379"),
    ("", "pul-" + "0123456789abcdef" * 2 + "01234567"),
    ("", "AccountKey=" + "aB3dE5fG" * 11),
    ("DB_PASSWORD", RANDOM),
    ("dbPassword", RANDOM),
    ("spring.datasource.password", RANDOM),
    ("clientSecret", "Kf8~Q2.vLm3Xw_7Rt9"),
    ("API_KEY", "4f9a1c7e2b8d6053af1e9c7b2d4a6f80"),
    ("config", f"[database]\npassword = {RANDOM}\nuser = app\n"),
    ("config", f"  api_key: '{RANDOM}',\n  host: x\n"),
]
FINE = [
    ("image", "registry.cartorio.internal/cartorio/api@sha256:" + "0123456789abcdef" * 4),
    ("digest", "sha256:" + "0123456789abcdef" * 4),
    ("checksum/config", "0123456789abcdef" * 4),
    ("secretArn", "arn:aws:secretsmanager:sa-east-1:123456789012:secret:cartorio/producao/flux/github-AbCdEf"),
    ("kmsKeyId", "arn:aws:kms:sa-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("keyId", "1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("token", "1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("password", "arn:aws:secretsmanager:sa-east-1:123456789012:secret:x-AbCdEf"),
    ("secret", "sha256:" + "0123456789abcdef" * 4),
    ("caBundle", base64.b64encode(CERTIFICATE.encode()).decode()),
    ("secret", base64.b64encode(CERTIFICATE.encode()).decode()),
    ("ca.crt", CERTIFICATE),
    ("publicKey", "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----"),
    ("secretName", "mongodb-credentials"),
    ("passwordSecret", "grafana-admin"),
    ("password", "from-vault"),
    ("password", "${DB_PASSWORD}"),
    ("password", "$(DB_PASSWORD)"),
    ("password", "{{ .Values.password }}"),
    ("password", "<set by the operator>"),
    ("password", "********"),
    ("token", "/var/run/secrets/kubernetes.io/serviceaccount/token"),
    ("token", "https://token.actions.githubusercontent.com/x9Zk2Lm4"),
    ("credentials", "aws"),
    ("AWS_ACCESS_KEY_ID", "AKIA" + "IOSFODNN7EXAMPLE"),
    ("url", "https://example.com:8443/path@v1"),
    ("url", "https://user@example.com/"),
    ("url", "mongodb://app:${PASSWORD}@mongodb/deeds"),
    ("url", "mongodb://app:$(PASSWORD)@mongodb/deeds"),
    ("pattern", "[a-z0-9]{8}-[a-z0-9]{4}"),
    ("version", "v1.22.4-eksbuild.3"),
    ("alias", "alias/cartorio-producao-release-signing"),
    ("config", "[database]\npassword = ${DB_PASSWORD}\ntoken_file = /run/token\n"),
    ("description", "The password of the administrator is in Secrets Manager."),
    ("tokenTTL", "1h30m0s"),
    ("secret", "true"),
    ("sshKey", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7Qk2mXw8Ld0pQrStUvWxYz1234567890abcdefghi"),
    ("userData", '[settings.kubernetes]\nlockdown = "integrity"\n'),
]


@pytest.mark.parametrize(("name", "text"), SECRETS)
def test_what_is_a_secret_is_found_and_never_quoted(name: str, text: str) -> None:
    what = secret_in(name, text)
    assert what
    assert not any(part in what for part in (RANDOM, GITHUB, text))


@pytest.mark.parametrize(("name", "text"), FINE)
def test_what_only_looks_random_is_left_alone(name: str, text: str) -> None:
    assert secret_in(name, text) == ""


@given(st.text(), st.text())
def test_nothing_crashes_it(name: str, text: str) -> None:
    assert isinstance(secret_in(name, text), str)


def test_long_texts_take_no_time() -> None:
    for text in ("a" * 200_000, "x = " * 50_000, "://" * 60_000, "eyJ" * 60_000, "password = \n" * 20_000):
        assert secret_in("password", text) == ""


def _object(kind: str, **fields: Any) -> Declared:  # noqa: ANN401 - raw properties
    manifest = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, **fields}
    return Declared(f"kubernetes:core/v1:{kind}", "x", "urn:x", manifest)


ENV = [
    {"name": "DB_PASSWORD", "value": RANDOM},
    {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}},
]


@pytest.mark.parametrize(
    ("one", "rule", "path"),
    [
        (_object("Pod", spec={"containers": [{"env": ENV}]}), "env-value", "spec.containers[0].env[0].value"),
        (_object("ConfigMap", data={"token": RANDOM}), "config-map", "data.token"),
        (_object("ConfigMap", data={"a.yaml": f"x: 1\ntoken: {RANDOM}\n"}), "config-map", "data.a.yaml"),
        (
            _object("Pod", metadata={"name": "x", "annotations": {"a/token": GITHUB}}),
            "annotation",
            "metadata.annotations.a/token",
        ),
        (
            _object("Pod", spec={"containers": [{"args": [f"--token={GITHUB}"]}]}),
            "manifest",
            "spec.containers[0].args[0]",
        ),
    ],
)
def test_each_place_in_an_object_has_its_rule(one: Declared, rule: str, path: str) -> None:
    places = ("env-value", "config-map", "annotation", "manifest")
    assert {place: found(f"secrets/{place}", one) for place in places} == {
        place: [f"x: {path}"] if place == rule else [] for place in places
    }


def test_a_secret_of_kubernetes_may_hold_secrets() -> None:
    secret = _object("Secret", stringData={"token": GITHUB})
    assert found("secrets/manifest", secret) == []


def test_user_data_is_decoded() -> None:
    for text in (PEM, base64.b64encode(PEM.encode()).decode()):
        template = aws("ec2/launchTemplate:LaunchTemplate", userData=text)
        assert found("secrets/user-data", template) == ["x: userData"]
        assert found("secrets/property", template) == []
    assert found("secrets/user-data", aws("ec2/instance:Instance", userDataBase64="!")) == []


def test_what_aws_keeps_may_hold_secrets_and_nothing_else() -> None:
    function = aws("lambda/function:Function", environment={"variables": {"TOKEN": GITHUB}})
    assert found("secrets/property", function) == ["x: environment.variables.TOKEN"]
    definition = json.dumps([{"environment": [{"name": "A", "value": GITHUB}]}])
    assert found("secrets/property", aws("ecs/taskDefinition:TaskDefinition", containerDefinitions=definition)) != []
    assert found("secrets/property", aws("secretsmanager/secretVersion:SecretVersion", secretString=RANDOM)) == []
    assert found("secrets/property", aws("ssm/parameter:Parameter", type="SecureString", value=GITHUB)) == []
    assert found("secrets/property", aws("ssm/parameter:Parameter", type="String", value=GITHUB)) == ["x: value"]


def test_values_outputs_and_files() -> None:
    release = Declared(RELEASE_TYPE, "x", "urn:x", {"chart": "c", "values": {"auth": [{"password": RANDOM}]}})
    assert found("secrets/helm-values", release) == ["x: values.auth[0].password"]
    stack = Declared("pulumi:pulumi:Stack", "x", "urn:x", {"token": GITHUB, "url": "https://x"})
    assert found("secrets/output", stack) == ["x: token"]
    told = {"cartorio:token": RANDOM, "cartorio:aws": '{"region": "sa-east-1"}', "cartorio:db": f'{{"x": "{GITHUB}"}}'}
    assert found("secrets/stack-file", configuration=told) == [": cartorio:token", ": cartorio:db"]


def _wrapped(data: bytes) -> str:
    """Base64 as the command `base64` writes it, in lines."""
    return base64.encodebytes(data).decode()


@pytest.mark.parametrize("packed", [False, True])
def test_user_data_is_read_as_a_machine_reads_it(*, packed: bool) -> None:
    text = f"#!/bin/sh\n# {'x' * 100}\nexport TOKEN={GITHUB}\n".encode()
    data = _wrapped(gzip.compress(text) if packed else text)
    for kind in ("ec2/launchTemplate:LaunchTemplate", "ec2/instance:Instance"):
        assert found("secrets/user-data", aws(kind, userData=data)) == ["x: userData"]
    assert found("secrets/user-data", aws("ec2/instance:Instance", userDataBase64=_wrapped(b"\x1f\x8bno"))) == []


def test_user_data_of_other_types_is_looked_at_as_well() -> None:
    data = _wrapped(f"export TOKEN={GITHUB}".encode())
    assert found("secrets/property", aws("ec2/launchConfiguration:LaunchConfiguration", userData=data)) == [
        "x: userData"
    ]
