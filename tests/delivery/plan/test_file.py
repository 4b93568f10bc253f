"""Plan files: what is written is read, and what somebody changed is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from delivery.plan import docgen, file
from lab.errors import UsageError
from tests.support.plans import plan, policy, state, step

_PLAN = plan(
    step("create", new=state(inputs={"acl": "private", "policy": "é|" * 900, "lone": "\ud800"})),
    step("delete", "old"),
    policies=(policy(),),
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    where = tmp_path / "new" / "plan.json"
    file.write(_PLAN, where)
    assert file.read(where) == _PLAN
    assert list(where.parent.iterdir()) == [where]


def test_a_file_is_as_its_schema_says() -> None:
    jsonschema.Draft202012Validator(docgen.schema()).validate(json.loads(file.text(_PLAN)))


def _changed(path: tuple[Any, ...], value: object) -> bytes:
    document = json.loads(file.text(_PLAN))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("changes", 1, "operation"), "update"),
        (("changes", 0, "properties", 0, "after", "text"), '"public-read"'),
        (("changes",), []),
        (("stack",), "staging"),
        (("counts", "delete"), 0),
        (("counts", "create"), 2),
        (("digest",), f"sha256:{'0' * 64}"),
    ],
)
def test_a_plan_that_was_changed_is_refused(path: tuple[Any, ...], value: object) -> None:
    with pytest.raises(UsageError, match="was changed after it was made"):
        file.parse(_changed(path, value), "plan.json")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no plan of cartorio.plan/v1"),
        (b"[]", "no plan of cartorio.plan/v1"),
        (b"[" * 100_000, "no plan of cartorio.plan/v1"),
        (b'{"schema": "cartorio.plan/v2"}', "its schema is 'cartorio.plan/v2'"),
        (b'{"schema": "cartorio.plan/v1"}', "project: Field required"),
        (_changed(("more",), 1), "more: Extra inputs are not permitted"),
        (_changed(("counts", "create"), "many"), "counts.create"),
        (b'{"schema": "' + b"x" * 5000 + b'"}', "its schema is 'xxx"),
        # What is printed, and begins a line there, is a name as Pulumi takes it.
        (_changed(("stack",), "::error::x"), "stack: String should match pattern"),
        (_changed(("stack",), "../producao"), "stack: String should match pattern"),
        (_changed(("stack",), "producao\n::error::x"), "stack: String should match pattern"),
        (_changed(("project",), "a/b"), "project: String should match pattern"),
    ],
)
def test_what_is_no_plan_is_refused_with_its_reason(content: bytes, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        file.parse(content, "plan.json")
    assert why in caught.value.what
    assert caught.value.where == "plan.json"
    assert len(caught.value.what) < 300


def test_an_error_about_a_plan_quotes_no_value_of_it() -> None:
    with pytest.raises(UsageError) as caught:
        file.parse(_changed(("counts", "create"), "CANARY"), "plan.json")
    assert "CANARY" not in caught.value.what


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        file.read(tmp_path / "none.json")


def test_a_file_without_an_end_is_not_read_to_it() -> None:
    with pytest.raises(UsageError, match="not longer than 64 MiB"):
        file.read(Path("/dev/zero"))


def test_a_link_in_the_place_of_a_plan_is_replaced_and_not_followed(tmp_path: Path) -> None:
    other, link = tmp_path / "other", tmp_path / "plan.json"
    other.write_text("theirs")
    link.symlink_to(other)
    file.write(_PLAN, link)
    assert other.read_text() == "theirs"
    assert file.read(link) == _PLAN


def test_a_place_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        file.write(_PLAN, tmp_path / "file" / "plan.json")
