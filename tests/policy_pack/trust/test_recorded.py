"""What a rehearsal's record can do, and what it cannot: with a registry that has signatures and no image."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from guardrails.trust import Outcome, TrustPolicyError, Verifier
from guardrails.trust.mirrors import VARIABLE as MIRRORS
from guardrails.trust.mirrors import Origin
from guardrails.trust.recorded import SCHEMA, VARIABLE, Recorded, read_record
from guardrails.trust.reference import Digest, Repository
from tests.support.signing import Content, Signer
from tests.support.trust import NAME, Shelf, failed, named, refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from guardrails.trust import Verdict

REPOSITORY = "mirror/docker.io/hashicorp/vault"
DIGEST = f"sha256:{'a1' * 32}"
IMAGE = {"repository": f"{NAME}/{REPOSITORY}", "digest": DIGEST, "why": "not fetched"}
RECORD: dict[str, Any] = {"schema": SCHEMA, "registry": "http://127.0.0.1:5000", "images": [IMAGE]}


@pytest.fixture
def record(tmp_path: Path) -> Path:
    file = tmp_path / "images.json"
    file.write_text(json.dumps(RECORD))
    file.chmod(0o600)
    return file


def _read(file: Path) -> Recorded:
    return read_record({VARIABLE: str(file)})


def test_no_record_covers_nothing() -> None:
    found = read_record({})
    assert found == Recorded()
    assert not found.covers(Origin("http", "127.0.0.1:5000"), Repository(NAME, REPOSITORY), Digest.parse(DIGEST))


def test_it_covers_its_images_at_its_registry_and_nothing_else(record: Path) -> None:
    found, here = _read(record), Origin("http", "127.0.0.1:5000")
    image, digest = Repository(NAME, REPOSITORY), Digest.parse(DIGEST)
    assert found.covers(here, image, digest)
    assert not found.covers(here, Repository(NAME, "mirror/other"), digest)
    assert not found.covers(here, image, Digest.of(b"other"))
    assert not found.covers(Origin("http", "127.0.0.1:5001"), image, digest)
    assert not found.covers(Origin("https", "127.0.0.1:5000"), image, digest)
    assert not found.covers(Origin("https", NAME), image, digest)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"schema": "cartorio.images/v2"}, "its schema is not"),
        ({"registry": "https://127.0.0.1:5000"}, "not on loopback"),
        ({"registry": "http://registry.example:5000"}, "not on loopback"),
        ({"registry": "http://10.0.0.1:5000"}, "not on loopback"),
        ({"images": [{**IMAGE, "digest": "sha256:00"}]}, "takes 64"),
        ({"images": [{**IMAGE, "why": ""}]}, "a reason why"),
        ({"images": [{"digest": DIGEST}]}, "is not one"),
        ({"images": 1}, "is not one"),
    ],
)
def test_a_record_that_is_not_one_is_refused(record: Path, change: dict[str, Any], why: str) -> None:
    record.write_text(json.dumps({**RECORD, **change}))
    with pytest.raises(TrustPolicyError, match=why):
        _read(record)


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_record_that_others_may_write_is_refused(record: Path, mode: int) -> None:
    record.chmod(mode)
    with pytest.raises(TrustPolicyError, match="this user alone"):
        _read(record)


def test_a_record_that_is_no_file_or_not_there_is_refused(tmp_path: Path) -> None:
    for place in (tmp_path / "absent", tmp_path):
        with pytest.raises(TrustPolicyError, match="cannot be read"):
            _read(place)


@pytest.fixture
def verdict(shelf: Shelf, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Verdict]:
    """The verdict on an image of the mirror by a policy file, in an environment with or without a record."""
    (tmp_path / "import.pem").write_bytes(signer.pem)
    rule = {"name": "imported", "images": f"{NAME}/mirror/**", "require": [{"authorities": ["import"]}]}
    document = {
        "version": "cartorio.trust/v1",
        "authorities": {"import": {"keys": [{"source": "file:import.pem"}]}},
        "profiles": {"producao": {"rules": [rule]}},
    }
    (tmp_path / "trust.yaml").write_text(yaml.safe_dump(document))
    monkeypatch.setenv(MIRRORS, f"{NAME}=http://{shelf.host}")

    def judge(digest: str, *recorded: str, registry: str = "") -> Verdict:
        images = [{**IMAGE, "digest": one} for one in recorded]
        file = tmp_path / "record.json"
        file.write_text(json.dumps({**RECORD, "registry": f"http://{registry or shelf.host}", "images": images}))
        file.chmod(0o600)
        monkeypatch.setenv(VARIABLE, str(file))
        reference = named(digest, REPOSITORY)
        return Verifier.from_file(tmp_path / "trust.yaml", "producao").verify([reference])[reference]

    return judge


def _signed(shelf: Shelf, signer: Signer) -> str:
    """Put a signature of a digest, of which there is no image, into the registry."""
    content = Content()
    digest = str(Digest.of(os.urandom(16)))
    content.legacy(digest, signer.simple(digest))
    shelf.push(content, REPOSITORY)
    return digest


def test_a_recorded_image_is_trusted_for_its_signature(
    shelf: Shelf, signer: Signer, verdict: Callable[..., Verdict]
) -> None:
    digest = _signed(shelf, signer)
    found = verdict(digest, digest)
    assert found.outcome is Outcome.TRUSTED, found
    assert found.authorities == ("import",)


def test_the_record_replaces_no_signature(shelf: Shelf, verdict: Callable[..., Verdict]) -> None:
    stranger = _signed(shelf, Signer())
    refused(verdict(stranger, stranger), "not made by any key that the rule accepts")
    nobodys = str(Digest.of(b"nobody signed this"))
    refused(verdict(nobodys, nobodys), "no signature was found")


def test_what_is_not_recorded_or_elsewhere_is_as_absent_as_ever(
    shelf: Shelf, signer: Signer, verdict: Callable[..., Verdict]
) -> None:
    digest = _signed(shelf, signer)
    failed(verdict(digest), "it has no image with this digest")
    failed(verdict(digest, digest, registry="127.0.0.1:9"), "it has no image with this digest")


def test_a_record_that_cannot_be_believed_stops_the_verifier(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record.chmod(0o666)
    monkeypatch.setenv(VARIABLE, str(record))
    with pytest.raises(TrustPolicyError, match="this user alone"):
        Verifier.from_file(record.with_name("trust.yaml"), "producao")
