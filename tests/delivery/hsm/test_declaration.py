from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from delivery.hsm.declaration import read
from lab.errors import UsageError

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "hsm.yaml"


def _read(document: object, folder: Path) -> None:
    file = folder / "hsm.yaml"
    file.write_text(document if isinstance(document, str) else yaml.safe_dump(document), encoding="utf-8")
    read(file)


def test_the_example_is_a_declaration() -> None:
    (token,) = read(EXAMPLE).tokens
    assert [key.label for key in token.keys] == ["vault-unseal", "release-signing"]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("schema", "cartorio.hsm/v2", "schema: Input should be"),
        ("module", "", "module: String should have at least 1"),
        ("tokens", [], "tokens: Tuple should have at least 1"),
        ("tokens/0/label", "x" * 33, "tokens.0.label: must have at most 32 bytes"),
        ("tokens/0/pin", {"env": "A", "file": "b"}, "must name either a file or an env"),
        ("tokens/0/pin", "1234", "tokens.0.pin"),
        ("tokens/0/mechanisms", ["CKM_ecdsa"], "tokens.0.mechanisms.0"),
        ("tokens/0/keys/0/bits", None, "must say either the curve or the bits"),
        ("tokens/0/keys/0/fingerprint", "0" * 64, "has no public key"),
        ("tokens/0/keys/1/fingerprint", "zz", "tokens.0.keys.1.fingerprint"),
        ("tokens/0/keys/1/allows", [], "tokens.0.keys.1.allows"),
        ("tokens/0/keys/1/extractable", True, "tokens.0.keys.1.extractable: Extra inputs"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(path: str, value: object, said: str, tmp_path: Path) -> None:
    document: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    node: Any = document
    *way, last = path.split("/")
    for step in way:
        node = node[int(step)] if isinstance(node, list) else node[step]
    node[last] = value
    with pytest.raises(UsageError, match=said.replace(".", r"\.")):
        _read(document, tmp_path)


def test_things_named_twice(tmp_path: Path) -> None:
    document: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    twice = copy.deepcopy(document)
    twice["tokens"] *= 2
    with pytest.raises(UsageError, match="names a token twice"):
        _read(twice, tmp_path)
    document["tokens"][0]["keys"] *= 2
    with pytest.raises(UsageError, match="names a key twice"):
        _read(document, tmp_path)


@pytest.mark.parametrize(
    ("text", "said"), [("a: [", "not YAML"), ("x" * 1_000_001, "larger than"), ("", "it: Input should be")]
)
def test_files_that_are_no_declaration(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        _read(text, tmp_path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "none.yaml")
