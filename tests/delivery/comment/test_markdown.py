"""Texts of others are shown as they are, and do nothing."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.comment.markdown import code, details, fence, hidden, table, text
from delivery.plan.printable import printable
from tests.support.github_page import rendered

_TAG = re.compile(r"<[^>]+>")
_CELL = re.compile(r"<td>(.*?)</td>", re.DOTALL)
ODD = (
    "a|b", r"a\|b", "`tick` ``two``", "<script>alert(1)</script>", "@octocat and @cartorio/ops", "#1 GH-2 a/b#3",
    "-->", "<!--",
    "\u202egnp.exe", "مرحبا", "```\n</details>\n```", "</code></td>", "[x](javascript:alert(1))", "![x](http://e.example/x.png)",
    "$$x$$ $`y`$", "&lt;b&gt;", ":tada:", "https://evil.example www.evil.example a@b.example",
    "* a\n# b\n> c", "~~gone~~", "_it_",
    "\\", "{{ x }}", "%0A::error::", "\ud800", "", " ", "-", "- [ ] x",
)  # fmt: skip


def _shown(words: str) -> str:
    return " ".join(printable(words).replace("\u200b", "").split())


def _plain(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", markup)).replace("\u200b", "").split())


def _assert_shown(words: str) -> None:
    markup = rendered(table(("h", "i"), [(text(words), code(words))]))
    cells = _CELL.findall(markup)
    assert [_plain(cell) for cell in cells] == [_shown(words)] * 2
    assert set(re.findall(r"<(\w+)", "".join(cells))) <= {"code"}
    assert "<code" not in cells[0]
    assert len(cells) == 2


@pytest.mark.parametrize("words", ODD)
def test_odd_words_are_shown_as_they_are(words: str) -> None:
    _assert_shown(words)


@given(st.text())
def test_any_words_are_shown_as_they_are(words: str) -> None:
    _assert_shown(words)


@given(st.text(st.sampled_from("|`\\<>&*_[]()!#@~$-+=:{}\"' \nab1."), max_size=30))
def test_any_markup_is_shown_as_it_is(words: str) -> None:
    _assert_shown(words)


@pytest.mark.parametrize("words", ["@octocat", "see @a/b", "#12", "GH-7", "gh-7", "owner/repo#9"])
def test_nobody_is_mentioned_and_nothing_referred_to(words: str) -> None:
    assert not re.search(r"[@#]\w|\b(?i:gh)-\d", html.unescape(_TAG.sub("", rendered(text(words)))))


@pytest.mark.parametrize("words", ["https://evil.example", "www.evil.example", "a@b.example"])
def test_no_address_becomes_a_link(words: str) -> None:
    for written in (text(words), code(words)):
        assert not re.search(r"https?://|www\.|\w@\w", written)


def test_text_from_right_to_left_turns_nothing_else_around() -> None:
    assert code("مرحبا").startswith('<code dir="ltr">')
    assert 'dir="ltr"' in rendered(code("مرحبا"))
    assert "\u202e" not in text("\u202e") + code("\u202e")


@given(st.lists(st.text()))
def test_a_block_holds_its_lines_and_ends_where_it_ends(lines: list[str]) -> None:
    markup = rendered(f"{fence(lines)}\n\nafter")
    block, after = markup.split("</code></pre>")
    content = "".join(f"{printable(line)}\n" for line in lines)
    assert html.unescape(_TAG.sub("", block)) == content
    assert _plain(after) == "after"


def test_a_block_inside_details() -> None:
    markup = rendered(details(code("a"), fence(["+ </details>", "- ```"])))
    assert markup.count("<details>") == markup.count("</details>") == 1
    assert "&lt;/details&gt;" in markup
    assert markup.startswith("<details><summary><code>a</code></summary>")


@given(st.text())
def test_a_hidden_note_ends_where_it_ends(words: str) -> None:
    note = hidden(words)
    assert note.index("-->") == len(note) - 3
    assert "\n" not in note
    assert _plain(rendered(f"{note}\n\nafter")) == "after"
