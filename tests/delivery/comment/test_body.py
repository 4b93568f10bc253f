"""The text of a comment: what comes first, what fits, what is left out; seen in a browser."""

from __future__ import annotations

import html
import json
import os
import re
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from delivery.comment.body import COMMENT, SUMMARY, body, settled
from delivery.comment.wording import ENGLISH, PORTUGUESE, WORDINGS
from delivery.plan.policies import read_record
from lab.browser import browser
from lab.paths import PROJECT_ROOT, LabPaths
from tests.delivery.comment.test_markdown import ODD
from tests.support.github_page import page, rendered
from tests.support.plans import ORIGIN, plan, policy, secret, state, step

if TYPE_CHECKING:
    from collections.abc import Callable

    from delivery.plan.model import Plan
    from delivery.plan.policies import PackRecord

_LINK = "https://github.example/run/1?a=(b)"


def _record(*words: str) -> PackRecord:
    entries: list[dict[str, Any]] = []
    for word in words:
        exempted = dict.fromkeys(("rule", "urn", "resource", "message", "reason", "owner", "ticket", "expires"), word)
        image = {"reference": word, "outcome": "trusted", "signers": [word], "reasons": [word]}
        entries += [{"exempted": exempted}, {"image": image}]
    return read_record(json.dumps(entry) for entry in entries)


@cache
def _large(count: int, findings: int = 200) -> Plan:
    operations = ("create", "update", "delete", "replace")
    steps = [
        step(
            operations[number % 4],
            f"resource-{number}",
            around=(f"cartorio:area{number % 40}:Component",),
            old=state(inputs={"a": number, "text": "x" * 40}),
            new=state(inputs={"a": number + 1, "more": "y" * 2000, "token": secret()}),
            keys=["a"],
        )
        for number in range(count)
    ]
    told = tuple(policy(name=f"resource-{number}", why="w" * 900, remedy="r" * 900) for number in range(findings))
    return plan(
        *steps, policies=told, record=_record(*(f"registry.example/{n}@sha256:{'0' * 64}" for n in range(findings)))
    )


@cache
def _odd() -> Plan:
    steps = [
        step(
            ("create", "update", "delete", "replace")[number % 4],
            word,
            around=(f"cartorio:odd:{word}",),
            urn=f"urn:pulumi:producao::cartorio::cartorio:odd:{word}$aws:s3/bucket:Bucket::{number}{word}",
            old=state(inputs={word or "empty": word, "a": "before\nlines"}),
            new=state(inputs={word or "empty": f"{word}!", "a": word}),
            keys=[word],
        )
        for number, word in enumerate(ODD)
    ]
    told = tuple(policy(why=word, remedy=word, where=word, rule=word) for word in ODD)
    origin = ORIGIN.model_copy(update={"by": "@a|b`"})
    made = plan(*steps, policies=told, record=_record(*ODD), origin=origin)
    return made.model_copy(update={"stack": "pro|`<b>du@cao"})  # which no plan has, and would do nothing


_PLANS: dict[str, Callable[[], Plan]] = {
    "nothing": lambda: plan(),  # noqa: PLW0108 - it takes arguments
    "one": lambda: plan(step("create")),
    "small": lambda: _large(50, 3),
    "production": lambda: _large(733, 30),
    "large": lambda: _large(5000),
    "odd": _odd,
}


def test_what_cannot_be_overlooked_comes_first() -> None:
    made = plan(
        step("create", "new"),
        step("delete", "gone", old=state(protect=True)),
        step("replace", "anew", keys=["bucket"]),
        step("same", "loose", old=state(protect=True), new=state()),
        policies=(policy(), policy(enforcementLevel="advisory", rule="some/advice")),
    )
    text = body(made, ENGLISH, link=_LINK)
    order = [
        "refused by policy", "[!CAUTION]", "Deleted or replaced: 2.", "DELETE", "engine refuses",
        "changes of <code>bucket</code> replace it", "[!WARNING]", "Protection against deletion is lifted: 1.",
        "Refused by policy (1)", "Close it.", "| create |", "Advice of policies (1)", "Changes by", made.digest,
    ]  # fmt: skip
    places = [text.index(part) for part in order if part in text]
    assert [part for part in order if part not in text] == []
    assert text.index("REPLACE") < text.index("[!WARNING]")
    assert sorted(places) == places or text.index("REPLACE") < text.index("DELETE")
    assert "https://github.example/run/1?a=%28b%29" in text


@pytest.mark.parametrize("name", _PLANS)
@pytest.mark.parametrize("say", [ENGLISH, PORTUGUESE], ids=["en", "pt-BR"])
def test_it_fits_whatever_the_size(name: str, say: Any) -> None:  # noqa: ANN401
    text = body(_PLANS[name](), say, link=_LINK)
    assert len(text.encode()) <= COMMENT
    shown = rendered(text)
    assert shown.count("<details>") == shown.count("</details>")
    assert say.digest in text


def test_what_is_left_out_is_said_and_where_it_is() -> None:
    made = _large(5000)
    text = body(made, ENGLISH, link=_LINK)
    told = re.search(r"Left out for lack of space: ([\d,]+) resources in (\d+) components", text)
    assert told
    shown = [int(number) for number in re.findall(r"<summary><code>cartorio:[^ ]+</code> \((\d+)\)", text)]
    assert sum(shown) + int(told[1].replace(",", "")) == 5000
    assert len(shown) + int(told[2]) == 40
    assert "[The whole plan](https://github.example/run/1" in text
    assert "Deleted or replaced: 2500." in text
    assert len(text) > COMMENT * 0.8  # the room is used


def test_what_no_policy_pack_has_judged_says_so_and_is_not_settled() -> None:
    quiet = plan().model_copy(update={"packs": ()})
    assert settled(plan())
    assert not settled(quiet)
    for say in WORDINGS.values():
        assert say.unjudged in body(quiet, say)
        assert say.unjudged not in body(plan(), say)


def test_a_comment_of_5000_resources_takes_no_second() -> None:
    made = _large(5000)
    fastest = 9.0
    for _ in range(3):  # the machine may be busy with other tests
        begun = time.perf_counter()
        body(made, ENGLISH)
        fastest = min(fastest, time.perf_counter() - begun)
    assert fastest < 1


def test_a_summary_has_more_room_and_no_marker() -> None:
    text = body(_large(733, 30), ENGLISH, limit=SUMMARY, marked=False)
    assert COMMENT < len(text.encode()) <= SUMMARY
    assert "<!--" not in text
    assert "Left out" not in text


def test_the_two_languages_say_the_same_things() -> None:
    for say in WORDINGS.values():
        assert all(vars(say).values())
    english, portuguese = (re.findall(r"\{\w+\}", json.dumps(vars(say))) for say in (ENGLISH, PORTUGUESE))
    assert sorted(english) == sorted(portuguese)


def test_secrets_and_unknown_values_are_named_as_such() -> None:
    text = body(
        plan(step("create", new=state(inputs={"token": secret(), "id": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}))),
        ENGLISH,
    )
    assert "token: [secret]" in text
    assert "id: [known after the update]" in text


def test_nothing_to_change_is_resolved() -> None:
    text = body(plan(), ENGLISH)
    assert "Resolved:" in text
    assert "nothing to change" in text
    lab = body(plan(step("create"), origin=ORIGIN.model_copy(update={"lab": True}), exit_code=1), ENGLISH)
    assert "Previewed in the lab" in lab
    assert "did not come to its end" in lab


def _seen(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """What a real browser sees of every comment, by its own account."""
    texts = [body(build(), say, link=_LINK) for build in _PLANS.values() for say in (ENGLISH, PORTUGUESE)]
    (folder / "page.html").write_text(page(texts, looking=True), "utf-8")
    document = browser(LabPaths.default()).document(folder / "page.html")
    told = re.search(r'<textarea id="told">(.*)</textarea>', document, re.DOTALL)
    assert told, document[:500]
    found: list[dict[str, Any]] = json.loads(html.unescape(told[1]))
    return list(zip((name for name in _PLANS for _ in range(2)), found, strict=True))


def test_a_browser_sees_no_broken_table_block_or_details(tmp_path: Path) -> None:
    for name, seen in _seen(tmp_path):
        assert name == "odd" or not seen["markup"], seen["loose"][:2000]  # odd names look like markup, on purpose
        assert all(len(set(rows)) == 1 for rows in seen["tables"]), seen["tables"]
        assert seen["details"] == seen["summaries"] == seen["closed"]
        assert seen["strange"] == 0
        assert set(seen["links"]) == {"https://github.example/run/1?a=%28b%29"}
        assert not seen["wider"]
        assert not re.search(r"[@#]\w", seen["loose"])
        assert "\u202e" not in seen["text"]


def test_a_picture_is_kept() -> None:
    folder = Path(os.environ.get("CARTORIO_ARTIFACTS") or PROJECT_ROOT / "build")
    folder.mkdir(parents=True, exist_ok=True)
    source, picture = folder / "comment.html", folder / "comment.png"
    source.write_text(page([body(_PLANS[name](), ENGLISH, link=_LINK) for name in ("small", "odd")]), "utf-8")
    picture.unlink(missing_ok=True)
    browser(LabPaths.default()).screenshot(source, picture)
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert picture.stat().st_size > 20_000
