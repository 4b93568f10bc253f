from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.providers.aws.recorded import Recorded
from lab.providers.aws.resource import Table
from lab.providers.model import NotFoundError, ResourceError

if TYPE_CHECKING:
    from lab.providers.model import Properties
    from tests.support.provider_engine import Engine

POLICY = "aws:backup/vaultPolicy:VaultPolicy"


class _Thing(Recorded):
    table = Table("aws:backup/vaultPolicy:VaultPolicy", "backup", inputs=("backupVaultName",))
    reason = "there is no API for things"

    def identity(self, inputs: Properties) -> str:
        return str(inputs["backupVaultName"])


def test_an_import_says_why_there_is_nothing_to_import() -> None:
    thing = _Thing(None)  # type: ignore[arg-type]  # an import that fails asks for no account
    with pytest.raises(NotFoundError, match="no API for things"):
        thing.read("one", {})


def test_no_api_is_called() -> None:
    thing = _Thing(None)  # type: ignore[arg-type]  # as above
    with pytest.raises(ResourceError, match="no API for things"):
        thing.make(None, {})  # type: ignore[arg-type]  # as above


def test_what_aws_told_at_its_creation_stays(engine: Engine) -> None:
    policy = engine.create(POLICY, "p", {"backupVaultName": "vault", "policy": "{}"})
    changed = engine.update(policy, {"backupVaultName": "vault", "policy": '{"Version":"2012-10-17"}'})
    assert changed.outputs["backupVaultArn"] == policy.outputs["backupVaultArn"]
    assert changed.outputs["policy"] != policy.outputs["policy"]
