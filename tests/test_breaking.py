"""Lines break between words: no Chinese word, number or name is cut, no line begins or ends with the wrong sign."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.breaking import CLOSING, NEVER_LAST, pieces, width
from components.figures.parts import shortened
from components.figures.stated_levels import two_lines
from components.theme import wrapped
from data.tables import Tables

TEXT = st.text(st.sampled_from("短剧生成视频影视公司的了融资2024年月日3.9%（）《》，。“”·AB az-/–…&<"), max_size=60)


@given(TEXT)
def test_pieces_give_the_text_and_no_line_begins_or_ends_wrongly(text: str) -> None:
    found = pieces(text)
    assert "".join(found) == text
    assert not [piece for piece in found[1:] if piece[0] in CLOSING]
    assert not [piece for piece in found[:-1] if piece[-1] in NEVER_LAST]


@given(TEXT, st.integers(2, 40))
def test_a_line_is_too_long_only_where_one_piece_is(text: str, most: int) -> None:
    lines = [html.unescape(line) for line in wrapped(text, most).split("<br>")]
    longest = max((width(piece.rstrip()) for piece in pieces(text)), default=0)
    assert all(width(line) <= max(most, longest) for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("生成式AI将取代一部分制作流程，压缩短剧的制作周期", ["生成式", "取代", "压缩", "短剧的", "周期"]),
        ("通用大模型公司领投3,200万美元，合计12.3亿美元", ["大模型", "3,200万美元，", "12.3亿美元"]),
        ("同期沪深300涨3.9%，相差 −3.2 个百分点", ["沪深300", "3.9%，", "百分点"]),
        ("一次尝试中，693 张图片生成 185 个镜头（8.7%）", ["693 张", "185 个", "（8.7%）"]),
        ("自2024年2月20日起", ["2024年2月20日"]),
        ("亚伦·列维投了《中国神话》", ["亚伦·列维"]),
        ("OpenAI’s Sora (2024-02-16), a text-to-video model", ["OpenAI’s ", "(2024-02-16), ", "text-to-video "]),
    ],
)
def test_words_numbers_with_units_and_names_stay_whole(text: str, whole: list[str]) -> None:
    for part in whole:
        assert any(part in piece for piece in pieces(text)), pieces(text)


def test_names_of_the_records_break_between_words(tables: Tables) -> None:
    titles = [str(title) for title in tables.native("events")["title_zh"].dropna()]
    assert len(titles) > 50
    for title in titles:
        lines = wrapped(title, 20).split("<br>")
        assert all(0 < width(html.unescape(line)) <= 26 for line in lines), lines


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("短剧制作公司", 12, "短剧制作公司"),
        ("生成式视频将压缩制作周期", 18, "生成式视频将压缩…"),
        ("A long name of a fund", 12, "A long name…"),
        ("Nobreakswhatsoever", 8, "Nobreak…"),
    ],
)
def test_a_text_is_cut_between_words(text: str, most: int, short: str) -> None:
    assert shortened(text, most) == short
    assert width(short) <= most


def test_a_long_name_stands_in_two_lines() -> None:
    assert two_lines("中证动漫游戏主题指数成份股组合") == ["中证动漫游戏主题", "指数成份股组合"]
    assert two_lines("沪深300") == ["沪深300"]
