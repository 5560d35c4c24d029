"""A selection in words: nothing that was chosen is left unsaid, in titles, files and citations alike."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from components.described import filter_labels, scope_text
from components.words import LANGUAGES, Words
from data.filters import parse
from data.tables import Tables, open_tables

TABLES = open_tables()
#: What is chosen, and the words for it.
CHOSEN = [
    ("company=openai", "Company: OpenAI", "公司：OpenAI"),
    ("investor=alibaba", "Investor: Alibaba", "投资方：阿里巴巴"),
    ("event=EV017", "Event: OpenAI announces Sora", "事件：OpenAI发布Sora"),
    ("sharing=even", "A round of several sectors counts: Shared evenly", "跨多个行业的轮次：平均分摊"),
    ("amounts=printed", "Amounts of single rounds: As printed", "单笔金额：原文货币"),
    ("days=30", "Days before and after: 30", "前后天数：30"),
    ("hide=voices", "Lanes left out: ", "略去的泳道："),
    ("window=-5..20", "Event window in trading days: -5..20", "事件窗口（交易日）：-5..20"),
    ("coding=second", "by the second coding", "按第二次编码"),
    ("cross=0", "without cross-sector", "不含跨行业"),
]


@pytest.mark.parametrize(("query", "en", "zh"), CHOSEN)
def test_a_choice_is_in_the_scope_in_words(query: str, en: str, zh: str) -> None:
    filters, refused = parse(parse_qsl(query))
    assert not refused
    for lang, said in (("en", en), ("zh", zh)):
        assert said in scope_text(filters, Words(lang), TABLES)
    [label] = filter_labels(filters, TABLES)
    assert label["label_en"] in en or label["label_en"] in scope_text(filters, Words("en"), TABLES)
    assert label["label_en"] not in ("on", "off")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_two_selections_never_have_one_scope(lang: str, tables: Tables) -> None:
    queries = [
        "",
        *(query for query, _, _ in CHOSEN),
        "company=runway",
        "sharing=even&amounts=printed",
        "speaker=sam-altman",
        "series=x",
        "q=x",
    ]
    scopes = [scope_text(parse(parse_qsl(query))[0], Words(lang), tables) for query in queries]
    assert len(set(scopes)) == len(queries)
