"""What an SDK says is read from the cache as it was written, and anew when the file cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.providers.aws.provider import AwsProvider
from lab.providers.kit import sdk_memory, shapes
from lab.providers.kit.sdk_memory import Said, recall
from lab.providers.kit.shapes import Fields, ListOf, MapOf, OneOf, Record, Shape, violations

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "aws:kms/key:Key"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own."""
    monkeypatch.setenv("CARTORIO_CACHE", str(tmp_path))
    return tmp_path / "sdk-shapes"


def _said() -> Said:
    """Each kind of shape, and a record that holds itself."""

    def tree() -> Fields:
        return Fields({"children": ListOf(Record("Tree", tree)), "name": shapes.STRING}, frozenset({"name"}))

    inner = Fields({"size": shapes.INTEGER}, left_out=frozenset({"colour"}))
    members: dict[str, Shape] = {
        "tags": MapOf(shapes.STRING),
        "limit": OneOf((shapes.NUMBER, shapes.BOOLEAN)),
        "any": shapes.ANYTHING,
        "inner": Record("Inner", lambda: inner),
        "tree": Record("Tree", tree),
    }
    return Said(Fields(members, frozenset({"tags"})), frozenset({"arn"}))


def _never() -> Said:
    raise AssertionError("the SDK was asked although the cache knows")


def test_what_was_said_is_remembered_by_the_next_process(cache: Path) -> None:
    first = recall(TOKEN, ("tags",), _said)
    again = recall(TOKEN, ("tags",), _never)
    assert len([*cache.iterdir()]) == 1
    assert (again.inputs.required, again.outputs) == (first.inputs.required, first.outputs)
    assert {name: str(shape) for name, shape in again.inputs.shapes.items()} == {
        name: str(shape) for name, shape in first.inputs.shapes.items()
    }


@pytest.mark.parametrize(
    "value",
    [
        {"tags": {"a": 1}},
        {"tags": {}, "limit": "much"},
        {"tags": {}, "inner": {"colour": "red"}},
        {"tags": {}, "inner": {"weight": 1}},
        {"tags": {}, "tree": {"name": "a", "children": [{"name": "b", "children": [{"children": []}]}]}},
    ],
)
def test_what_is_remembered_judges_as_what_was_said(value: dict[str, object]) -> None:
    said, remembered = recall(TOKEN, (), _said), recall(TOKEN, (), _never)
    found = [[*violations(Record("All", lambda one=one: one.inputs), value, ())] for one in (said, remembered)]  # type: ignore[misc]
    assert found[0]
    assert found[0] == found[1]


def test_another_type_or_other_names_are_asked_for_anew(cache: Path) -> None:
    for token, names in ((TOKEN, ("a",)), (TOKEN, ("b",)), ("aws:kms/alias:Alias", ("a",))):
        recall(token, names, _said)
    assert len([*cache.iterdir()]) == 3
    recall(TOKEN, ("a",), _never)


def test_other_code_does_not_read_what_older_code_wrote(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recall(TOKEN, (), _said)
    monkeypatch.setattr(sdk_memory, "_code", lambda: "other")
    recall(TOKEN, (), _said)
    assert len([*cache.iterdir()]) == 2


@pytest.mark.parametrize("content", ["", "{", "[]", '{"inputs": [{"a": "stone"}, [], []], "outputs": []}'])
def test_a_file_that_cannot_be_used_is_written_anew(cache: Path, content: str) -> None:
    recall(TOKEN, (), _said)
    (file,) = cache.iterdir()
    file.write_text(content)
    assert recall(TOKEN, (), _said).outputs == {"arn"}
    recall(TOKEN, (), _never)


def test_a_cache_that_cannot_be_written_changes_nothing(cache: Path) -> None:
    cache.write_text("a file where the folder belongs")
    assert recall(TOKEN, (), _said).outputs == {"arn"}


def test_every_type_of_the_lab_is_remembered_as_its_sdk_has_it(cache: Path) -> None:
    made = {token: kind.schema for token, kind in AwsProvider().types.items()}
    assert len([*cache.iterdir()]) == len(made)
    for token, kind in AwsProvider().types.items():
        again = kind.schema
        assert (again.required, again.outputs) == (made[token].required, made[token].outputs), token
        assert {n: str(s) for n, s in again.inputs.items()} == {n: str(s) for n, s in made[token].inputs.items()}
