"""Markdown as GitHub shows it: rendered by the rules of GFM, with the HTML that GitHub lets through, as a page.

https://github.github.com/gfm/; which elements: https://github.com/gjtorikian/html-pipeline, `sanitization_filter.rb`.
Not done: alerts (`> [!CAUTION]`), which stay quotations, and links made of bare addresses, which tests look for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import nh3
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterable

_ELEMENTS = {
    *(
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "br",
        "b",
        "i",
        "strong",
        "em",
        "a",
        "pre",
        "code",
        "img",
        "tt",
        "div",
        "ins",
    ),
    *(
        "del",
        "sup",
        "sub",
        "p",
        "picture",
        "ol",
        "ul",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "blockquote",
        "dl",
        "dt",
        "dd",
    ),
    *("kbd", "q", "samp", "var", "hr", "ruby", "rt", "rp", "li", "tr", "td", "th", "s", "strike", "summary", "details"),
    *(
        "caption",
        "figure",
        "figcaption",
        "abbr",
        "bdo",
        "cite",
        "dfn",
        "mark",
        "small",
        "source",
        "span",
        "time",
        "wbr",
    ),
}
_ATTRIBUTES = {
    "*": {"dir", "align", "title"},
    "a": {"href"},
    "img": {"src", "alt"},
    "details": {"open"},
    "code": {"class"},
}
_STYLE = """
body { font: 14px/1.5 "DejaVu Sans", sans-serif; margin: 1em auto; max-width: 60em; color: #1f2328 }
article { border: 1px solid #d1d9e0; border-radius: 6px; padding: 1em; margin-bottom: 2em }
table { border-collapse: collapse; display: block; overflow: auto }
td, th { border: 1px solid #d1d9e0; padding: 6px 13px }
code { font: 85% "DejaVu Sans Mono", monospace; background: #eff1f3; padding: .2em .4em; border-radius: 6px }
pre { background: #f6f8fa; padding: 1em; overflow: auto } pre code { background: none; padding: 0 }
blockquote { border-left: .25em solid #cf222e; margin: 0; padding: 0 1em }
"""
_LOOK = """
<script>
const broken = /```|\\| --- |<\\/?(details|summary|table|code)/;
const found = [...document.querySelectorAll("article")].map(article => {
  const outside = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  let loose = "", node;
  while ((node = outside.nextNode())) if (!node.parentElement.closest("pre, code")) loose += node.data + "\\n";
  const details = [...article.querySelectorAll("details")];
  const heights = details.map(one => one.getBoundingClientRect().height);
  return {
    text: article.innerText, loose, markup: broken.test(loose),
    tables: [...article.querySelectorAll("table")].map(table => [...table.rows].map(row => row.cells.length)),
    details: details.length,
    summaries: details.filter(
      one => one.firstElementChild?.tagName === "SUMMARY" && one.parentElement === article).length,
    closed: details.filter((one, index) => !one.open && heights[index] < 60).length,
    blocks: [...article.querySelectorAll("pre")].map(pre => pre.innerText || pre.textContent),
    strange: [...article.querySelectorAll("script, img, iframe, style, input, [onclick], [onerror]")].length,
    links: [...article.querySelectorAll("a")].map(link => link.getAttribute("href")),
    wider: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  };
});
const told = document.createElement("textarea");
told.id = "told";
told.textContent = JSON.stringify(found);
document.body.replaceChildren(told);
</script>
"""


def rendered(markdown: str) -> str:
    """The HTML of a text."""
    html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)
    return nh3.clean(
        html, tags=_ELEMENTS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel=None
    )


def page(texts: Iterable[str], *, looking: bool = False) -> str:
    """A page of several comments; `looking` has it replaced by what it found when it looked at itself (JSON)."""
    articles = "".join(f"<article>{rendered(text)}</article>" for text in texts)
    look = _LOOK if looking else ""
    head = f"<head><meta charset=utf-8><style>{_STYLE}</style></head>"
    return f"<!doctype html><html>{head}<body>{articles}{look}</body></html>"
