"""The glossary: every term is used somewhere, found in the words of the charts, and in the readers' order."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from components import glossary
from components.charts import CHART, CHARTS
from components.words import LANGUAGES, Words, catalogue
from data.catalog import dictionary
from data.searching import by_pinyin
from tests.test_pages import opened
from tests.test_plain import shown


def texts(lang: str) -> str:
    """Everything a page may say, the glossary left out."""
    entries = [entry[lang] for key, entry in catalogue().items() if not key.startswith("glossary.")]
    said = [text for entry in entries for text in (entry.values() if isinstance(entry, dict) else [entry])]
    return "\n".join([*map(str, said), *(caveat[lang] for caveat in dictionary().caveats.values())])


def test_every_term_is_used_by_a_chart_or_a_page(words: Words) -> None:
    assert set(glossary.terms()) - set(glossary.used_in(texts(words.lang), words)) == set()


def test_a_term_is_one_sentence_and_stands_once(words: Words) -> None:
    names = [words.t(f"glossary.terms.{name}.term") for name in glossary.terms()]
    assert len(set(names)) == len(names) > 20
    for name in glossary.terms():
        says = words.t(f"glossary.terms.{name}.says")
        assert says.endswith("." if words.lang == "en" else "。")
        assert len(re.findall(r"\. [A-Z]|。.", says)) == 0, says


def test_terms_stand_where_a_reader_looks_for_them() -> None:
    words = Words("en")
    alphabetical = [words.t(f"glossary.terms.{name}.term").casefold() for name in glossary.in_order(glossary.terms(), words)]
    assert alphabetical == sorted(alphabetical)
    chinese = [Words("zh").t(f"glossary.terms.{name}.term") for name in glossary.in_order(glossary.terms(), Words("zh"))]
    assert len(chinese) == len(glossary.terms())
    assert chinese == sorted(chinese, key=by_pinyin), "as every list of names does"
    assert chinese.index("市场模型") < chinese.index("事件窗口"), "shi4 chang3, shi4 jian4: an order of characters has it the other way"


@pytest.mark.parametrize(
    ("lang", "text", "used"),
    [
        ("en", "Cumulative abnormal return over the estimation window.", ["cumulated", "estimation_window"]),
        ("en", "At BETA, not alphabet.", ["beta"]),
        ("en", "Uncoded stances", ["stance"]),
        ("zh", "累计异常收益率与估计窗口", ["estimation_window", "cumulated"]),
        ("zh", "融资额", []),
    ],
)
def test_a_longer_term_is_not_the_shorter_one_inside_it(lang: str, text: str, used: list[str]) -> None:
    assert list(glossary.used_in(text, Words(lang))) == used


def test_charts_carry_the_terms_of_their_own_words(words: Words) -> None:
    assert {"agreement_a", "bootstrap", "interval"} <= set(glossary.of_chart(CHART["division-by-theme"], words.lang))
    assert {"abnormal", "estimation_window", "market_model"} <= set(glossary.of_chart(CHART["event-window"], words.lang))
    assert not set(glossary.of_chart(CHART["audit-marks"], words.lang)) & {"hhi", "beta", "post_money"}
    assert sum(bool(glossary.of_chart(chart, words.lang)) for chart in CHARTS) > 0.8 * len(CHARTS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_they_stand_under_how_and_on_the_page_on_method(lang: str) -> None:
    words = Words(lang)

    def card() -> None:
        from components.card import _how
        from components.charts import CHART
        from components.words import Words

        for each in ("en", "zh"):
            _how(CHART["funding-concentration"], Words(each))

    at = AppTest.from_function(card).run()
    assert not at.exception
    said = "\n".join(m.value for m in at.markdown)
    assert glossary.entry("hhi", words) in said
    assert glossary.entry("beta", words) not in said
    whole = "\n".join(shown(m.value) for m in opened("method", lang=lang).markdown)
    for name in glossary.terms():
        assert shown(glossary.entry(name, words)) in whole
