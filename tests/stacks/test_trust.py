"""What a stack's cluster admits and what the policy pack trusts are said in two files; here they are held together."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.support.stackfiles import ROOT, config_of, stack_files

STACKS = [file.name.split(".")[1] for file in stack_files()]
TRUST: dict[str, Any] = yaml.safe_load((ROOT / "policy_pack/trust.yaml").read_text(encoding="utf-8"))


def _rules(stack: str) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = TRUST["profiles"][config_of(stack)["cartorio:profile"]]["rules"]
    return rules


@pytest.mark.parametrize("stack", STACKS)
def test_every_registry_that_the_cluster_admits_is_one_that_the_policy_pack_asks_signatures_of(stack: str) -> None:
    trusted = {rule["images"] for rule in _rules(stack)}
    registries = config_of(stack)["cartorio:supply"]["registries"]
    assert registries
    assert {f"{registry}/**" for registry in registries} <= trusted


@pytest.mark.parametrize("stack", STACKS)
def test_the_policy_pack_trusts_the_key_that_the_stack_signs_with_and_no_other(stack: str) -> None:
    own = [rule for rule in _rules(stack) if "/mirror/" not in rule["images"]]
    names = {name for rule in own for asked in rule["require"] for name in asked["authorities"]}
    sources = {key["source"] for name in names for key in TRUST["authorities"][name]["keys"]}
    assert sources == {f"awskms:///alias/cartorio-{stack}-release-signing"}
