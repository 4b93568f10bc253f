from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.providers.kit import check as checks
from lab.providers.kit.check import check, check_configuration, configuration
from lab.providers.kit.naming import Mode, Naming
from lab.providers.kit.values import Secret, format_path
from lab.providers.model import UNKNOWN
from tests.lab.providers.kit.conftest import Shelf, Shop

if TYPE_CHECKING:
    from collections.abc import Mapping

WISH = Naming("Books", seed=b"seed")


def inputs(news: Mapping[str, Any], olds: Mapping[str, Any] | None = None, wish: Naming = WISH) -> dict[str, Any]:
    checked, found = check(Shelf(), news, olds or {}, wish)
    assert found == ()
    return checked


def failures(news: Mapping[str, Any], wish: Naming = WISH) -> dict[str, str]:
    return {format_path(failure.path): failure.reason for failure in check(Shelf(), news, {}, wish)[1]}


def test_defaults_and_names_are_filled_in_and_noted() -> None:
    checked = inputs({"size": 1})
    assert checked["room"] == "hall"
    assert checked["name"].startswith("books-")
    assert checked[checks.DEFAULTS] == ["name", "room"]


def test_what_is_given_stays() -> None:
    checked = inputs({"size": 1, "room": "attic", "name": "Mine", "anything": [{"a": None}]})
    assert checked == {"size": 1, "room": "attic", "name": "Mine", "anything": [{"a": None}], checks.DEFAULTS: []}


def test_an_unsupported_property_is_refused_by_name() -> None:
    found = failures({"size": 1, "shiny": True})
    assert found == {
        "shiny": f"the lab's provider does not support the property `shiny` of {Shelf.token}; "
        "it supports anything, code, colour, name, policy, room, rules, size, tags"
    }


def test_everything_wrong_is_told_at_once() -> None:
    found = failures(
        {"shiny": 1, "tags": {"a.b": 1}, "rules": [{"note": 5, "later": 1, "never": 1}, "x"], "room": ["x"]}
    )
    assert set(found) == {
        "shiny",
        'tags["a.b"]',
        "rules[0].note",
        "rules[0].later",
        "rules[0].never",
        "rules[0].x",
        "rules[1]",
        "room",
        "size",
    }
    assert found["size"] == f"the required property `size` of {Shelf.token} is missing"
    assert found["room"] == "expected a string, got a list"
    assert found["rules[0].later"] == "the lab's provider does not support `later` of RuleArgs"


@pytest.mark.parametrize(
    "size", ["1", True, 1.5, [1], {"a": 1}], ids=["string", "boolean", "fraction", "list", "object"]
)
def test_a_value_of_another_type_is_refused(size: object) -> None:
    assert "expected an integer" in failures({"size": size})["size"]


def test_a_secret_of_another_type_is_refused_without_telling_it() -> None:
    found = failures({"size": Secret("hunter2")})
    assert "expected an integer" in found["size"]
    assert "hunter2" not in str(found)


def test_an_unknown_fits_everywhere() -> None:
    checked = inputs({"size": UNKNOWN, "tags": UNKNOWN, "rules": [UNKNOWN, {"x": UNKNOWN}], "code": Secret(UNKNOWN)})
    assert checked["rules"] == [UNKNOWN, {"x": UNKNOWN}]
    assert checked["code"] == Secret(UNKNOWN)


def test_null_is_absent() -> None:
    assert inputs({"size": 1, "room": None})["room"] == "hall"
    assert "required" in failures({"size": None})["size"]


def test_the_type_judges_only_what_is_wholly_known_and_well_formed() -> None:
    assert failures({"size": 0}) == {"size": "must be positive"}
    assert failures({"size": 0, "tags": {"a": UNKNOWN}}) == {}
    assert set(failures({"size": 0, "shiny": 1})) == {"shiny"}


def test_secret_properties_are_marked_and_given_secrets_kept() -> None:
    checked = inputs({"size": 1, "code": "x", "tags": {"a": Secret("b")}})
    assert checked["code"] == Secret("x")
    assert checked["tags"] == {"a": Secret("b")}
    assert checked["tagsAll"] == Secret({"owner": "lab", "a": "b"})


def test_transforms_wait_for_known_values_and_keep_secrets() -> None:
    assert inputs({"size": 1, "policy": {"b": 1, "a": 1}})["policy"] == "a;b"
    assert inputs({"size": 1, "policy": {"b": UNKNOWN}})["policy"] is UNKNOWN
    assert inputs({"size": 1, "policy": {"b": Secret(1)}})["policy"] == Secret("b")
    assert inputs({"size": 1, "policy": Secret({"b": UNKNOWN})})["policy"] == Secret(UNKNOWN)


def test_derived_properties_are_computed_anew() -> None:
    assert inputs({"size": 1, "tags": {"a": "b"}, "tagsAll": {"stale": "x"}})["tagsAll"] == {"owner": "lab", "a": "b"}
    assert "tagsAll" not in inputs({"size": 1})


def test_the_preview_and_the_update_make_the_same_name() -> None:
    first = inputs({"size": 1})
    assert inputs({"size": 1})["name"] == first["name"]
    assert inputs({"size": 1}, wish=Naming("Books", seed=b"other"))["name"] != first["name"]


def test_an_automatic_name_is_kept_and_a_chosen_one_is_not_mistaken_for_it() -> None:
    first = inputs({"size": 1})
    again = inputs({"size": 2}, first, Naming("Books", seed=b"other"))
    assert again["name"] == first["name"]
    assert again[checks.DEFAULTS] == first[checks.DEFAULTS]
    chosen = inputs({"size": 1, "name": "mine"})
    assert inputs({"size": 1}, chosen)["name"] == first["name"]


def test_a_name_that_cannot_be_made_is_a_failure_of_its_property() -> None:
    assert "20 are allowed" in failures({"size": 1}, Naming("a-very-long-logical-name", seed=b"x"))["name"]
    assert "switched off" in failures({"size": 1}, Naming("books", mode=Mode.DISABLE))["name"]


def test_settings_that_are_not_strings_come_as_json_text() -> None:
    shop = Shop().provider
    given = {"retries": "3", "endpoints": '[{"s3": "http://x"}]', "region": "12", "version": "1.2.3"}
    checked, found = check_configuration(shop, given)
    assert found == ()
    assert checked == given
    assert configuration(shop, checked) == {"retries": 3, "endpoints": [{"s3": "http://x"}], "region": "12"}


def test_settings_are_judged_by_name_type_and_the_provider() -> None:
    shop = Shop().provider
    _, found = check_configuration(shop, {"retries": "many", "colour": "red"})
    assert {format_path(failure.path): failure.reason for failure in found} == {
        "colour": "the lab's provider shop does not support the setting `colour`; "
        "it supports endpoints, key, region, retries",
        "retries": "expected an integer, got a string",
    }
    _, found = check_configuration(shop, {"region": "moon"})
    assert [failure.reason for failure in found] == ["is no region"]


def test_secret_settings_are_marked() -> None:
    assert check_configuration(Shop().provider, {"key": "x"})[0] == {"key": Secret("x")}


def test_an_unknown_setting_fits() -> None:
    assert check_configuration(Shop().provider, {"retries": UNKNOWN})[1] == ()
