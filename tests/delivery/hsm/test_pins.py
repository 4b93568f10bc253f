from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from delivery.hsm.declaration import DeclaredToken
from delivery.hsm.pins import pin_of
from lab.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def _token(pin: dict[str, str] | None) -> DeclaredToken:
    return DeclaredToken.model_validate({"label": "cartorio", "pin": pin})


def _of(pin: dict[str, str] | None, folder: Path, **more: Any) -> str:  # noqa: ANN401 - any argument
    return pin_of(_token(pin), folder, **{"ask": False, "environment": {"HSM_PIN": "1234"}, **more})


def test_a_pin_comes_from_the_environment_a_file_or_a_person(tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text("5678\n", encoding="utf-8")
    file.chmod(0o600)
    assert _of({"env": "HSM_PIN"}, tmp_path) == "1234"
    assert _of({"file": "pin"}, tmp_path) == "5678"
    assert _of(None, tmp_path, ask=True, prompt=lambda text: f"for {text}") == "for PIN of token cartorio"


@pytest.mark.parametrize(
    ("pin", "content", "said"),
    [
        (None, "", "does not say where the PIN is"),
        ({"env": "ANOTHER"}, "", "variable ANOTHER is not set"),
        ({"file": "none"}, "", "cannot be read: No such file"),
        ({"file": "pin"}, "", "not one line"),
        ({"file": "pin"}, "hidden-1\nhidden-2\n", "not one line"),
        ({"file": "pin"}, "hidden" * 300, "not one line"),
    ],
)
def test_a_pin_that_is_not_to_be_had(pin: dict[str, str] | None, content: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(UsageError, match=said) as caught:
        _of(pin, tmp_path)
    assert "hidden" not in str(caught.value)
