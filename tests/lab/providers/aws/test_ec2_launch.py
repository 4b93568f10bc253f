from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import ELSEWHERE, retag
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine

TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


def _volume(**changes: object) -> dict[str, Any]:
    ebs = {"volumeType": "gp3", "volumeSize": 60, "encrypted": "true", "deleteOnTermination": "true"}
    return {"deviceName": "/dev/xvdb", "ebs": {**ebs, "kmsKeyId": "arn:aws:kms:sa-east-1:1:key/k", **changes}}


def _text(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


CASES = (
    Case(
        TEMPLATE,
        {
            "name": "nodes",
            "description": "Nodes",
            "userData": _text("[settings]"),
            "metadataOptions": {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1},
            "monitoring": {"enabled": True},
            "blockDeviceMappings": [_volume()],
            "tagSpecifications": [{"resourceType": "instance", "tags": {"owner": "plataforma"}}],
            "tags": {"Name": "nodes"},
        },
        updates=(
            {"description": "Nodes of a group"},
            {"userData": _text("[settings.kernel]")},
            {"metadataOptions": {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 2}},
            {"monitoring": {"enabled": False}},
            {"blockDeviceMappings": [_volume(volumeSize=80, deleteOnTermination="false")]},
            {"tagSpecifications": [{"resourceType": "volume", "tags": {"owner": "plataforma"}}]},
            {"tags": {"Name": "others"}},
        ),
        replaces=({"name": "other"}, ELSEWHERE),
        spoilt="tags",
        spoil=retag,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_drifts(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_a_change_makes_a_version_and_tags_do_not(engine: Engine) -> None:
    made = engine.create(TEMPLATE, "t", {"monitoring": {"enabled": True}})
    assert made.outputs["latestVersion"] == 1
    changed = engine.update(made, {"monitoring": {"enabled": False}})
    assert changed.outputs["latestVersion"] == 2
    tagged = engine.update(changed, {"monitoring": {"enabled": False}, "tags": {"a": "b"}})
    assert tagged.outputs["latestVersion"] == 2


def test_a_flag_is_true_or_false(engine: Engine) -> None:
    with pytest.raises(RefusedError, match="'yes' is neither 'true' nor 'false'"):
        engine.create(TEMPLATE, "t", {"blockDeviceMappings": [_volume(encrypted="yes")]})
