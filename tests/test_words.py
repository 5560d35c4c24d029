"""Both languages whole: every text a reader sees stands in a catalogue, and every text there is used."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from components.words import LANGUAGES, TEXT_DIR, Words, catalogue
from tests import wordlist
from tests.keys import calls_of_t, patterns_in
from tests.wordlist import TEMPLATES, asked_in

CODE = wordlist.code()
CATALOGUE = catalogue()
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def variants(entry: Any) -> list[str]:
    """The texts of one language of an entry: one, or the English singular and plural."""
    return [str(text) for text in entry.values()] if isinstance(entry, dict) else [str(entry)]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def meant(entry: dict[str, Any]) -> set[str]:
    """Every value that an entry names, in either language."""
    return set.union(*(placeholders(text) for lang in LANGUAGES for text in variants(entry[lang])))


# The catalogue -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(TEXT_DIR.glob("*.yaml")), ids=lambda p: p.stem)
def test_no_key_stands_twice_in_a_file(path: Path) -> None:
    """YAML keeps the last of two equal keys and says nothing."""
    import yaml

    def look(node: yaml.Node, at: str) -> None:
        if isinstance(node, yaml.MappingNode):
            names = [key.value for key, _ in node.value]
            assert len(names) == len(set(names)), f"{path.name}: {at}: {names}"
            for key, value in node.value:
                look(value, f"{at}.{key.value}")

    look(yaml.compose(path.read_text(encoding="utf-8")), "")


def test_every_entry_has_both_languages() -> None:
    for key, entry in CATALOGUE.items():
        assert isinstance(entry, dict), f"{key} is not an entry: {entry!r}"
        assert set(entry) == set(LANGUAGES), key
        assert isinstance(entry["zh"], str), key
        if isinstance(entry["en"], dict):
            assert set(entry["en"]) == {"one", "other"}, key


def test_the_languages_are_not_mixed_up() -> None:
    for key, entry in CATALOGUE.items():
        for text in variants(entry["en"]):
            assert not CHINESE.search(text), f"{key}: Chinese in the English text"
        words = re.findall(r"[A-Za-z]{3,}", re.sub(r"\{[^}]*\}|%-?[A-Za-z]", "", entry["zh"]))
        if len(words) > 2:
            assert CHINESE.search(entry["zh"]), f"{key}: no Chinese in the Chinese text"


#: An English amount is followed by the currency's code, a Chinese one by its name.
SAME_VALUE = {"code": "currency"}


def test_both_languages_say_the_same_values() -> None:
    for key, entry in CATALOGUE.items():
        by_language = [{SAME_VALUE.get(v, v) for text in variants(entry[lang]) for v in placeholders(text)} for lang in LANGUAGES]
        assert by_language[0] == by_language[1], key
        assert all(name.isidentifier() for name in meant(entry)), key
        if isinstance(entry["en"], dict):
            assert placeholders(entry["en"]["one"]) <= placeholders(entry["en"]["other"]), key
            assert "n" in meant(entry), f"{key} has a singular and nothing to count"


# Code and catalogue ------------------------------------------------------------------------------


@cache
def said() -> tuple[tuple[str, ast.Call, tuple[str, ...]], ...]:
    """Every call of `t(...)`: where, the call, and the patterns of the keys that it may ask for."""
    return tuple((f"{code.path}:{call.lineno}", call, patterns) for code in CODE for call, patterns in calls_of_t(code))


def matching(pattern: str) -> list[str]:
    return [key for key in CATALOGUE if re.fullmatch(pattern, key)]


def test_every_key_that_the_code_asks_for_exists() -> None:
    assert len(said()) > 150
    missing = [(where, pattern) for where, _, patterns in said() for pattern in patterns if not matching(pattern)]
    missing += [(str(path), pattern) for path in TEMPLATES for pattern in asked_in(path) if not matching(pattern)]
    assert missing == []


def test_every_entry_is_used() -> None:
    used = {p for code in CODE for p in patterns_in(code, {key.split(".")[0] for key in CATALOGUE})}
    used |= {p for path in TEMPLATES for p in asked_in(path)}
    whole = {p.replace("\\", "") for p in used if "+" not in p}
    loose = [re.compile(p) for p in used if "+" in p]
    unused = [key for key in CATALOGUE if key not in whole and not any(p.fullmatch(key) for p in loose)]
    assert unused == []


def test_every_call_gives_the_values_that_its_text_names() -> None:
    wrong = []
    for where, call, patterns in said():
        if any(keyword.arg is None for keyword in call.keywords) or len(patterns) != 1 or "+" in patterns[0]:
            continue
        needed = meant(CATALOGUE[matching(patterns[0])[0]])
        given = {str(keyword.arg) for keyword in call.keywords}
        if not needed <= given:
            wrong.append((where, patterns[0], needed - given))
    assert wrong == []


def shown(node: ast.AST) -> Iterator[str]:
    """Text constants inside an expression, not those that name things."""
    for child in ast.walk(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child.value


#: Arguments that name, place or format and are never read by a reader.
NOT_READ = {"key", "icon", "type", "format", "width", "height", "gap", "layout", "position", "default", "url_path", "mime", "page_icon"}


def test_no_page_or_component_hands_streamlit_a_text_of_its_own() -> None:
    found = []
    for code in CODE:
        for node in ast.walk(code.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("st."):
                read = [*node.args, *(k.value for k in node.keywords if k.arg not in NOT_READ)]
                for text in (t for part in read for t in shown(part)):
                    if CHINESE.search(text) or re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", text):
                        found.append((str(code.path), node.lineno, text))
    assert found == []


def test_chinese_stands_in_catalogues_and_not_in_code() -> None:
    """Apart from the language's own name, the project's, number units, what holds a line together, and Plotly's button words."""
    allowed = {"words.py", "plotly_locale.py", "cited.py", "breaking.py"}
    found = []
    for code in CODE:
        for text in (t for node in code.without_docstrings() for t in shown(node)):
            if CHINESE.search(text) and code.path.name not in allowed and not re.fullmatch(r"[%\-YmdyMQq0-9年月日季]+", text):
                found.append((str(code.path), text))
    assert found == []


# Words of one language ---------------------------------------------------------------------------

EN, ZH = Words("en"), Words("zh")


def test_an_unknown_language_is_english_and_an_unknown_key_an_error() -> None:
    assert Words("fr").lang == "en"
    with pytest.raises(KeyError):
        EN.t("nonsense")


def test_values_are_filled_in_and_one_is_not_many() -> None:
    assert EN.t("card.rows_from", n=1) == "1 row"
    assert EN.t("card.rows_from", n=2229) == "2,229 rows"
    assert ZH.t("card.rows_from", n=2229) == "2,229条"
    assert EN.t("filters.refused", parameter="sector", value="{x}") == "sector={x} is not known here and was left out."


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0, 0, "0"), (1234567, 0, "1,234,567"), (-1.73, 2, "-1.73"), (98.24, 1, "98.2"), (32.0, 2, "32"), (0.5, 0, "0")],
)
def test_numbers_are_grouped_the_same_in_both_languages(value: float, digits: int, text: str) -> None:
    assert EN.number(value, digits) == ZH.number(value, digits) == text


@pytest.mark.parametrize(("value", "digits", "text"), [(46.13, 1, "+46.1%"), (-3.9, 1, "−3.9%"), (0, 1, "0%"), (206.74, 0, "+207%")])
def test_a_move_has_its_sign(value: float, digits: int, text: str) -> None:
    assert EN.signed_percent(value, digits) == ZH.signed_percent(value, digits) == text


@pytest.mark.parametrize(
    ("usd_m", "english", "chinese"),
    [
        (0.5, "US$0.5m", "50万美元"),
        (32, "US$32m", "3,200万美元"),
        (99.99, "US$100m", "9,999万美元"),
        (100, "US$100m", "1亿美元"),
        (999, "US$999m", "9.99亿美元"),
        (1000, "US$1bn", "10亿美元"),
        (1234, "US$1.23bn", "12.3亿美元"),
        (122000, "US$122bn", "1,220亿美元"),
        (1_000_000, "US$1,000bn", "1万亿美元"),
        (0, "US$0m", "0美元"),
    ],
)
def test_money_at_a_readable_scale(usd_m: float, english: str, chinese: str) -> None:
    assert (EN.usd_m(usd_m), ZH.usd_m(usd_m)) == (english, chinese)
    assert Words("zh", "bn").usd_m(usd_m) == english


@pytest.mark.parametrize(
    ("n", "english", "chinese"),
    [
        (9999, "9,999", "9,999"),
        (10_000, "10,000", "1万"),
        (12_345, "12,345", "1.2345万"),
        (122_000, "122,000", "12.2万"),
        (-50_000, "-50,000", "-5万"),
        (123_456_789, "123,456,789", "1.2346亿"),
    ],
)
def test_counts_by_wan_as_far_as_the_reader_wants(n: int, english: str, chinese: str) -> None:
    assert (EN.count(n), ZH.count(n), Words("zh", "bn").count(n)) == (english, chinese, english)
    assert ZH.t("card.rows_from", n=n).startswith(chinese)


@pytest.mark.parametrize(
    ("values", "unit", "english", "chinese", "as_english"),
    [
        ([634.3], "billion_cny", "CNY 634.3bn", "6,343亿元", "634.3十亿元"),
        ([0.5, 1.5], "million_usd", "US$0.5–1.5m", "50万–150万美元", "0.5–1.5百万美元"),
        ([1000, 2500], "cny_per_minute", "CNY 1,000–2,500 per minute", "1,000–2,500元/分钟", "1,000–2,500元/分钟"),
        ([693], "images", "693 images", "693张图片", "693张图片"),
        ([98.24], "eflops", "98.24 EFLOPS", "98.24 EFLOPS", "98.24 EFLOPS"),
        ([32.4], "percent", "32.4%", "32.4%", "32.4%"),
    ],
)
def test_a_value_and_its_unit(values: list[float], unit: str, english: str, chinese: str, as_english: str) -> None:
    said = [words.counted(values, words.code("indicator_unit", unit)) for words in (EN, ZH, Words("zh", "bn"))]
    assert said == [english, chinese, as_english]


@pytest.mark.parametrize(
    ("printed", "english", "chinese"),
    [
        ("2024-03-22", "22 Mar 2024", "2024年3月22日"),
        (date(2024, 3, 2), "2 Mar 2024", "2024年3月2日"),
        ("2024-03", "Mar 2024", "2024年3月"),
        ("2024-Q3", "Q3 2024", "2024年第三季度"),
        ("2024", "2024", "2024年"),
        ("", "–", "–"),
        (None, "–", "–"),
        (float("nan"), "–", "–"),
    ],
)
def test_a_date_is_said_as_far_as_it_is_known(printed: Any, english: str, chinese: str) -> None:
    assert (EN.date(printed), ZH.date(printed)) == (english, chinese)


@pytest.mark.parametrize(
    ("start", "end", "english", "chinese"),
    [
        ("2024-02-20", "2024-03-22", "20 Feb to 22 Mar 2024", "2024年2月20日至3月22日"),
        ("2024-02-20", "2024-02-22", "20 to 22 Feb 2024", "2024年2月20日至22日"),
        ("2023-12-20", "2024-03-22", "20 Dec 2023 to 22 Mar 2024", "2023年12月20日至2024年3月22日"),
        ("2025-07", "2025-09", "Jul to Sept 2025", "2025年7月至9月"),
        ("2024-02-20", "2024-03", "20 Feb 2024 to Mar 2024", "2024年2月20日至2024年3月"),
        ("2024-Q1", "2024-Q3", "Q1 2024 to Q3 2024", "2024年第一季度至2024年第三季度"),
        ("2024", "2026", "2024 to 2026", "2024年至2026年"),
        ("2024-02-20", "2024-02-20", "20 Feb 2024", "2024年2月20日"),
    ],
)
def test_what_both_ends_of_a_span_share_is_said_once(start: str, end: str, english: str, chinese: str) -> None:
    assert (EN.span(start, end), ZH.span(start, end)) == (english, chinese)


@pytest.mark.parametrize(
    ("printed", "english", "chinese"),
    [
        ("2024", "2024", "2024年"),
        ("2023-08", "Aug 2023", "2023年8月"),
        ("2026Q1", "Q1 2026", "2026年第一季度"),
        ("2025H1", "H1 2025", "2025年上半年"),
        ("2024-2026", "2024 to 2026", "2024年至2026年"),
        ("2024-02-20/2024-03-22", "20 Feb to 22 Mar 2024", "2024年2月20日至3月22日"),
        ("spring", "spring", "spring"),
    ],
)
def test_a_period_as_documents_print_it(printed: str, english: str, chinese: str) -> None:
    assert (EN.period(printed), ZH.period(printed)) == (english, chinese)


def test_lists_codes_and_labels() -> None:
    assert (EN.listed(["a", "b"]), ZH.listed(["甲", "乙"])) == ("a, b", "甲、乙")
    assert (EN.codes("sector", ["film", "games"]), ZH.codes("sector", ["film", "games"])) == ("Film & TV, Games", "影视、游戏")
    assert (EN.code("stance", None), EN.code("stance", "furious")) == ("–", "furious")
    assert (EN.label("share_pct"), ZH.label("kind", "events")) == ("Share", ZH.label("kind", "events"))


def test_the_other_language_stands_in_where_one_is_empty() -> None:
    assert ZH.pick({"name_en": "Plai Labs", "name_zh": None}, "name") == "Plai Labs"
    assert EN.pick({"name_en": float("nan"), "name_zh": "零一万物"}, "name") == "零一万物"
    assert EN.pick({"name_en": "", "name_zh": ""}, "name") == ""
