"""The lab's import of third-party images: the real cosign, the session's registry and KMS, and the pack's verifier."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml

from guardrails.trust import Outcome, Verifier
from lab.errors import LabError
from lab.image.imports import KEY, RECORD, Image, ask, sign
from lab.paths import PROJECT_ROOT
from lab.report import Quiet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.lab import RunningLab

NAME = "registry.cartorio.internal/mirror"
GOOD = {"repository": f"{NAME}/x/y", "tag": "1", "digest": f"sha256:{'a' * 64}", "source": "docker.io/x/y"}


def test_this_program_tells_the_images_that_a_stack_names_within_the_organisation() -> None:
    images = ask(PROJECT_ROOT, [PROJECT_ROOT / "Pulumi.producao.yaml", PROJECT_ROOT / "Pulumi.local.yaml"])
    assert {f"{NAME}/docker.io/hashicorp/vault", f"{NAME}/public.ecr.aws/aws-cli/aws-cli"} <= {
        image.repository for image in images
    }
    assert all(image.repository.startswith(f"{NAME}/") for image in images)  # not `local`'s, which has no mirrors


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "components").mkdir()
    (tmp_path / "components" / "__init__.py").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"repository": f"{NAME}/../x"}, "no image by digest"),
        ({"digest": "sha256:00"}, "no image by digest"),
        ({"tag": "-"}, "no image by digest"),
        ({"colour": "red"}, "does not tell its images"),
    ],
)
def test_what_is_no_image_is_refused(program: Path, change: dict[str, str], complaint: str) -> None:
    (program / "components" / "pins.py").write_text(f"print({json.dumps([{**GOOD, **change}])!r})")
    with pytest.raises(LabError, match=complaint):
        ask(program, [])


def test_a_program_that_does_not_run_is_an_error_in_its_own_words(program: Path) -> None:
    (program / "components" / "pins.py").write_text("raise SystemExit('no mirrors: none')")
    with pytest.raises(LabError, match="does not tell its images: no mirrors: none"):
        ask(program, [])


class _Told(Quiet):
    def __init__(self) -> None:
        self.steps: list[str] = []

    def step(self, name: str, state: str) -> None:
        assert name == "imports"
        self.steps.append(state)


def _images(count: int) -> tuple[Image, ...]:
    made = (uuid.uuid4().hex for _ in range(count))
    return tuple(
        Image(f"{NAME}/tests/{name}", "1.0", f"sha256:{name}{name}", f"docker.io/tests/{name}") for name in made
    )


def _verdicts(
    lab: RunningLab, record: Path, images: tuple[Image, ...], monkeypatch: pytest.MonkeyPatch
) -> set[Outcome]:
    rule = {"name": "imported", "images": f"{NAME}/**", "require": [{"authorities": ["import"]}]}
    document = {
        "version": "cartorio.trust/v1",
        "authorities": {"import": {"keys": [{"source": f"awskms:///{KEY}"}]}},
        "profiles": {"producao": {"rules": [rule]}},
    }
    trust = record.with_name("trust.yaml")
    trust.write_text(yaml.safe_dump(document))
    for name, value in {**lab.environment(), RECORD: str(record)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CARTORIO_REGISTRY_MIRRORS", f"registry.cartorio.internal=http://{lab.endpoints.registry}")
    verdicts = Verifier.from_file(trust, "producao").verify(map(str, images))
    return {verdict.outcome for verdict in verdicts.values()}


def test_digests_are_signed_without_their_images_and_only_once(
    lab: RunningLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, told = _images(2), _Told()

    def run(images: tuple[Image, ...], registry_generation: str = "") -> Path:
        endpoints = replace(lab.endpoints, registry_generation=registry_generation or lab.endpoints.registry_generation)
        done = sign(images, tmp_path, lab.toolchain, endpoints, lab.environment(), told)
        assert done.images == tuple(sorted(images))
        assert all(done.recorded.values())
        assert done.environment == {RECORD: str(tmp_path / "images.json")}
        return tmp_path / "images.json"

    record = run(images)
    assert record.stat().st_mode & 0o777 == 0o600
    assert _verdicts(lab, record, images, monkeypatch) == {Outcome.TRUSTED}
    assert told.steps == ["signing 2 third-party images", "2 third-party images signed by digest"]
    more = (*images, *_images(1))
    run(more)
    assert told.steps[2:] == ["signing 1 third-party images", "1 third-party images signed by digest"]
    run(images)
    assert len(told.steps) == 4
    # The record still has what an earlier call signed: another shell may be at work with it.
    assert _verdicts(lab, record, more, monkeypatch) == {Outcome.TRUSTED}
    # A registry that was started anew has forgotten all.
    run(images, registry_generation="another")
    assert told.steps[4:5] == ["signing 2 third-party images"]


def test_a_registry_that_refuses_is_an_error_in_cosign_s_words(lab: RunningLab, tmp_path: Path) -> None:
    endpoints = replace(lab.endpoints, registry="127.0.0.1:9")
    with pytest.raises(LabError, match=r"(?s)cosign does not sign the imported images \(exit 1\).*127.0.0.1:9"):
        sign(_images(1), tmp_path, lab.toolchain, endpoints, lab.environment(), Quiet())
    assert not (tmp_path / "images.json").exists()


def test_a_kms_that_does_not_answer_is_said(lab: RunningLab, tmp_path: Path) -> None:
    nowhere = {**lab.environment(), "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    with pytest.raises(LabError, match="KMS has no key for imports"):
        sign(_images(1), tmp_path, lab.toolchain, lab.endpoints, nowhere, Quiet())
