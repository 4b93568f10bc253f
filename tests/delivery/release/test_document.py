from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from delivery.release.document import build, images, read
from lab.errors import UsageError
from tests.delivery.release.conftest import DIGEST, REFERENCE

if TYPE_CHECKING:
    from pathlib import Path

    from components.settings import Settings


def test_what_is_written_is_what_the_stack_takes(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "release.json"
    release = build("1.4.0", REFERENCE, REFERENCE, settings, file)
    assert read(file, settings) == release
    assert json.loads(file.read_text())["images"] == {"api": REFERENCE, "workers": REFERENCE}
    (image,) = images(release)  # one, though two roles run it
    assert (image.repository, image.digest) == ("cartorio/app", DIGEST)


@pytest.mark.parametrize(
    ("version", "api", "said"),
    [
        ("1.4", REFERENCE, "semantic version"),
        ("v1.4.0", REFERENCE, "semantic version"),
        ("1.4.0", REFERENCE.replace("@", ":1.4.0@"), "by digest"),
        ("1.4.0", REFERENCE.partition("@")[0], "by digest"),
        ("1.4.0", REFERENCE.replace("cartorio.internal", "evil.example"), "from none of cartorio:supply.registries"),
        ("1.4.0", REFERENCE.replace("/cartorio/", "/cartorio-x/"), "from none of cartorio:supply.registries"),
    ],
)
def test_what_the_stack_would_not_take_is_not_written(
    settings: Settings, tmp_path: Path, version: str, api: str, said: str
) -> None:
    file = tmp_path / "release.json"
    with pytest.raises(UsageError, match=said):
        build(version, api, REFERENCE, settings, file)
    assert list(tmp_path.iterdir()) == []


def test_no_release_yet_is_none_to_sign(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "release.json"
    file.write_text('{"schema": "cartorio.release/v1", "version": "0.0.0", "images": {}}')
    with pytest.raises(UsageError, match="names no images"):
        read(file, settings)


def test_a_folder_that_is_not_there_is_said(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        build("1.4.0", REFERENCE, REFERENCE, settings, tmp_path / "nowhere" / "release.json")
