"""The scripts as the jobs run them, against a stand-in for Vault's command that answers in Vault's own forms."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[3] / "components" / "vault" / "scripts"
TOKEN = "hvs.the-initial-root-token"
VAULT = """#!/bin/bash
echo "$*" >>"$LOG"
case "$*" in
  "operator init -status") exit "$INITIALISED" ;;
  "operator init -format=json"*)
    printf '{\\n  "recovery_keys_b64": [\\n    "shareA"\\n  ],\\n  "root_token": "%s"\\n}\\n' "$ROOT" ;;
  "token lookup -format=json") printf '{\\n  "data": {\\n    "accessor": "own",\\n  }\\n}\\n' ;;
  "token lookup -format=json -accessor lost")
    # More follows than a pipe holds: who stops reading at the match kills this.
    printf '{\\n    "policies": [\\n      "root"\\n'
    printf '%200000s\\n    ]\\n}\\n' '' ;;
  "token lookup -format=json -accessor fine") printf '{\\n    "display_name": "root",\\n "policies": ["x"]\\n}\\n' ;;
  "list auth/token/accessors") printf 'Keys\\n----\\nown\\nlost\\nfine\\n' ;;
  "auth list") printf 'Path\\ntoken/\\n' ;;
esac
"""
AWS = """#!/bin/bash
echo "$*" >>"$LOG"
case "$*" in *describe-secret*) echo "$KEPT" ;; esac
"""


class Ground:
    """A folder with the stand-ins, and what they were asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.log.touch()
        for name, text in (("vault", VAULT), ("aws", AWS)):
            (folder / name).write_text(text, encoding="utf-8")
            (folder / name).chmod(0o700)
        (folder / "00-ana.asc").touch()
        (folder / "01-bia.asc").touch()

    def run(self, script: str, **told: str) -> subprocess.CompletedProcess[str]:
        shell = shutil.which("bash")
        assert shell is not None
        where = {name: str(self.folder) for name in ("CUSTODIANS", "HANDOVER", "CONFIGURATION")}
        environment = {
            **where,
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "LOG": str(self.log),
            "SCRIPTS": str(SCRIPTS),
            "VAULT_ADDR": "https://vault-0",
            "ROOT": TOKEN,
            **told,
        }
        return subprocess.run(
            [shell, str(SCRIPTS / script)], env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    def init(self, initialised: int) -> subprocess.CompletedProcess[str]:
        return self.run("init.sh", INITIALISED=str(initialised), RECOVERY_SHARES="2", RECOVERY_THRESHOLD="2")


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


def test_initialising_hands_over_the_shares_and_revokes_every_root_token(ground: Ground) -> None:
    done = ground.init(2)
    assert done.returncode == 0, done.stderr
    kept = json.loads((ground.folder / "recovery.json").read_text(encoding="utf-8"))
    assert kept == {"recovery_keys_b64": ["shareA"], "root_token": "revoked"}
    asked = ground.log.read_text(encoding="utf-8").splitlines()
    assert f"-recovery-pgp-keys={ground.folder}/00-ana.asc,{ground.folder}/01-bia.asc" in "\n".join(asked)
    assert [line for line in asked if "revoke" in line] == ["token revoke -accessor lost", "token revoke -self"]
    assert asked[-1] == "token revoke -self"
    audit = next(index for index, line in enumerate(asked) if line.startswith("audit enable"))
    assert audit < asked.index("auth enable kubernetes"), "what follows is in the audit log"


def test_the_token_is_neither_printed_nor_an_argument_nor_in_a_file(ground: Ground) -> None:
    done = ground.init(2)
    assert done.returncode == 0, done.stderr
    assert TOKEN not in done.stdout + done.stderr
    for file in ground.folder.iterdir():
        assert TOKEN not in file.read_text(encoding="utf-8"), file.name


def test_an_initialised_vault_is_left_alone(ground: Ground) -> None:
    assert ground.init(0).returncode == 0
    assert ground.log.read_text(encoding="utf-8").splitlines() == ["operator init -status"]


def test_a_vault_that_does_not_answer_is_tried_again(ground: Ground) -> None:
    done = ground.init(1)
    assert done.returncode == 1
    assert "trying again" in done.stderr


@pytest.mark.parametrize(("handed", "kept", "code"), [(True, "0", 0), (False, "1", 0), (False, "0", 1)])
def test_shares_that_nobody_has_are_an_error(ground: Ground, handed: bool, kept: str, code: int) -> None:  # noqa: FBT001 - parametrised
    if handed:
        (ground.folder / "recovery.json").write_text("{}", encoding="utf-8")
    done = ground.run("keep.sh", RECOVERY_SECRET="arn:secret", KEPT=kept)
    assert done.returncode == code
    assert ("put-secret-value" in ground.log.read_text(encoding="utf-8")) is handed
    assert ("nobody has its recovery shares" in done.stderr) is (code == 1)


def test_configuring_before_initialising_says_what_is_missing(ground: Ground) -> None:
    done = ground.run("configure.sh", INITIALISED="2")
    assert done.returncode == 1
    assert "name recovery custodians" in done.stderr
