"""How a finding parts into a heading and what else it must say."""

from __future__ import annotations

from components.said import headline
from components.words import Words

LONG = "x" * 140


def test_a_short_finding_stands_whole() -> None:
    assert headline("one; two", Words("en")) == ("one; two", "")


def test_a_long_finding_parts_at_its_first_semicolon() -> None:
    assert headline(f"one; two {LONG}; three", Words("en")) == ("one", f"Two {LONG}; three")


def test_it_does_not_part_inside_brackets() -> None:
    chinese = "字" * 70
    assert headline(f"指数 +19%（19日至22日；沪深300 +3.6%）；共22项{chinese}", Words("zh")) == (
        "指数 +19%（19日至22日；沪深300 +3.6%）",
        f"共22项{chinese}",
    )
    assert headline(f"one (two; three){LONG}", Words("en")) == (f"one (two; three){LONG}", "")
