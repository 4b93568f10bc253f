from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.reference.uses import sections_of, uses

if TYPE_CHECKING:
    from pathlib import Path

WIRING = """
def build(site):
    settings = site.configuration.backup
    args = VaultArgs(
        settings=settings,
    )
    Vault("backup", args, site.cloud)


def other(site):
    Vault("other", VaultArgs(settings=site.configuration.audit), site.cloud)


def handed(site):
    Plan("plan", site)
"""
STACK = """
def build(settings):
    settings.configuration.keys, settings.configuration.aws
    return made()


def made():
    return Keys()
"""
PART = """
class Vault(Component):
    def _room(self):
        if True:
            Room(
                self,
                1,
            )


class NotOne:
    def room(self):
        Room(self)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in (("wiring/backup.py", WIRING), ("stack.py", STACK), ("backup/vault.py", PART)):
        file = tmp_path / "components" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_calls_are_found_with_what_they_are_made_of(project: Path) -> None:
    found = uses(project, ("Vault", "Plan", "Keys", "Room", "Unused"))
    first, second = found["Vault"]
    assert (first.file, first.maker, first.sections) == ("components/wiring/backup.py", "", ("backup",))
    assert first.code == 'args = VaultArgs(\n    settings=settings,\n)\nVault("backup", args, site.cloud)'
    assert second.sections == ("audit",)  # the call itself says so
    (plan,) = found["Plan"]
    assert plan.sections == ("backup",)  # neither call nor function say: the module, which is called after one
    (keys,) = found["Keys"]
    assert keys.sections == ("keys", "aws")
    assert found["Unused"] == ()


def test_a_part_is_made_by_a_component_and_turned_on_with_it(project: Path) -> None:
    found = uses(project, ("Vault", "Room"))
    (room,) = found["Room"]
    assert (room.maker, room.sections) == ("Vault", ())
    assert room.code == "Room(\n    self,\n    1,\n)"
    assert sections_of("Room", found) == ("backup", "audit")
    assert sections_of("Nothing", found) == ()
