from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from components.errors import SettingsError
from components.sections.secrets import Secrets, from_vault, plain_secrets
from tests.support.stackfiles import Project, put

if TYPE_CHECKING:
    from pathlib import Path

MANAGED = {"name": "mail", "description": "Password of the mail relay."}
DELIVERY: dict[str, Any] = {
    "name": "mail",
    "namespace": "cartorio",
    "source": "secrets-manager",
    "entries": [{"key": "password", "secret": "mail"}],
}


def _secrets(**more: object) -> Secrets:
    return Secrets.model_validate_json(json.dumps({"managed": [MANAGED], "delivered": [DELIVERY], **more}))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"managed": [MANAGED, MANAGED]}, "twice"),
        ({"managed": []}, "must be declared in managed: 'mail' is not"),
        ({"delivered": [DELIVERY, DELIVERY]}, "twice"),
        ({"delivered": [{**DELIVERY, "entries": []}]}, "at least 1 item"),
        ({"delivered": [{**DELIVERY, "entries": DELIVERY["entries"] * 2}]}, "twice"),
        ({"delivered": [{**DELIVERY, "refreshMinutes": 1}]}, "greater than or equal to 5"),
        ({"managed": [{**MANAGED, "value": "hunter2"}]}, "not permitted"),
    ],
)
def test_what_is_refused(more: dict[str, Any], message: str) -> None:
    assert _secrets().replicas >= 1
    with pytest.raises(ValidationError, match=message):
        _secrets(**more)


def test_nothing_comes_from_a_vault_that_is_not_there() -> None:
    from_vault(_secrets())
    with pytest.raises(ValueError, match="needs cartorio:vault"):
        from_vault(_secrets(delivered=[{**DELIVERY, "source": "vault"}]))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("-----BEGIN EC PRIVATE KEY-----", "a private key"),
        ("AKIA" + "IOSFODNN7EXAMPLE", "an AWS access key"),
        ("hvs." + "a" * 24, "a Vault token"),
        ("ghp_" + "a" * 36, "a GitHub token"),
        ("https://hooks.slack.com/services/T0/B0/x", "a Slack token"),
        ("mongodb://admin:hunter2@mongo:27017", "a password in an address"),
    ],
)
def test_plain_secrets_are_found_where_they_are(text: str, what: str) -> None:
    assert list(plain_secrets({"a": [{"b": text}]})) == [("a.0.b", what)]


@pytest.mark.parametrize("text", ["plataforma", "https://charts.example.org", "arn:aws:iam::123456789012:role/x", ""])
def test_other_texts_are_none(text: str) -> None:
    assert list(plain_secrets((text,))) == []


def test_a_plain_secret_in_the_stacks_file_is_refused_without_showing_it(tmp_path: Path) -> None:
    project = Project(tmp_path)
    pasted = "AKIA" + "IOSFODNN7EXAMPLE"
    put(project.config, "cartorio:aws/owner", pasted)
    with pytest.raises(SettingsError, match=r"cartorio:aws\.owner +looks like an AWS access key") as caught:
        project.settings()
    assert pasted not in str(caught.value)


def test_vault_needs_certificates(tmp_path: Path) -> None:
    project = Project(tmp_path)
    put(project.config, "cartorio:certificates", None) if "cartorio:certificates" in project.config else None
    resources = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}}
    put(project.config, "cartorio:vault", {"storage": {"storageClass": "encrypted"}, "resources": resources})
    with pytest.raises(SettingsError, match="needs cartorio:certificates"):
        project.settings()
