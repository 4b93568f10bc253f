"""What the toolchain has of each controller's definitions, as its module holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.charts import definitions
from lab.toolchain.crds import CRDS
from lab.toolchain.pins import CATALOGUE

if TYPE_CHECKING:
    from lab.services import Tools
    from lab.toolchain.crds import CrdSource


@pytest.mark.parametrize("source", CRDS, ids=lambda source: source.name)
def test_each_source_holds_definitions_that_can_be_read(source: CrdSource, toolchain: Tools) -> None:
    found = list(definitions._read(toolchain.path(source.item.name)))
    assert found
    for definition in found:
        assert definition.name.endswith(f".{definition.kind.group}")
        assert f"  group: {definition.kind.group}\n" in definition.document


def test_a_kind_has_one_definition(toolchain: Tools) -> None:
    kinds = [one.kind for source in CRDS for one in definitions._read(toolchain.path(source.item.name))]
    assert len(kinds) == len(set(kinds))


def test_every_source_is_an_item_of_the_catalogue() -> None:
    assert {source.item for source in CRDS} == {item for item in CATALOGUE.items if item.name.startswith("crds-")}
    assert all(source.item.several for source in CRDS), "a folder each, even of one file"
