"""`cartorio image`, run against a real registry with images that the real cosign signed."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner, Result

from delivery.cli import app
from lab.errors import LabError, UsageError
from tests.support.signing import Content
from tests.support.trust import NAME, Shelf, named

if TYPE_CHECKING:
    from tests.delivery.images.conftest import Policy
    from tests.support.signing import Cosign, Signer


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["image", *arguments])


def _verify(policy: Policy, *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    result = _run("verify", *arguments, "--trust", str(policy.file), "--format", "json")
    document = json.loads(result.stdout)
    assert set(document) == {"images"}
    for image in document["images"]:
        assert list(image) == ["reference", "digest", "verdict", "rule", "authorities", "reasons"]
    return result.exit_code, {image["reference"]: image for image in document["images"]}


@pytest.fixture(scope="module")
def signed(shelf: Shelf, cosign: Cosign) -> str:
    digest = shelf.image()
    cosign.sign("release", shelf.direct(digest), legacy=False)
    return named(digest)


@pytest.fixture(scope="module")
def unsigned(shelf: Shelf) -> str:
    return named(shelf.image())


def test_verdicts_as_json_and_exit_codes(policy: Policy, signed: str, unsigned: str) -> None:
    code, images = _verify(policy, signed)
    assert code == 0
    assert images[signed]["verdict"] == "trusted"
    assert images[signed]["digest"] == signed.rpartition("@")[2]
    assert images[signed]["rule"] == "producao/own"
    assert images[signed]["authorities"] == ["release"]
    absent = named(f"sha256:{'0' * 64}")
    code, images = _verify(policy, absent, signed)
    assert (code, images[absent]["verdict"]) == (3, "error")
    code, images = _verify(policy, absent, unsigned, signed, signed)
    assert code == 1
    assert [image["verdict"] for image in images.values()] == ["error", "refused", "trusted"]
    assert images[unsigned]["authorities"] == []
    assert any("no signature was found" in reason for reason in images[unsigned]["reasons"])
    code, images = _verify(policy, "docker.io/library/nginx@sha256:" + "0" * 64)
    assert (code, images.popitem()[1]["rule"]) == (1, None)
    code, images = _verify(policy, "NOT an image", signed)
    assert code == 2
    assert [image["verdict"] for image in images.values()] == ["refused", "trusted"]  # the others are still judged


def test_people_see_why_and_what_to_do_and_no_colours_in_a_pipe(policy: Policy, signed: str, unsigned: str) -> None:
    result = _run("verify", signed, unsigned, "--trust", str(policy.file))
    assert result.exit_code == 1
    assert f"trusted {signed}  signed by release" in result.stdout
    assert f"refused {unsigned}" in result.stdout
    assert "no signature was found" in result.stdout
    assert "do: sign the digest with `cosign sign" in result.stdout
    assert "\x1b" not in result.stdout
    assert "2 images judged under the profile producao" in result.stderr


def test_the_tree_has_every_requirement_and_signature(policy: Policy, signed: str, unsigned: str) -> None:
    result = _run("explain", signed, "--trust", str(policy.file))
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"trusted  {signed}"
    assert any("+ 1 distinct key of release required, 1 signed" in line for line in lines)
    assert any("+ release, key file:release.pem: signed" in line for line in lines)
    assert any("+ referrer sha256:" in line and "a valid signature" in line for line in lines)
    refused = _run("explain", unsigned, "--trust", str(policy.file))
    assert refused.exit_code == 1
    assert "- release, key file:release.pem: no valid signature by it" in refused.stdout
    assert "do: " in refused.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--profile", "qa"), "there is no profile 'qa'"),
        (("--trust", "absent.yaml"), "absent.yaml: cannot be read"),
    ],
)
def test_a_policy_that_cannot_be_used_is_bad_usage(policy: Policy, arguments: tuple[str, ...], complaint: str) -> None:
    result = _run("verify", named(f"sha256:{'0' * 64}"), "--trust", str(policy.file), *arguments)
    assert isinstance(result.exception, UsageError)
    assert complaint in result.exception.what
    assert result.exception.exit_code == 2


def _import(policy: Policy, source: str, destination: str, *arguments: str) -> Result:
    return _run("import", source, destination, "--trust", str(policy.file), "--key", policy.key, *arguments)


def _vendors(shelf: Shelf, folder: str, signer: Signer | None = None) -> tuple[str, str]:
    """A vendor's image of two platforms: its name and digest."""
    content = Content()
    digest = str(content.index(content.image(), content.image())["digest"])
    if signer:
        content.legacy(digest, signer.simple(digest))
    repository = f"{folder}/{uuid.uuid4().hex}"
    shelf.push(content, repository)
    return f"vendor.example/{repository}:1.2@{digest}", digest


def test_an_import_copies_signs_and_verifies_and_does_it_once(policy: Policy, shelf: Shelf) -> None:
    source, digest = _vendors(shelf, "unsigned")
    name = f"mirror/vendor.example/{uuid.uuid4().hex}"
    result = _import(policy, source, f"{NAME}/{name}")
    assert result.exit_code == 0, result.exception
    assert f"{NAME}/{name}@{digest}" in result.stdout
    assert "no rule says who signs it" in result.stdout
    assert json.loads(shelf.get("manifests/1.2", name))["manifests"]  # the index, under the source's tag
    assert _verify(policy, f"{NAME}/{name}@{digest}")[0] == 0
    again = json.loads(_import(policy, source, f"{NAME}/{name}", "--format", "json").stdout)
    assert again["changed"] is False
    assert again["reference"] == f"{NAME}/{name}@{digest}"


def test_a_vendor_that_signs_has_to_have_signed(policy: Policy, shelf: Shelf, signer: Signer) -> None:
    good, digest = _vendors(shelf, "signed", policy.vendor)
    name = f"mirror/vendor.example/{uuid.uuid4().hex}"
    told = json.loads(_import(policy, good, f"{NAME}/{name}:ours", "--format", "json").stdout)
    assert told["origin"] == ["vendor"]
    assert shelf.get("manifests/ours", name)
    forged, digest = _vendors(shelf, "signed", signer)
    result = _import(policy, forged, f"{NAME}/{name}")
    assert isinstance(result.exception, LabError)
    assert result.exception.exit_code == 1
    assert "is not trusted where it comes from" in result.exception.what
    assert _verify(policy, f"{NAME}/{name}@{digest}")[0] == 3  # nothing was copied


@pytest.mark.parametrize(
    ("source", "destination", "complaint"),
    [
        ("vendor.example/x:1", f"{NAME}/mirror/x", "names no digest"),
        (f"vendor.example/x@sha256:{'0' * 64}", f"{NAME}/mirror/x@sha256:{'0' * 64}", "the destination's digest"),
        (f"vendor.example/x@sha256:{'0' * 64}", "elsewhere.example/x", "no rule of profile 'producao' covers"),
        ("vendor.example/X", f"{NAME}/mirror/x", "is not a repository name"),
    ],
)
def test_what_cannot_be_imported_is_bad_usage(policy: Policy, source: str, destination: str, complaint: str) -> None:
    result = _import(policy, source, destination)
    assert isinstance(result.exception, UsageError)
    assert complaint in result.exception.what


def test_without_a_key_the_rule_says_which_if_it_is_one(policy: Policy) -> None:
    source = f"vendor.example/x@sha256:{'0' * 64}"
    result = _run("import", source, f"{NAME}/shared/x", "--trust", str(policy.file))
    assert isinstance(result.exception, UsageError)
    assert "accepts 2 keys: file:import.pem, file:release.pem" in result.exception.what


def test_a_tool_that_fails_is_told_in_its_words(policy: Policy) -> None:
    result = _import(policy, f"vendor.example/x@sha256:{'0' * 64}", f"{NAME}/mirror/x")
    assert isinstance(result.exception, LabError)
    assert result.exception.exit_code == 3
    assert "crane copy failed" in result.exception.what
