"""A cloud of the tests' own (moto) in which a stack's keys stand as declared, and the command that looks at them."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from components.account import KnownAccount
from components.keys.inventory import DeclaredKey, inventory
from components.policies import rendered
from components.wiring.keys import platform_users
from delivery import cli
from tests.support.plan import ACCOUNT
from tests.support.stackfiles import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from components.keys.purposes import KeyPurpose

REGION = "sa-east-1"


@dataclass(frozen=True)
class Ran:
    """What the command did."""

    code: int
    out: str
    err: str

    def findings(self) -> list[dict[str, Any]]:
        """The findings of its JSON."""
        found: list[dict[str, Any]] = json.loads(self.out)["findings"]
        return found

    def kinds(self) -> list[str]:
        """What kinds of findings its JSON has."""
        return [finding["kind"] for finding in self.findings()]


class Keys:
    """A stack's keys, as its program would have made them; `kms` is for spoiling them."""

    def __init__(self, kms: Any, project: Project) -> None:  # noqa: ANN401 - boto3 makes it at run time
        self.kms = kms
        account = KnownAccount(ACCOUNT, "aws", REGION)
        configuration = project.settings().configuration
        users = platform_users(project.stack, configuration, account)
        self.declared = {key.purpose: key for key in inventory(project.stack, configuration.keys, users, account)}
        self.ids = {purpose: self.create(key) for purpose, key in self.declared.items()}

    def create(self, key: DeclaredKey, **changed: Any) -> str:  # noqa: ANN401 - anything that KMS takes
        """A key as declared, but for what is `changed`, and its alias if it has none yet."""
        tags = {"project": "cartorio", "stack": "local", "purpose": key.purpose.value} | changed.pop("tags", {})
        made = self.kms.create_key(
            **{
                "KeySpec": key.spec,
                "KeyUsage": key.usage,
                "Policy": json.dumps(rendered(*key.policy)),
                "MultiRegion": key.multi_region,
                "Tags": [{"TagKey": name, "TagValue": value} for name, value in tags.items()],
                **changed,
            }
        )
        key_id: str = made["KeyMetadata"]["KeyId"]
        if key.rotates:
            self.kms.enable_key_rotation(KeyId=key_id)
        if all(alias["AliasName"] != key.alias for alias in self.kms.list_aliases()["Aliases"]):
            self.kms.create_alias(AliasName=key.alias, TargetKeyId=key_id)
        return key_id

    def replace(self, purpose: KeyPurpose, **changed: Any) -> str:  # noqa: ANN401 - anything that KMS takes
        """Put another key behind the alias; the one before is gone."""
        key, before = self.declared[purpose], self.ids[purpose]
        self.kms.delete_alias(AliasName=key.alias)
        self.kms.schedule_key_deletion(KeyId=before, PendingWindowInDays=7)
        return self.create(key, **changed)


@pytest.fixture(scope="session")
def cloud_url() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def cloud(cloud_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty cloud, with credentials for it in the environment and none of the developer's own."""
    httpx.post(f"{cloud_url}/moto-api/reset", timeout=10).raise_for_status()
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_STS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ENDPOINT_URL": cloud_url,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "no-credentials"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return cloud_url


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    project = Project(folder)
    project.write()
    return project


@pytest.fixture
def keys(cloud: str, project: Project) -> Keys:
    """The keys of the stack `local`, as declared."""
    del cloud
    return Keys(boto3.client("kms", region_name=REGION), project)


@pytest.fixture
def sync(project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run `cartorio keys sync`, as the installed program would."""

    def run(*arguments: str, stack: str = "local") -> Ran:
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # credentials are looked for anew
        command = ["cartorio", "keys", "sync", "--stack", stack, "--project", str(project.folder), *arguments]
        monkeypatch.setattr(sys, "argv", command)
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run
