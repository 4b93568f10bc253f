"""What is previewed, and in which order; `make bench` previews it for real."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import yaml

from lab.bench import image_previews as module
from lab.bench.image_previews import Previewed, measure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest


def test_both_are_previewed_in_turns_with_the_pack_and_nothing_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, str]] = []

    def pulumi(arguments: tuple[str, ...], project: Path, variables: Mapping[str, str]) -> None:
        ran.append((arguments[0], project.name))
        assert variables["CARTORIO_EVIDENCE_CACHE"] == "off"
        assert not {"KUBECONFIG", "PULUMI_OPTION_POLICY_PACK"} & variables.keys()
        if arguments[0] == "stack":
            (project / "Pulumi.bench.yaml").write_text("encryptionsalt: x\n")
        else:
            pack, levels = (tmp_path / name for name in ("policy_pack", "levels.json"))
            assert arguments[-4:] == ("--policy-pack", str(pack), "--policy-pack-config", str(levels))
            assert json.loads(levels.read_text()) == {"all": "disabled", "image/signed": "mandatory"}

    monkeypatch.setattr(module, "pulumi", pulumi)
    trust = tmp_path / "own.yaml"
    trust.write_text("of the bench")
    assert measure(tmp_path, ["a", "b"], trust, {"KUBECONFIG": "x", "PULUMI_OPTION_POLICY_PACK": "y"}).plain >= 0
    assert ran == [("stack", "pods"), ("stack", "others"), *[("preview", "pods"), ("preview", "others")] * 4]
    pack = tmp_path / "policy_pack"
    assert (pack / "trust.yaml").read_text() == "of the bench"
    assert yaml.safe_load((pack / "PulumiPolicy.yaml").read_text())["runtime"]["options"]["virtualenv"] == sys.prefix
    for name in ("pods", "others"):
        project = tmp_path / name
        assert yaml.safe_load((project / "Pulumi.bench.yaml").read_text())["config"] == {"cartorio:profile": "local"}
        assert json.loads((project / "images.json").read_text()) == ["a", "b"]
        compile((project / "__main__.py").read_text(), name, "exec")


def test_what_images_cost_is_the_difference() -> None:
    assert Previewed(verified=6.5, plain=5.0).more == 1.5
