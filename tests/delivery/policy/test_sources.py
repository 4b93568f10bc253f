"""With the real helm and kubectl where something is rendered or built."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from delivery.policy import ahead, places, sources
from delivery.policy.sources import Reader
from lab.errors import LabError
from tests.delivery.policy.conftest import pod
from tests.support.stackfiles import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from delivery.policy.model import Item, Material


def _which(name: str) -> str:
    found = shutil.which(name)
    assert found
    return found


def _read(*paths: str, values: tuple[Path, ...] = ()) -> tuple[list[Item], Material]:
    found = places.find(paths)
    with ahead.reading(found.files) as contents:
        reader = Reader(found, contents, values, "1.36.3", _which)
        return list(reader.items()), reader.material


def _names(items: list[Item]) -> list[tuple[str, int, str]]:
    return [(item.file, item.document, item.declared.name) for item in items]


def test_files_and_folders(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / ".git").mkdir()
    (folder / "deep" / "b.yml").write_text(pod("b") + "---\n" + pod("c"))
    (folder / "a.json").write_text(json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}))
    (folder / "values.yaml").write_text("replicas: 2\n")
    (folder / "notes.txt").write_text("nothing")
    (folder / ".git" / "c.yaml").write_text(pod("hidden"))
    items, material = _read(".", "a.json")
    assert _names(items) == [("a.json", 1, "a"), ("deep/b.yml", 1, "b"), ("deep/b.yml", 2, "c")]
    assert material.ignored == ["values.yaml"]
    assert material.unread == []


def test_an_object_has_an_address_that_exemptions_name(folder: Path) -> None:
    (folder / "a.yaml").write_text(pod() + "---\nkind: Pod\n")
    first, second = _read("a.yaml")[0]
    assert (first.declared.type, first.declared.address) == ("kubernetes:core/v1:Pod", "file:a.yaml#Pod/deeds/api")
    assert (second.declared.name, second.declared.address) == ("document 2", "file:a.yaml#Pod/?")


def test_a_manifest_never_passes_for_a_type_of_pulumis_own(folder: Path) -> None:
    (folder / "a.yaml").write_text("apiVersion: helm.sh/v3\nkind: Release\nmetadata: {name: x}\n")
    assert _read("a.yaml")[0][0].declared.type == "kubernetes:object"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.yaml", "a: 1\n", "no object of Kubernetes and no stack's state"),
        ("a.json", "[1]", "no object of Kubernetes"),
        ("a.yaml", "a: [", "not valid YAML"),
        ("none.yaml", None, "No such file"),
        ("a.yaml", "", "holds nothing"),
        ("a.yaml", "# a comment alone\n---\n", "holds nothing"),
    ],
)
def test_what_is_named_and_cannot_be_read_is_noted_and_the_rest_is_read(
    folder: Path, name: str, content: str | None, says: str
) -> None:
    if content is not None:
        (folder / name).write_text(content)
    (folder / "good.yaml").write_text(pod())
    items, material = _read(name, "good.yaml")
    (unread,) = material.unread
    assert says in unread.what
    assert unread.file == name
    assert unread.remedy
    assert _names(items) == [("good.yaml", 1, "api")]


def test_a_broken_file_in_a_folder_is_no_file_of_something_else(folder: Path) -> None:
    (folder / "broken.yaml").write_text("kind: Pod\nspec: ]\n")
    (unread,) = _read(".")[1].unread
    assert (unread.file, unread.line) == ("broken.yaml", 2)


def test_a_folder_without_objects_is_not_found_to_be_fine(folder: Path) -> None:
    (folder / "values.yaml").write_text("replicas: 2\n")
    items, material = _read(".")
    assert (items, material.ignored) == ([], ["values.yaml"])
    assert [(one.file, one.what) for one in material.unread] == [(".", "holds no object of Kubernetes")]
    (folder / "list.json").write_text('{"apiVersion": "v1", "kind": "List", "items": []}')
    assert _read("list.json")[1].unread == []  # that there is none was asked, and answered


def test_bounds_are_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        (folder / f"{number}.yaml").write_text(pod())
    monkeypatch.setattr(sources, "_MOST_ITEMS", 2)
    items, material = _read("0.yaml", "1.yaml", "2.yaml")
    assert [item.file for item in items] == ["0.yaml", "1.yaml"]
    assert [(one.file, one.what) for one in material.unread] == [("2.yaml", "brings the number of objects above 2")]


def test_a_reading_that_was_cut_off_is_no_result(folder: Path) -> None:
    (folder / "a.yaml").write_text(pod())

    def ended() -> Iterator[ahead.Read]:
        raise ahead.EndedError("killed by signal 9")
        yield

    reader = Reader(places.find(["a.yaml"]), ended(), (), "1.36.3", _which)
    with pytest.raises(LabError, match="killed by signal 9") as caught:
        list(reader.items())
    assert caught.value.remedy


def test_a_kustomization_in_a_folder_is_built_and_its_files_are_not_judged_by_themselves(
    folder: Path,
    tools: None,  # noqa: ARG001
) -> None:
    base, live = folder / "base", folder / "live"
    for one in (base, live):
        one.mkdir()
    (base / "kustomization.yaml").write_text("resources: [pod.yaml]\n")
    (base / "pod.yaml").write_text(pod())
    (live / "kustomization.yaml").write_text("namePrefix: live-\nresources: [../base]\npatches: [{path: patch.yaml}]\n")
    (live / "patch.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: api, namespace: deeds}\nspec: {}\n")
    (folder / "beside.yaml").write_text(pod("beside"))
    assert _names(_read(".")[0]) == [("beside.yaml", 1, "beside"), ("live", 1, "live-api")]
    assert _names(_read("base")[0]) == [("base", 1, "api")]
    assert _names(_read("base/kustomization.yaml")[0]) == [("base", 1, "api")]


def test_a_chart_is_rendered_with_its_values(folder: Path, tools: None) -> None:  # noqa: ARG001
    chart = folder / "charts" / "app"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: app\nversion: 1.0.0\n")
    (chart / "templates" / "pod.yaml").write_text(pod('{{ required "name it" .Values.name }}'))
    (folder / "values.yaml").write_text("name: named\n")
    assert _names(_read("charts", values=(folder / "values.yaml",))[0]) == [("charts/app", 1, "named")]
    (unread,) = _read("charts/app")[1].unread
    assert "cannot be rendered: helm says" in unread.what
    assert "name it" in unread.what


def test_a_list_is_judged_item_by_item(folder: Path) -> None:
    (folder / "list.json").write_text(
        json.dumps({"apiVersion": "v1", "kind": "List", "items": [{"kind": "Pod"}, {"kind": "Secret"}]})
    )
    assert [(item.document, item.within) for item in _read("list.json")[0]] == [(1, "items[0]"), (1, "items[1]")]


def test_the_repositorys_own_charts_and_clusters_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert len(_read("clusters")[0]) > 10
