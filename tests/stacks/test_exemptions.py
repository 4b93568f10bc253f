"""What the committed stacks run of others' images: which way it comes, and what of it is exempt from signatures."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from components.stack import build
from guardrails.catalogue import CATALOGUE
from guardrails.exemptions import read_exemptions
from guardrails.model import Profile
from guardrails.settings import read_settings
from tests.support.plan import run
from tests.support.stackfiles import ROOT, Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.plan import Plan

PACK = ROOT / "policy_pack"
WRITTEN_ON = date(2026, 11, 25)
EXEMPT = {
    *("vault-init", "vault-configure", "vault-snapshot"),
    *("mongodb-set", "neo4j-backup", "restore-test-job"),
}
REAL = pytest.mark.parametrize("stack", ["producao", "staging"])


def _plan(stack: str, folder: Path, *, custodians: bool = False) -> Plan:
    project = Project(folder, stack)
    if custodians:
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


@REAL
def test_every_image_of_a_job_comes_by_digest_from_an_allowed_registry(stack: str, tmp_path: Path) -> None:
    allowed = read_settings(PACK / "settings.yaml").registries[Profile(stack)]
    jobs = [one for one in _plan(stack, tmp_path).resources if one.type.startswith("kubernetes:batch/v1:")]
    images = [image for job in jobs for image in _images(job.inputs)]
    assert len(images) >= 3
    for image in images:
        assert image.startswith(tuple(f"{registry}/" for registry in allowed)), image
        assert "@sha256:" in image


def test_the_exemptions_are_valid_on_the_day_they_were_written_and_end() -> None:
    text = (PACK / "exemptions.yaml").read_text("utf-8")
    exemptions, problems = read_exemptions(text, WRITTEN_ON, {policy.id for policy in CATALOGUE})
    assert problems == ()
    assert {exemption.rule for exemption in exemptions} == {"image/signed"}
    later = read_exemptions(text, date(2027, 6, 1), {policy.id for policy in CATALOGUE})
    assert later[0] == ()
    assert len(later[1]) == len(exemptions)


@REAL
def test_only_these_are_exempted_from_signatures(stack: str, tmp_path: Path) -> None:
    text = (PACK / "exemptions.yaml").read_text("utf-8")
    exemptions, _ = read_exemptions(text, WRITTEN_ON, {policy.id for policy in CATALOGUE})
    plan = _plan(stack, tmp_path, custodians=True)
    urns = {
        one.name: one.urn.replace("urn:pulumi:stack::project::", f"urn:pulumi:{stack}::cartorio::")
        for one in plan.resources
    }
    covered = {name for name, urn in urns.items() if any(one.covers("image/signed", urn) for one in exemptions)}
    assert covered == EXEMPT
    assert not any(one.covers("image/allowed-registry", urn) for one in exemptions for urn in urns.values())
