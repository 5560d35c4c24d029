"""Text from data stays text in Streamlit's Markdown."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.plain import highlighted, link, plain

HOSTILE = [
    "<script>alert(1)</script>",
    "<b>bold</b>",
    "[click](javascript:alert(1))",
    "x](javascript:alert(1)) [y",
    "![image](https://example.org/track.png)",
    "**bold** *it* __u__ _i_ ~~gone~~ `code`",
    "# Title",
    "1. one",
    "1) one",
    "- item",
    "+ item",
    "> quote",
    "| a | b |",
    "| --- | --- |",
    "$x^2$ $$y$$",
    ":red[text]",
    ":material/delete:",
    ":smile: :streamlit:",
    ":small[x] :blue-badge[y]",
    "---",
    "===",
    "&lt;b&gt; &amp; &#60;",
    "<https://example.org>",
    "www.example.org and https://example.org and someone@example.org",
    "\\*not bold\\*",
    "[^1]: a note",
    "a <- b -> c <-> d >= e <= f ~= g",
    "    indented",
]
#: What Markdown gives a meaning; each must stand behind a backslash.
SIGNS = set("\\`*_{}[]()#+-.!|<>~$&=^:\"'/@")


def shown(markdown: str) -> str:
    """What a reader sees of text whose every sign is escaped: a blank at which no line ends is a blank."""
    return re.sub(r"\\(.)", r"\1", markdown).replace("\u2060", "").replace("\u00a0", " ")


#: A link that the page itself writes: to a document, to a page of its own, to a record or its citation.
LINK = (
    r"\]\((?:<https?://[^>]*>|/[a-z]*\?[a-z]+=[A-Za-z0-9-]+&lang=(?:en|zh)"
    r"|/cite\.txt\?record=[a-z_]+/[A-Za-z0-9-]+&lang=(?:en|zh)|/records/[a-z_]+/[A-Za-z0-9-]+\.json)\)"
)


def unescaped(markdown: str) -> str:
    """The text without its escaped signs: what Markdown would still read."""
    return re.sub(r"\\.", "", markdown)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is(text: str) -> None:
    assert shown(plain(text)) == " ".join(text.split())
    assert not SIGNS & set(unescaped(plain(text)))


@given(st.text())
def test_any_text_is_shown_as_it_is(text: str) -> None:
    markdown = plain(text)
    assert not SIGNS & set(unescaped(markdown))
    assert shown(markdown) == " ".join(text.split()).replace("\u2060", "")
    assert "\n" not in markdown
    assert html.unescape(unescaped(markdown)) == unescaped(markdown), "an entity would become a sign"


def test_a_sign_stays_on_the_line_of_its_number() -> None:
    bare = re.sub(r"\\(.)", r"\1", plain("(A = 0.77, n = 31) and ≥ US$3bn; 3 + 1 = 4, x >= 3"))
    assert bare == "(A\u00a0=\u00a00.77, n\u00a0=\u00a031) and ≥\u00a0US$3bn; 3 + 1 = 4, x >= 3"


def test_line_breaks_are_folded_so_that_no_block_begins() -> None:
    assert plain("one\n\n# two\r\n\tthree\u2028four") == "one \\# two three four"


def test_a_colon_before_a_name_is_no_emoji_and_no_directive() -> None:
    for text in (":smile:", ":red[x]", ":material/home:"):
        assert not re.search(r":[a-z]", shown(plain(text).replace("\u2060", "|")))


#: What makes links of text after Markdown has been read (mdast-util-gfm-autolink-literal).
AUTOMATIC = re.compile(r"(https?://|www(?=\.))([-.\w]+)|([-.\w+]+)@([-\w]+(?:\.[-\w]+)+)", re.IGNORECASE)


@given(st.text(st.sampled_from("wWhtps:/.@ab-_ 1é")))
def test_no_text_becomes_a_link_by_itself(text: str) -> None:
    assert not AUTOMATIC.search(re.sub(r"\\(.)", r"\1", plain(text)))


@pytest.mark.parametrize(
    "text", ["www.example.org", "see WWW.example.org", "https://example.org/a", "http://a.b", "me@example.org", "x.y+z@a-b.co.uk"]
)
def test_addresses_in_text_are_only_text(text: str) -> None:
    assert AUTOMATIC.search(text)
    assert not AUTOMATIC.search(re.sub(r"\\(.)", r"\1", plain(text)))


def test_chinese_and_numbers_are_left_alone() -> None:
    assert plain("影变：AI视频，1,247点（约46%）") == "影变：AI视频，1,247点（约46%）"
    assert plain(12) == "12"
    assert plain(None) == "None"


@pytest.mark.parametrize("url", ["https://example.org/a?b=c&d=e#f", "http://例子.cn/页", "https://example.org/a_(b)"])
def test_a_web_address_becomes_a_link(url: str) -> None:
    assert link("A [title]", url) == f"[A \\[title\\]](<{url}>)"


@pytest.mark.parametrize(
    "url",
    ["", None, "javascript:alert(1)", "data:text/html,x", "ftp://example.org", "//example.org", "https://a b", "https://a>)<b", "https://a\n", "HTTPS://a",
     "https://a\\", " https://a", "https://"],
)  # fmt: skip
def test_any_other_address_is_left_out(url: str | None) -> None:
    assert link("A *title*", url) == "A \\*title\\*"


@given(st.text(), st.text(st.sampled_from("abAB *[]():\\éＡ影"), max_size=5))
def test_marking_what_was_searched_changes_no_word(text: str, search: str) -> None:
    marked = highlighted(text, search)
    bare = re.sub(r":orange-background\[((?:\\.|[^\]\\])*)\]", r"\1", marked)
    assert shown(bare) == " ".join(text.split()).replace("\u2060", "")
    assert not SIGNS & set(unescaped(bare))


def test_matches_are_marked_without_case_accents_and_width() -> None:
    mark = ":orange-background[{}]".format
    assert highlighted("José said", "jose") == f"{mark('José')} said"
    assert highlighted("ＡＩ and ai", "AI") == f"{mark('ＡＩ')} and {mark('ai')}"
    assert highlighted("影视公司", "公司") == f"影视{mark('公司')}"
    assert highlighted("aaa", "aa a") == mark("aaa")
    assert highlighted("a [b](c)", "b](") == f"a \\[{mark(chr(92).join(['b', '](']).replace('](', ']' + chr(92) + '('))}c\\)"
    assert highlighted("nothing", "") == "nothing"
