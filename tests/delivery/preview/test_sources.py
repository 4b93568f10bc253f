"""Lines of the program, by URN."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.preview.sources import Sources
from lab.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from pathlib import Path

_URN = "urn:pulumi:producao::cartorio::"
_MODULE = """
class Ring(Component):
    TYPE = "cartorio:keys:Ring"

    def __init__(self, name):
        for role in ("a", "b"):
            kms.Key(f"{name}-{role}", opts=self._child())
        kms.Alias("fixed")
        kms.Grant(f"{name}-one")
        kms.Grant(f"{name}-o{name}")
"""


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    (tmp_path / "components").mkdir()
    (tmp_path / "components" / "keys.py").write_text(_MODULE)
    (tmp_path / "components" / "broken.py").write_text("TYPE = (")
    return Sources(tmp_path)


@pytest.mark.parametrize(
    ("urn", "line"),
    [
        ("cartorio:keys:Ring::keys", 2),
        ("cartorio:keys:Ring$aws:kms/key:Key::keys-a", 7),
        ("cartorio:keys:Ring$aws:kms/alias:Alias::fixed", 8),
        ("cartorio:keys:Ring$aws:kms/alias:Alias::other", 2),
        ("cartorio:keys:Ring$aws:kms/grant:Grant::x-other", 10),
        ("cartorio:keys:Ring$aws:kms/grant:Grant::x-one", 2),  # two calls fit
        ("cartorio:out:Er$cartorio:keys:Ring$aws:kms/key:Key::keys-a", 7),
    ],
)
def test_the_call_that_makes_it_or_its_component(sources: Sources, urn: str, line: int) -> None:
    found = sources.line(_URN + urn)
    assert found is not None
    assert (found.file, found.line) == ("components/keys.py", line)


@pytest.mark.parametrize("urn", [_URN + "aws:kms/key:Key::keys-a", _URN + "cartorio:x:Y$a:b:C::d", "", "urn:pulumi:x"])
def test_what_is_in_no_component_has_no_line(sources: Sources, urn: str) -> None:
    assert sources.line(urn) is None


def test_a_key_of_this_program() -> None:
    found = Sources(PROJECT_ROOT).line(_URN + "cartorio:keys:KeyRing$aws:kms/key:Key::keys-envelope")
    assert found is not None
    line = (PROJECT_ROOT / found.file).read_text("utf-8").splitlines()[found.line - 1]
    assert "aws.kms.Key(" in line
