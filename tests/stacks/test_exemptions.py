"""What the committed stacks run of others' images: by which way it comes and who signs it. Nothing is exempt."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from components.pins import named
from components.sources import Mirrored, Sources
from components.stack import build
from guardrails.catalogue import CATALOGUE
from guardrails.exemptions import read_exemptions
from guardrails.model import Profile
from guardrails.settings import read_settings
from guardrails.trust.policy_file import load_policy
from guardrails.trust.reference import Reference
from tests.support.plan import run
from tests.support.stackfiles import ROOT, Project, config_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.plan import Plan

PACK = ROOT / "policy_pack"
WRITTEN_ON = date(2026, 11, 25)


@pytest.fixture(scope="module", params=["producao", "staging"])
def stack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def plan(stack: str, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return _plan(stack, tmp_path_factory.mktemp("project"))


def _plan(stack: str, folder: Path) -> Plan:
    project = Project(folder, stack)
    # With custodians Vault is initialised, by one job more.
    people = [{"name": f"custodian-{number}", "pgpKey": _key("abc"[number])} for number in range(3)]
    project.config["cartorio:vault"]["recovery"]["custodians"] = people
    settings = project.settings({"KUBECONFIG": "kubeconfig"})
    return run(lambda: build(settings), stack=stack)[0]


def _key(letter: str) -> str:
    return f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{letter * 220}\n-----END PGP PUBLIC KEY BLOCK-----"


def _images(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("image"), str):
            yield value["image"]
        for member in value.values():
            yield from _images(member)
    elif isinstance(value, list):
        for member in value:
            yield from _images(member)


def test_every_image_of_a_job_comes_by_digest_from_an_allowed_registry(stack: str, plan: Plan) -> None:
    allowed = read_settings(PACK / "settings.yaml").registries[Profile(stack)]
    jobs = [one for one in plan.resources if one.type.startswith("kubernetes:batch/v1:")]
    images = [image for job in jobs for image in _images(job.inputs)]
    assert len(images) >= 3
    for image in images:
        assert image.startswith(tuple(f"{registry}/" for registry in allowed)), image
        assert "@sha256:" in image


def test_nothing_is_exempt_from_any_rule() -> None:
    text = (PACK / "exemptions.yaml").read_text("utf-8")
    assert read_exemptions(text, WRITTEN_ON, {policy.id for policy in CATALOGUE}) == ((), ())


def test_every_third_party_image_by_digest_is_one_that_the_import_signs(stack: str, plan: Plan) -> None:
    """What a plan names, `python -m components.pins images` tells the import, under the very same name."""
    images = {image for one in plan.resources for image in _images(one.inputs) if "@sha256:" in image}
    others = {image for image in images if not image.startswith("registry.cartorio.internal/cartorio/")}
    told = {f"{one['repository']}:{one['tag']}@{one['digest']}" for one in named([_sources(stack)])}
    assert len(others) >= 6
    assert others <= told


def test_the_import_key_speaks_for_the_mirror_and_for_nothing_else(stack: str) -> None:
    policy = load_policy(PACK / "trust.yaml")
    rules = {rule.name: rule for rule in policy.profiles[stack].rules}
    asked = {name: {who for one in rule.require for who in one.authorities} for name, rule in rules.items()}
    assert asked.pop("imported") == {"import"}
    assert not any("import" in names for names in asked.values())
    covering = policy.rule_for(stack, Reference.parse("registry.cartorio.internal/mirror/docker.io/x/y").repository)
    assert covering == rules["imported"]
    assert policy.rule_for(stack, Reference.parse("docker.io/hashicorp/vault").repository) is None


def _sources(stack: str) -> Sources:
    entries = config_of(stack)["cartorio:mirrors"]
    return Sources(tuple(Mirrored(entry["source"], entry["mirror"]) for entry in entries))
