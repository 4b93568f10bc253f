from __future__ import annotations

import re

from components.reference.catalogue import Argument, Described, Output
from components.reference.docstrings import Docstring
from components.reference.pages import component_page, index_page, path_of
from components.reference.plans import Plan
from components.reference.uses import Use

VAULT = Described(
    token="cartorio:backup:BackupVault",
    module="components.backup.vault",
    purpose="The vault.",
    notes="",
    background=Docstring("A vault of backups.", "https://example.org/vaults", {}),
    signature="BackupVault(name, args)",
    arguments_class="BackupVaultArgs",
    arguments_note="",
    arguments=(Argument("lock", "Lock | None", "None", "how long."), Argument("stack", "str", "required", "its name.")),
    outputs=(Output("arn", "pulumi.Output[str]", "its ARN."),),
)
ROOM = Described(
    token="cartorio:tenancy:Room",
    module="components.tenancy.room",
    purpose="A room.",
    notes="Closed.",
    background=Docstring("Rooms.", "", {}),
    signature="Room(name)",
    arguments_class="",
    arguments_note="",
    arguments=(),
    outputs=(),
)
USES = {
    "BackupVault": (Use("components/wiring/backup.py", "", ("backup", "protect"), "BackupVault(1)"),),
    "Room": (Use("components/backup/vault.py", "BackupVault", (), "Room(2)"),),
}
PLANS = (
    Plan(
        "producao",
        {VAULT.token: {"aws:backup/vault:Vault": 2, ROOM.token: 1}},
        {VAULT.token: ("backup", "copy"), ROOM.token: ("room",)},
    ),
    Plan("local", {}, {}),
)


def _page(one: Described) -> str:
    return component_page(one, (VAULT, ROOM), USES, PLANS, "by machine")


def test_a_page_says_what_a_component_takes_gives_and_makes() -> None:
    page = _page(VAULT)
    assert page.startswith(
        "# BackupVault\n\n<!-- by machine -->\n\nA vault of backups.\n\nhttps://example.org/vaults\n"
    )
    assert "(../../../components/backup/vault.py)" in page
    assert "[`cartorio:backup`](../../configuration.md#cartoriobackup)" in page
    assert "[`cartorio:protect`](../../configuration.md#the-stack)" in page
    assert "| `lock` | `Lock \\| None` | `None` | how long. |" in page
    assert "| `stack` | `str` | required | its name. |" in page
    assert "| `arn` | `Output[str]` | its ARN. |" in page
    assert "(producao: `backup`, `copy`)" in page
    assert "| `aws:backup/vault:Vault` | 2 |" in page
    assert "| [`cartorio:tenancy:Room`](../tenancy/room.md) | 1 |" in page
    assert page.endswith("```python\nBackupVault(1)\n```\n")


def test_a_part_says_whose_it_is_and_leaves_out_what_it_has_not() -> None:
    page = _page(ROOM)
    assert "- Part of: [BackupVault](../backup/backup-vault.md)" in page
    assert "#cartoriobackup" in page  # turned on with what it is a part of
    assert "## Arguments" not in page
    assert "## Outputs" not in page


def test_what_no_stack_has_is_said() -> None:
    page = component_page(ROOM, (ROOM,), {}, (PLANS[1],), "x")
    assert "No stack has one yet." in page
    assert "- Settings: none" in page
    assert "## As it is made" not in page


def test_the_index_leads_to_every_page_and_counts() -> None:
    page = index_page((VAULT, ROOM), PLANS, "x")
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == ["backup", "tenancy"]
    assert f"| [BackupVault]({path_of(VAULT)}) | A vault of backups. | 2 |  |" in page
