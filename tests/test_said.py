"""What stands around a chart: headings that end where a thought does, publishers in the reader's language, whole tables."""

from __future__ import annotations

import pytest

from components.charts import CHART, CHARTS, finding_of
from components.described import how_many
from components.said import headline, publisher_name, source_words, subtitle
from components.words import LANGUAGES, Words
from data.filters import Filters
from data.tables import Tables

EN, ZH = Words("en"), Words("zh")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("chart", CHARTS, ids=lambda c: c.slug)
def test_no_heading_ends_inside_a_bracket(chart, lang: str, tables: Tables) -> None:  # type: ignore[no-untyped-def]
    for part in headline(finding_of(chart, tables, Filters(), lang), Words(lang)):
        assert (part.count("("), part.count("（")) == (part.count(")"), part.count("）")), part


def test_a_long_finding_parts_at_its_first_semicolon_outside_of_brackets() -> None:
    inside = "某指数涨幅不小于19%（2024年2月19日至22日；同期沪深300涨3.6%）"
    whole = f"{inside}；文件所载涨跌共22项、点位28个，另有若干项没有同期基准可供对照，一并列在下面"
    assert headline(whole, ZH) == (inside, whole[len(inside) + 1 :])
    assert headline("短；句", ZH) == ("短；句", "")


@pytest.mark.parametrize(
    ("printed", "en", "zh"),
    [
        ("Securities Daily (证券日报)", "Securities Daily", "证券日报"),
        ("界面新闻 Jiemian", "Jiemian", "界面新闻"),
        ("投中网 (chinaventure.com.cn)", "chinaventure.com.cn", "投中网"),
        ("The Economic Times", "The Economic Times", "The Economic Times"),
        ("Tiger Brokers (itiger.com)", "Tiger Brokers (itiger.com)", "Tiger Brokers (itiger.com)"),
        ("中国电影报", "中国电影报", "中国电影报"),
        ("Now新聞 (Yahoo HK)", "Now新聞 (Yahoo HK)", "Now新聞 (Yahoo HK)"),
        ("GitHub someone/a-repository @c64d63e", "GitHub someone/a-repository", "GitHub someone/a-repository"),
    ],
)
def test_a_publisher_is_named_in_the_readers_language(printed: str, en: str, zh: str) -> None:
    assert (publisher_name(printed, EN), publisher_name(printed, ZH)) == (en, zh)


def test_and_more_is_said_only_where_there_are_more(tables: Tables) -> None:
    one = source_words(CHART["compute-gap"], tables, Filters(), ZH)
    assert "1份文件" in one
    assert "等" not in one
    many = [source_words(CHART["coverage"], tables, Filters(), words) for words in (EN, ZH)]
    assert " …)" in many[0]
    assert "等）" in many[1]


def test_a_part_is_seen_to_be_one(tables: Tables) -> None:
    assert how_many(5, 9, "opinions", EN) == "5 of 9 opinions"
    assert how_many(9, 9, "opinions", EN) == "9 opinions"
    assert how_many(5, 9, "opinions", ZH) == "观点9条中的5条"
    assert how_many(9, 9, "opinions", ZH, short=True) == "观点9条"
    n = len(tables.native("models"))
    assert subtitle(CHART["model-frontier"], tables, Filters(), EN).endswith(f"· {n} video models")
