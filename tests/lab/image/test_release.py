"""The lab's release process, with the real go, crane and cosign, against the session's registry and KMS."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from components.release import Release as Read
from components.release import read_release
from lab.errors import LabError
from lab.image.release import NOTHING_RELEASED, REGISTRY, REPOSITORY, Publisher, Release
from lab.report import Quiet
from tests.support.signing import Content

if TYPE_CHECKING:
    from tests.support.lab import RunningLab

OTHER = f"{REGISTRY}/{REPOSITORY}@sha256:{'0' * 64}"


class Told(Quiet):
    """Keeps the steps."""

    def __init__(self) -> None:
        self.states: list[str] = []

    def step(self, name: str, state: str) -> None:
        assert name == "release"
        self.states.append(state)


@dataclass(frozen=True)
class Scripts:
    """Tools that are shell scripts of the test's."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    def write(self, name: str, *lines: str) -> None:
        self.path(name).write_text("\n".join(("#!/bin/sh", *lines, "")))
        self.path(name).chmod(0o755)


class TestFile:
    """The release file."""

    def test_it_says_what_the_program_reads(self, tmp_path: Path) -> None:
        Release("0.1.0-abc", {"workers": OTHER, "api": OTHER}).write(tmp_path / "new" / "release.json")
        text = (tmp_path / "new" / "release.json").read_text()
        assert json.loads(text) == {
            "schema": "cartorio.release/v1",
            "version": "0.1.0-abc",
            "images": {"api": OTHER, "workers": OTHER},
        }
        assert text.index('"api"') < text.index('"workers"')  # the same release is the same file
        assert isinstance(read_release(tmp_path, "new/release.json"), Read)

    def test_an_equal_file_is_left_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "release.json"
        NOTHING_RELEASED.write(file)
        before = file.stat()
        NOTHING_RELEASED.write(file)
        assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)

    def test_a_reader_never_sees_half_of_it(self, tmp_path: Path) -> None:
        file = tmp_path / "release.json"
        NOTHING_RELEASED.write(file)
        with file.open() as reading:
            Release("0.2.0", {"api": OTHER}).write(file)
            assert json.load(reading)["version"] == "0.0.0"  # the file it has open is whole, and the old one
        assert json.loads(file.read_text())["version"] == "0.2.0"
        assert list(tmp_path.iterdir()) == [file]

    def test_an_interrupted_write_leaves_the_old_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "release.json"
        NOTHING_RELEASED.write(file)

        def interrupted(_self: Path, _target: Path) -> Path:
            raise KeyboardInterrupt

        monkeypatch.setattr(Path, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            Release("0.2.0", {"api": OTHER}).write(file)
        assert json.loads(file.read_text())["version"] == "0.0.0"


@pytest.fixture
def publisher(lab: RunningLab, tmp_path: Path) -> Publisher:
    return Publisher(lab.toolchain, lab.environment(), lab.endpoints.registry, tmp_path / "image")


@pytest.fixture
def key(lab: RunningLab) -> str:
    """A signing key of the test's own."""
    kms, alias = lab.aws("kms"), f"alias/tests-release-{uuid.uuid4().hex}"
    made = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=alias, TargetKeyId=made)
    return f"awskms:///{alias}"


@pytest.fixture
def release(lab: RunningLab) -> Release:
    """A pushed image that no other test signs."""
    content = Content()
    digest = content.image()["digest"]
    content.push(lab.endpoints.registry, REPOSITORY)
    reference = f"{REGISTRY}/{REPOSITORY}@{digest}"
    return Release("0.0.1", {"api": reference, "workers": reference})


def located(lab: RunningLab, release: Release) -> str:
    (reference,) = set(release.images.values())
    return reference.replace(REGISTRY, lab.endpoints.registry)


def verify(lab: RunningLab, release: Release, key: str) -> None:
    """Ask cosign itself; a missing signature is the test's failure."""
    lab.run("cosign", "verify", "--key", key, "--allow-http-registry", "--insecure-ignore-tlog", located(lab, release))


def signatures(lab: RunningLab, release: Release) -> int:
    """How many manifests refer to the image."""
    repository, _, digest = located(lab, release).partition("@")
    index = lab.run("crane", "manifest", "--insecure", f"{repository}:{digest.replace(':', '-')}")
    return len(json.loads(index)["manifests"])


def test_publishing_twice_is_the_same_release_and_it_is_in_the_registry(
    lab: RunningLab, publisher: Publisher, tmp_path: Path
) -> None:
    told = Told()
    first = publisher.publish(told)
    assert first == publisher.publish(Quiet())
    assert first == replace(publisher, folder=tmp_path / "elsewhere").publish(Quiet())
    assert first.version.startswith("0.1.0-")
    assert set(first.images) == {"api", "workers"}
    config = json.loads(lab.run("crane", "config", "--insecure", located(lab, first)))
    assert config["config"]["Labels"]["org.opencontainers.image.version"] == first.version
    assert [state.partition(" ")[0] for state in told.states] == ["compiling", "pushing"]


def test_an_unsigned_image_is_signed_once(lab: RunningLab, publisher: Publisher, release: Release, key: str) -> None:
    with pytest.raises(AssertionError, match="no signatures found"):
        verify(lab, release, key)
    told = Told()
    publisher.sign(release, key, told)
    verify(lab, release, key)
    assert [state.partition(" ")[0] for state in told.states] == ["signing"]  # two roles, one image
    publisher.sign(release, key, told)
    assert len(told.states) == 1
    assert signatures(lab, release) == 1


def test_a_signature_by_another_key_does_not_count(
    lab: RunningLab, publisher: Publisher, release: Release, key: str
) -> None:
    kms, other = lab.aws("kms"), f"alias/tests-release-{uuid.uuid4().hex}"
    made = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=other, TargetKeyId=made)
    publisher.sign(release, f"awskms:///{other}", Quiet())
    publisher.sign(release, key, Quiet())
    verify(lab, release, key)
    assert signatures(lab, release) == 2


def test_nothing_released_needs_no_signature(publisher: Publisher) -> None:
    told = Told()
    publisher.sign(NOTHING_RELEASED, "awskms:///alias/absent", told)
    assert told.states == []


def test_a_key_that_is_not_there_says_so(publisher: Publisher, release: Release) -> None:
    with pytest.raises(LabError, match=r"(?s)cosign sign failed \(exit 1\):\n.*alias/absent") as caught:
        publisher.sign(release, "awskms:///alias/absent", Quiet())
    assert str(caught.value.where).endswith(release.images["api"].partition("@")[2])


class TestFailingTools:
    """Tools that fail, hang or say little."""

    @pytest.fixture
    def scripts(self, tmp_path: Path) -> Scripts:
        return Scripts(tmp_path)

    @pytest.fixture
    def failing(self, scripts: Scripts, tmp_path: Path) -> Publisher:
        return Publisher(scripts, {"SAID": "from the lab"}, "127.0.0.1:1", tmp_path / "image")

    def test_the_end_of_what_a_tool_said_is_told(self, scripts: Scripts, failing: Publisher) -> None:
        scripts.write("crane", 'for i in 1 2 3 4 5 6 7 8 9 10; do echo "line $i" >&2; done', "exit 5")
        with pytest.raises(LabError) as caught:
            failing._run("crane", "push", "layout", "registry/app:1")
        lines = "\n".join(f"line {number}" for number in range(3, 11))
        assert caught.value.what == f"crane push failed (exit 5):\n{lines}"
        assert caught.value.where == "registry/app:1"
        assert caught.value.exit_code == 3

    def test_what_it_printed_will_do_when_it_gave_no_error(self, scripts: Scripts, failing: Publisher) -> None:
        scripts.write("crane", 'echo "$SAID"', "exit 1")
        with pytest.raises(LabError, match="from the lab"):
            failing._run("crane", "push", "x")

    def test_tools_have_the_given_environment_and_no_other(
        self, scripts: Scripts, failing: Publisher, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COSIGN_REPOSITORY", "registry.elsewhere.example/signatures")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "the engineer's own")
        scripts.write("cosign", 'echo "$SAID$COSIGN_REPOSITORY$AWS_SESSION_TOKEN"')
        assert failing._run("cosign", "sign", "x") == "from the lab\n"

    def test_a_program_that_does_not_compile_stops_the_release(self, scripts: Scripts, failing: Publisher) -> None:
        scripts.write("go", 'echo "main.go:7: undefined: x" >&2', "exit 1")
        with pytest.raises(LabError, match=r"go build failed \(exit 1\):\nmain.go:7: undefined: x"):
            failing.publish(Quiet())
        assert not (failing.folder / "layout").exists()

    def test_a_tool_that_hangs_is_ended(self, scripts: Scripts, failing: Publisher) -> None:
        scripts.write("crane", "exec sleep 60")
        with pytest.raises(LabError, match=r"crane push did not end within 1 s") as caught:
            failing._run("crane", "push", "x", seconds=0.6)
        assert "cartorio lab status" in str(caught.value.remedy)
