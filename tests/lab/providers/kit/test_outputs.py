"""Previews, results, drift and imports, over a real connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.providers.kit.outputs import preview_create, preview_update
from lab.providers.kit.values import Secret
from lab.providers.model import UNKNOWN, Schema
from tests.lab.providers.kit.conftest import SHELF

if TYPE_CHECKING:
    from tests.lab.providers.kit.conftest import Shop
    from tests.support.provider_engine import Engine


def test_drift_shows_in_the_inputs_and_goes_with_the_next_update(engine: Engine, shop: Shop) -> None:
    wanted = {"size": 1, "tags": {"a": "b"}, "policy": "A;B"}
    made = engine.create(SHELF, "books", wanted)
    shelf = shop.shelf.there[made.id]
    shelf["tags"] = {"a": "b", "by": "hand"}
    shelf["rules"] = [{"x": 1}]
    shelf["policy"] = "a;b"
    shelf["colour"] = "red"
    shelf["size"] = 5
    drifted = engine.refresh(made)
    assert drifted is not None
    assert drifted.outputs["colour"] == "red"
    assert drifted.given["policy"] == "A;B"
    assert "colour" not in drifted.given
    assert engine.diff(drifted, wanted).paths == {"tags.by", "rules", "size"}
    repaired = engine.update(drifted, wanted)
    assert shop.shelf.there[made.id]["size"] == 1
    again = engine.refresh(repaired)
    assert again is not None
    assert not engine.diff(again, wanted).any


def test_a_lost_property_is_drift(engine: Engine, shop: Shop) -> None:
    made = engine.create(SHELF, "books", {"size": 1, "tags": {"a": "b"}})
    del shop.shelf.there[made.id]["tags"]
    drifted = engine.refresh(made)
    assert drifted is not None
    assert "tags" not in drifted.given
    assert "tags" in engine.diff(drifted, {"size": 1, "tags": {"a": "b"}}).paths


def test_without_drift_a_refresh_changes_nothing(engine: Engine) -> None:
    made = engine.create(SHELF, "books", {"size": 1, "code": "x", "policy": {"b": 1}})
    assert engine.refresh(made) == made


def test_a_resource_that_is_gone_has_no_id(engine: Engine, shop: Shop) -> None:
    made = engine.create(SHELF, "books", {"size": 1})
    shop.shelf.there.clear()
    assert engine.refresh(made) is None


def test_an_import_yields_the_inputs_of_the_same_program(engine: Engine) -> None:
    wanted = {"size": 1, "tags": {"a": "b"}, "name": "mine", "code": "x"}
    made = engine.create(SHELF, "books", wanted)
    found = engine.find(SHELF, made.id)
    assert found is not None
    assert found.given["code"] == Secret("x")
    assert found.outputs == made.outputs
    assert not engine.diff(found, wanted).any


def test_importing_nothing_finds_nothing(engine: Engine) -> None:
    assert engine.find(SHELF, "shelf-none") is None


def test_a_preview_knows_the_inputs_and_nothing_that_the_service_says(engine: Engine, shop: Shop) -> None:
    shown = engine.preview(SHELF, "books", {"size": 1, "tags": {"a": UNKNOWN}, "code": "x"})
    assert shown["size"] == 1
    assert shown["room"] == "hall"
    assert shown["tags"] == {"a": UNKNOWN}
    assert shown["code"] == Secret("x")
    assert all(shown[name] is UNKNOWN for name in ("arn", "revision", "colour"))
    assert not shop.shelf.seen


def test_a_created_resource_is_what_the_preview_said(engine: Engine, shop: Shop) -> None:
    wanted = {"size": 1, "tags": {"a": "b"}, "code": "x"}
    shown = engine.preview(SHELF, "books", wanted)
    made = engine.create(SHELF, "books", wanted)
    assert {name: value for name, value in made.outputs.items() if shown[name] is not UNKNOWN} == {
        name: value for name, value in shown.items() if value is not UNKNOWN
    }
    assert made.outputs["code"] == Secret("x")
    assert made.outputs["arn"] == f"arn:{made.id}"
    assert shop.shelf.seen[-1]["code"] == "x"
    assert not any(name.startswith("__") for name in shop.shelf.seen[-1])


def test_an_update_previews_and_does_the_same(engine: Engine) -> None:
    made = engine.create(SHELF, "books", {"size": 1, "tags": {"a": "b"}})
    wanted = {"size": 2, "code": "y"}
    shown = engine.preview(SHELF, "books", wanted, made)
    assert shown["revision"] is UNKNOWN
    assert shown["arn"] == made.outputs["arn"]
    assert shown["colour"] == "grey"
    assert "tags" not in shown
    changed = engine.update(made, wanted)
    assert changed.outputs == {**shown, "revision": 2}
    assert not engine.diff(changed, wanted).any


def test_what_was_secret_going_in_is_secret_coming_out(engine: Engine) -> None:
    made = engine.create(SHELF, "books", {"size": 1, "tags": {"a": Secret("b")}, "room": Secret("attic")})
    assert made.outputs["tags"] == Secret({"a": "b"})
    assert made.outputs["room"] == Secret("attic")
    assert made.outputs["tagsAll"] == Secret({"owner": "lab", "a": "b"})
    again = engine.refresh(made)
    assert again is not None
    assert again.outputs == made.outputs


PLACED = Schema(inputs={"place": None}, inner={"place": frozenset({"shelf"})})


def test_what_only_the_service_knows_of_an_object_is_unknown_before_it_is_made() -> None:
    assert preview_create(PLACED, {"place": {"room": "hall"}}) == {"place": {"room": "hall", "shelf": UNKNOWN}}
    assert preview_create(PLACED, {"place": UNKNOWN}) == {"place": UNKNOWN}
    assert preview_create(PLACED, {}) == {}


def test_what_only_the_service_knows_of_an_object_stays_in_an_update() -> None:
    state = {"place": {"room": "hall", "wall": "left", "shelf": 3}}
    assert preview_update(PLACED, state, {"place": {"room": "attic"}}) == {"place": {"room": "attic", "shelf": 3}}
    assert preview_update(PLACED, {}, {"place": {"room": "attic"}}) == {"place": {"room": "attic"}}
