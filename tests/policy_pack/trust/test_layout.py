"""Folders in place of registries: what cosign and crane wrote, what a test wrote, and what is none."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.trust import Outcome
from guardrails.trust.access import Access
from guardrails.trust.limits import Limits
from guardrails.trust.mirrors import Mirrors
from tests.support.signing import Content, Cosign, Signer, encode, sha256
from tests.support.trust import NAME, Shelf, Trust, failed, judged, refused

if TYPE_CHECKING:
    from pathlib import Path

    from guardrails.trust import Verdict
    from lab.services import Tools

REF = "org.opencontainers.image.ref.name"


class Folder:
    """A layout made by the test."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = Content()
        self.image = self.content.image()
        self.listed: list[dict[str, Any]] = [{**self.image, "annotations": {REF: "1.0"}}]

    @property
    def digest(self) -> str:
        return str(self.image["digest"])

    def write(self) -> None:
        for name, data in {
            **self.content.blobs,
            **{name: data for name, (_, data) in self.content.manifests.items() if ":" in name},
        }.items():
            algorithm, _, value = name.partition(":")
            place = self.path / "blobs" / algorithm
            place.mkdir(parents=True, exist_ok=True)
            (place / value).write_bytes(data)
        (self.path / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        (self.path / "index.json").write_bytes(encode({"schemaVersion": 2, "manifests": self.listed}))

    def legacy(self, signer: Signer) -> None:
        tag = self.digest.replace(":", "-") + ".sig"
        self.content.legacy(self.digest, signer.simple(self.digest))
        media_type, data = self.content.manifests[tag]
        described = {"mediaType": media_type, "digest": sha256(data), "size": len(data)}
        self.listed.append({**described, "annotations": {REF: tag}})

    def bundle(self, signer: Signer) -> None:
        self.listed.append(self.content.referrer(self.image, signer.bundle(self.digest)))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "layouts" / "cartorio" / "api")


def verdict(folder: Path, digest: str, keys: Path, signer: Signer) -> Verdict:
    keys.mkdir(exist_ok=True)
    return judged(Trust(keys, f"{folder}", "oci").verifier(release=[signer.pem]), digest)


@pytest.mark.parametrize("legacy", [True, False])
def test_what_is_signed_in_a_layout_is_trusted(tmp_path: Path, folder: Folder, signer: Signer, *, legacy: bool) -> None:
    (folder.legacy if legacy else folder.bundle)(signer)
    folder.write()
    for mirror in (tmp_path / "layouts", folder.path):  # one for each repository, or the one
        assert verdict(mirror, folder.digest, tmp_path / "keys", signer).outcome is Outcome.TRUSTED


@pytest.mark.parametrize("legacy", [True, False])
def test_what_cosign_saved_is_trusted(
    tmp_path: Path, shelf: Shelf, cosign: Cosign, signer: Signer, *, legacy: bool
) -> None:
    digest = shelf.image()
    cosign.sign("release", shelf.direct(digest), legacy=legacy)
    saved = tmp_path / "saved"
    command = [str(cosign.program), "save", "--allow-http-registry", f"--dir={saved}", shelf.direct(digest)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "HOME": str(tmp_path)}, timeout=60)
    assert verdict(saved, digest, tmp_path / "keys", signer).outcome is Outcome.TRUSTED
    refused(verdict(saved, digest, tmp_path / "keys", Signer()), "not made by any key")


def test_a_layout_of_too_many_files_is_not_searched(tmp_path: Path, folder: Folder, signer: Signer) -> None:
    folder.write()
    verifier = Trust(tmp_path, f"{folder.path}", "oci").verifier(release=[signer.pem], limits=Limits(layout_files=2))
    refused(judged(verifier, folder.digest), "more than 2 files")


def test_an_image_that_crane_pulled_is_there_and_unsigned(
    tmp_path: Path, shelf: Shelf, toolchain: Tools, signer: Signer
) -> None:
    digest = shelf.image()
    pulled = tmp_path / "pulled"
    command = [str(toolchain.path("crane")), "pull", "--insecure", "--format=oci", shelf.direct(digest), str(pulled)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    refused(verdict(pulled, digest, tmp_path / "keys", signer), "no signature was found")


def test_bytes_in_a_layout_are_checked_too(tmp_path: Path, folder: Folder, signer: Signer) -> None:
    folder.bundle(signer)
    folder.write()
    for path in (folder.path / "blobs" / "sha256").iterdir():
        data = path.read_bytes()
        if b"dsseEnvelope" in data:
            path.write_bytes(data.replace(b"dsse", b"DSSE"))
    refused(verdict(folder.path, folder.digest, tmp_path / "keys", signer), "when asked for sha256:")


def test_a_referrer_that_is_missing_is_named(tmp_path: Path, folder: Folder, signer: Signer) -> None:
    folder.bundle(signer)
    folder.write()
    for path in (folder.path / "blobs" / "sha256").iterdir():
        if b"dsseEnvelope" in path.read_bytes():
            path.unlink()
    failed(verdict(folder.path, folder.digest, tmp_path / "keys", signer), "which it lists itself")


def test_a_tag_is_pinned_to_what_the_layout_says(tmp_path: Path, folder: Folder, signer: Signer) -> None:
    folder.write()
    (tmp_path / "keys").mkdir()
    verifier = Trust(tmp_path / "keys", f"{folder.path}", "oci").verifier(release=[signer.pem])
    found = verifier.pin([f"{NAME}/cartorio/api:{tag}" for tag in ("1.0", "2.0")])
    assert found[f"{NAME}/cartorio/api:1.0"] == f"{NAME}/cartorio/api:1.0@{folder.digest}"
    assert "no tag '2.0'" in str(found[f"{NAME}/cartorio/api:2.0"])
    folder.listed.append({**folder.content.image(), "annotations": {REF: "1.0"}})
    folder.write()
    assert "are called" in str(verifier.pin([f"{NAME}/cartorio/api:1.0"])[f"{NAME}/cartorio/api:1.0"])


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("oci-layout", None, "is no OCI layout"),
        ("oci-layout", "{", "not JSON"),
        ("oci-layout", '{"imageLayoutVersion":"2.0.0"}', "the layout's version"),
        ("index.json", None, "lists no manifests"),
        ("index.json", '{"manifests":[1]}', "lists no manifests"),
        ("index.json", '{"manifests":[{"digest":"x"}]}', "not a digest"),
        ("index.json", '{"manifests":[' + "{}," * 300 + "{}]}", "more than the 256"),
        ("index.json", " " * 2_000_000, "more than the 1048576 bytes"),
    ],
)
def test_what_is_no_layout_says_why(
    tmp_path: Path, folder: Folder, signer: Signer, name: str, text: str | None, why: str
) -> None:
    folder.write()
    if text is None:
        (folder.path / name).unlink()
    else:
        (folder.path / name).write_text(text)
    found = verdict(tmp_path / "layouts", folder.digest, tmp_path / "keys", signer)
    assert found.outcome is not Outcome.TRUSTED
    assert any(why in reason for reason in found.reasons), found.reasons


def test_a_pipe_in_a_layout_is_not_waited_for(tmp_path: Path, folder: Folder, signer: Signer) -> None:
    folder.write()
    (folder.path / "index.json").unlink()
    os.mkfifo(folder.path / "index.json")
    refused(verdict(folder.path, folder.digest, tmp_path / "keys", signer), "not a regular file")


def test_an_absent_image_is_absent(tmp_path: Path, folder: Folder, signer: Signer) -> None:
    folder.write()
    found = verdict(folder.path, sha256(b"other"), tmp_path / "keys", signer)
    failed(found, "404")


def test_a_layout_is_named_by_an_absolute_path() -> None:
    assert Access(Mirrors.parse("r.example=oci:/x")).mirrors.locate("r.example").is_layout
