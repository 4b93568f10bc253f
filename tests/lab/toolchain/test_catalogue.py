from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from semver import Version

from lab.errors import LabError, UsageError
from lab.toolchain.catalogue import Catalogue, Probe, Tool

if TYPE_CHECKING:
    from pathlib import Path

_ITEMS = (
    Tool("one", "group", "example.test/one", "example.test/one/cmd", Probe((), ""), variables=(("a.v", "{tag}"),)),
    Tool("two", "group", "example.test/two", "example.test/two", Probe((), ""), variables=(("b.minor", "{minor}"),)),
    Tool("other", "other", "example.test/one", ".", None, minimum="1.0.0", variables=(("main.v", "{version}"),)),
)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    for group, go in (("group", "1.9"), ("other", "1.26.3")):
        (tmp_path / group).mkdir()
        (tmp_path / group / "go.mod").write_text(
            f"module x\ngo {go}\nrequire (\nexample.test/one v1.2.3\nexample.test/two v4.5.6\n)\n", encoding="utf-8"
        )
    return Catalogue(_ITEMS, tmp_path)


def test_an_unknown_name_is_refused_with_those_there_are(catalogue: Catalogue) -> None:
    with pytest.raises(UsageError, match="no such tool: thre") as caught:
        catalogue.select(["one", "thre"])
    assert caught.value.remedy == "the tools are: go, one, two, other"
    assert caught.value.exit_code == 2


def test_a_selection_keeps_the_order_and_go_is_no_item(catalogue: Catalogue) -> None:
    assert [item.name for item in catalogue.select(["other", "go", "one"])] == ["one", "other"]
    assert catalogue.select(None) == _ITEMS
    assert catalogue.select([]) == ()


def test_what_is_on_demand_is_had_only_by_name() -> None:
    asked = tuple(replace(item, on_demand=item.name == "one") for item in _ITEMS)
    catalogue = Catalogue(asked)
    assert "one" not in [item.name for item in catalogue.select(None)]
    assert [item.name for item in catalogue.select(["one"])] == ["one"]
    assert "one" in catalogue.names


def test_a_group_is_linked_with_the_versions_of_all_its_tools(catalogue: Catalogue) -> None:
    assert catalogue.link_flags("group") == "-s -w -X=a.v=v1.2.3 -X=b.minor=5"
    assert catalogue.link_flags("other") == "-s -w -X=main.v=1.2.3"


def test_the_oldest_go_is_the_newest_that_any_group_asks_for(catalogue: Catalogue) -> None:
    assert catalogue.oldest_go() == Version(1, 26, 3)


def test_the_minimum_is_the_pin_unless_it_is_said(catalogue: Catalogue) -> None:
    assert catalogue.range(_ITEMS[1]).minimum == Version(4, 5, 6)
    assert catalogue.range(_ITEMS[2]).minimum == Version(1, 0, 0)


def test_a_pin_that_is_no_version_is_an_error(catalogue: Catalogue) -> None:
    with pytest.raises(LabError, match="the pin of bad is not a version: newest"):
        catalogue.range(Tool("bad", "group", "example.test/one", ".", None, minimum="newest"))
