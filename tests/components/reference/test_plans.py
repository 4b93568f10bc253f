from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.reference.plans import read_plans

if TYPE_CHECKING:
    from pathlib import Path

SMALL = "cartorio:keys:Ring:\n  keys: {parent: stack}\naws:kms/key:Key:\n  keys-a: {parent: keys}\n"
LARGE = """
cartorio:keys:Ring:
  keys: {parent: stack}
  more: {parent: keys}
aws:kms/key:Key:
  keys-a: {parent: keys}
  keys-b: {parent: more}
aws:kms/alias:Alias:
  keys-a-alias: {parent: keys}
  loose: {parent: stack}
"""


def test_what_is_under_a_type_is_counted_and_the_largest_plan_comes_first(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SMALL)
    (tmp_path / "b.yaml").write_text(LARGE)
    large, small = read_plans(tmp_path)
    assert (large.stack, small.stack) == ("b", "a")
    assert large.components == {"cartorio:keys:Ring": ("keys", "more")}
    assert large.below("cartorio:keys:Ring") == {
        "aws:kms/alias:Alias": 1,
        "aws:kms/key:Key": 2,
        "cartorio:keys:Ring": 1,
    }
    assert small.below("cartorio:nothing:Such") == {}


def test_two_components_of_one_name_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"{SMALL}cartorio:vault:Vault:\n  keys: {{parent: stack}}\n")
    with pytest.raises(ValueError, match="are both called keys: give one another name"):
        read_plans(tmp_path)
