"""Names in the order of the reader's alphabet."""

from __future__ import annotations

from components.ordering import place_of
from components.rounds import ordered
from components.words import Words
from data.filters import Filters
from data.frames.common import chosen, collected
from data.searching import by_pinyin
from data.tables import Tables

EN, ZH = Words("en"), Words("zh")


def test_chinese_reads_by_pinyin_and_tone_in_its_context() -> None:
    names = ["腾讯", "重庆广电", "Adobe", "长城基金", "阿里巴巴", "中国移动", "Élan", "重点投资"]
    assert sorted(names, key=by_pinyin) == ["阿里巴巴", "Adobe", "长城基金", "重庆广电", "Élan", "腾讯", "中国移动", "重点投资"]
    assert by_pinyin("中国ＡＢ") == "zhong1 guo2 ab"


def test_the_register_is_in_order_in_both_languages(tables: Tables) -> None:
    entities = tables.native("entities")
    names = {row["entity_id"]: row for row in entities.to_dict("records")}
    in_english = sorted(names, key=lambda code: place_of(tables, code, EN))
    in_chinese = sorted(names, key=lambda code: place_of(tables, code, ZH))
    initials = [names[code]["name_en"][0].casefold() for code in in_english if names[code]["name_en"][0].isascii()]
    assert initials == sorted(initials)
    assert [names[code]["sort_zh"] for code in in_chinese] == sorted(entities["sort_zh"])
    places = [in_chinese.index(code) for code in ("alibaba", "baidu", "tencent", "bytedance")]  # 阿里巴巴 百度 腾讯 字节跳动
    assert places == sorted(places)
    assert place_of(tables, "nobody", ZH) == len(names)


def test_rounds_by_company_follow_the_readers_alphabet(tables: Tables) -> None:
    rows = collected(chosen(tables, "funding_rounds", Filters()))
    for words in (EN, ZH):
        places = [place_of(tables, code, words) for code in ordered(tables, rows, "company", words)["company_id"]]
        assert places == sorted(places)
    firsts = [ordered(tables, rows, "company", words)["company_id"].iloc[:20].tolist() for words in (EN, ZH)]
    assert firsts[0] != firsts[1]
