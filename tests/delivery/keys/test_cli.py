"""`cartorio keys sync`, against moto: what it says and what it exits with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from components.keys.purposes import KeyPurpose
from tests.support.plan import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.delivery.keys.conftest import Keys, Ran
    from tests.support.stackfiles import Project

ENVELOPE = "alias/cartorio-local-envelope"


def test_keys_as_declared_are_no_finding(keys: Keys, sync: Callable[..., Ran]) -> None:
    ran = sync("--json")
    assert (ran.code, ran.err) == (0, "")
    told = json.loads(ran.out)
    assert (told["schema"], told["stack"], told["account"]) == ("cartorio.keys-sync/v1", "local", ACCOUNT)
    assert told["region"] == "sa-east-1"
    assert told["findings"] == told["notes"] == []
    assert {key["purpose"]: key["key"] for key in told["keys"]} == {
        purpose.value: key_id for purpose, key_id in keys.ids.items()
    }


def test_people_are_told_that_all_is_well(keys: Keys, sync: Callable[..., Ran]) -> None:
    ran = sync()
    assert ran.code == 0
    assert ran.out == f"all {len(keys.ids)} keys of stack local are as declared (account {ACCOUNT}, sa-east-1)\n"


def test_people_are_told_what_where_and_what_to_do(keys: Keys, sync: Callable[..., Ran]) -> None:
    key_id = keys.ids[KeyPurpose.ENVELOPE]
    keys.kms.disable_key(KeyId=key_id)
    ran = sync()
    assert ran.code == 1
    (line,) = [line for line in ran.out.splitlines() if line.startswith("disabled")]
    assert ENVELOPE in line
    assert "the key is disabled" in line
    assert f"aws kms enable-key --key-id {key_id}" in line
    assert "one finding in stack local" in ran.out


def test_what_stands_in_the_account_is_no_markup(keys: Keys, sync: Callable[..., Ran]) -> None:
    keys.create(keys.declared[KeyPurpose.S3], tags={"purpose": "[bold]x[/bold] :key:"})
    ran = sync()
    assert ran.code == 1
    assert "[bold]x[/bold] :key:" in ran.out


def test_a_stack_that_is_not_up_misses_every_key(cloud: str, sync: Callable[..., Ran]) -> None:
    assert cloud
    ran = sync("--json")
    assert ran.code == 1
    assert ran.kinds() == ["missing"] * len(KeyPurpose)
    assert {finding["remedy"] for finding in ran.findings()} == {"pulumi up --refresh --stack local"}


def test_a_key_that_is_leaving_is_a_note(keys: Keys, sync: Callable[..., Ran]) -> None:
    before = keys.ids[KeyPurpose.S3]
    keys.replace(KeyPurpose.S3)
    ran = sync("--json")
    assert (ran.code, ran.findings()) == (0, [])
    (note,) = json.loads(ran.out)["notes"]
    assert before in note
    assert note in " ".join(sync().out.split())


def test_nothing_is_changed(keys: Keys, sync: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.client import BaseClient

    keys.kms.disable_key(KeyId=keys.ids[KeyPurpose.EBS])
    called: list[str] = []
    send = BaseClient._make_api_call  # type: ignore[attr-defined]

    def spy(client: BaseClient, operation: str, arguments: object) -> object:
        called.append(operation)
        return send(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", spy)
    assert sync().code == 1
    assert "GetKeyPolicy" in called
    assert [name for name in called if not name.startswith(("List", "Get", "Describe"))] == []


def test_without_credentials(cloud: str, sync: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    assert cloud
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    ran = sync("--json")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("error: there are no credentials for AWS")
    assert "sign in to AWS" in ran.err


def test_credentials_of_another_account(cloud: str, project: Project, sync: Callable[..., Ran]) -> None:
    assert cloud
    project.config["cartorio:aws"]["accounts"] = ["999999999999"]
    project.write()
    ran = sync()
    assert (ran.code, ran.out) == (2, "")
    assert f"the credentials belong to account {ACCOUNT}; the stack is for 999999999999" in ran.err


def test_a_stack_that_there_is_not(sync: Callable[..., Ran]) -> None:
    ran = sync(stack="nonesuch")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no stack nonesuch" in ran.err
    assert "name one of: local" in ran.err


def test_settings_that_are_wrong(project: Project, sync: Callable[..., Ran]) -> None:
    project.config["cartorio:keys"]["rotationPeriodDays"] = 1
    project.write()
    ran = sync()
    assert (ran.code, ran.out) == (2, "")
    assert "cartorio:keys.rotationPeriodDays" in ran.err
    assert "Traceback" not in ran.err


def test_the_stack_has_to_be_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    from delivery import cli

    monkeypatch.setattr(sys, "argv", ["cartorio", "keys", "sync"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    assert "--stack" in capsys.readouterr().err


def test_help_has_examples_and_exit_codes(sync: Callable[..., Ran]) -> None:
    said = sync("--help").out
    assert "cartorio keys sync --stack producao" in said
    assert "Exit codes: 0 as declared, 1 findings" in said
