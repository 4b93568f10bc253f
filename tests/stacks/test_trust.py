"""What a stack's cluster admits and what the policy pack trusts are said in two files; here they are held together."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest
import yaml

from components.pins import images
from guardrails.trust import trust_root
from guardrails.trust.key_source import FileSource
from guardrails.trust.patterns import RepositoryPattern
from guardrails.trust.policy_file import load_policy
from guardrails.trust.reference import Reference
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


def test_what_is_known_of_the_makers_of_third_party_images_is_asked_of_what_is_imported() -> None:
    imported = {pin.repository for pin in images()}
    for rule in TRUST["profiles"]["origins"]["rules"]:
        pattern = RepositoryPattern.parse(rule["images"])
        assert any(pattern.covers(Reference.parse(name).repository) for name in imported), rule


WORKFLOW = "/source-controller/.github/workflows/release.yml@refs/tags/v1.9.6"


@pytest.mark.parametrize(
    ("subject", "covered"),
    [
        (f"https://github.com/fluxcd{WORKFLOW}", True),
        (f"https://github.com/fluxcd.attacker{WORKFLOW}", False),
        (f"https://github.com/attacker/fluxcd{WORKFLOW}", False),
        (f"https://github.com.attacker.example/fluxcd{WORKFLOW}", False),
        (f"https://githubxcom/fluxcd{WORKFLOW}", False),
    ],
)
def test_flux_s_images_are_signed_by_its_own_workflows(subject: str, *, covered: bool) -> None:
    (identity,) = load_policy(ROOT / "policy_pack/trust.yaml").authorities["fluxcd"].identities
    assert identity.covers("https://token.actions.githubusercontent.com", subject) is covered
    assert not identity.covers("https://accounts.google.com", subject)


def test_the_public_root_is_the_one_that_sigstore_python_ships() -> None:
    """A newer sigstore-python may bring a newer one: take that over, and look at what changed."""
    shipped = resources.files("sigstore") / "_store/https%3A%2F%2Ftuf-repo-cdn.sigstore.dev/trusted_root.json"
    committed = ROOT / "policy_pack/roots/sigstore-public-good.json"
    assert committed.read_bytes() == shipped.read_bytes()
    root = trust_root.load(FileSource(committed.name), committed.parent)
    assert root.logs
    assert root.authorities
