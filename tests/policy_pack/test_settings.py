from __future__ import annotations

from pathlib import Path

import pytest

from guardrails.model import Profile
from guardrails.settings import SettingsError, pack_version, read_settings

VALID = """\
registries: {local: [a.example/x], staging: [], producao: [a.example/x, b.example]}
kubernetes_version: 1.36.3
accounts: {local: [], staging: ["111122223333"], producao: []}
tags: [owner]
trust: trust.yaml
"""


def _read(folder: Path, text: str) -> object:
    file = folder / "settings.yaml"
    file.write_text(text)
    return read_settings(file)


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(VALID)
    settings = read_settings(file)
    assert settings.trust == tmp_path / "trust.yaml"
    assert settings.kubernetes_version == "1.36.3"
    assert settings.registries[Profile.PRODUCAO] == ("a.example/x", "b.example")
    assert settings.registries[Profile.STAGING] == ()
    assert settings.accounts[Profile.STAGING] == ("111122223333",)
    assert settings.tags == ("owner",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "expected exactly the keys"),
        (VALID + "more: 1\n", "expected exactly the keys"),
        (VALID.replace("staging: [], ", ""), "needs an entry for each of local, staging, producao"),
        (VALID.replace("staging: []", "staging: ['']"), "empty entry, which would allow everything"),
        (VALID.replace("staging: []", "staging: [a.example/]"), "registries.staging must be a list"),
        (VALID.replace("staging: []", "staging: a.example"), "registries.staging must be a list"),
        (VALID.replace("1.36.3", "1.36"), "must be texts"),
        (VALID.replace("accounts: {local: [], ", "accounts: {"), "accounts needs an entry for each of"),
        (VALID.replace('"111122223333"', "111122223333"), "accounts.staging must be a list of account ids"),
        (VALID.replace("111122223333", "1111"), "accounts.staging must be a list of account ids"),
        (VALID.replace("producao: []}", 'producao: ["111122223333"]}'), "environments share none"),
        (VALID.replace("[owner]", "owner"), "tags must be a list of keys"),
        (VALID.replace("[owner]", "['']"), "tags must be a list of keys"),
        ("a: [", "settings.yaml: line"),
    ],
)
def test_anything_else_is_an_error_that_names_file_and_key(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=r"settings\.yaml") as caught:
        _read(tmp_path, text)
    assert says in str(caught.value)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"settings\.yaml"):
        read_settings(tmp_path / "settings.yaml")


def test_the_committed_settings_are_valid() -> None:
    pack = Path(__file__).parents[2] / "policy_pack"
    settings = read_settings(pack / "settings.yaml")
    assert settings.trust == pack / "trust.yaml"
    assert all(settings.registries.values())


def test_the_packs_version_is_that_of_its_description() -> None:
    assert [int(part) for part in pack_version().split(".")]
