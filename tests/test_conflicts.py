"""Where documents disagree on a round: each reading is a row, and the row of the round says so in words."""

from __future__ import annotations

import csv
import io
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.records import _said
from components.words import Words
from data.catalog import dictionary
from data.export import FORMATS
from data.filters import Filters
from data.tables import Tables
from tests.factory import tables_from
from tests.files import table_file

KLING_EN = (
    "Amount in US$: about US$2bn (Bloomberg); "
    "Amount in US$: nearly US$3bn (BigGo, China Daily Brief, nashnova.com); "
    "Amount: a ceiling of 20.45bn yuan (Reuters, nashnova.com); "
    "Valuation: about US$20bn, an early target (China Daily Brief); "
    "Valuation: about US$15bn, before the money (Reuters); "
    "Led by: CPE, Guofang Ventures, BlueFive, Tencent, a Zhongguancun fund and CITIC Securities, six together (nashnova.com); "
    "Date: signed on 2 July 2026 (nashnova.com, themonexus.com)"
)
KLING_ZH = (
    "美元金额：约20亿美元（彭博社）；"
    "美元金额：近30亿美元（BigGo、China Daily Brief、nashnova.com）；"
    "原币金额：上限204.5亿元人民币（路透社、nashnova.com）；"
    "估值：约200亿美元，早期目标（China Daily Brief）；"
    "估值：投前约150亿美元（路透社）；"
    "领投方：CPE、Guofang Ventures、BlueFive、腾讯、中关村科学城基金与中信证券，共六家（nashnova.com）；"
    "日期：2026年7月2日签署（nashnova.com、themonexus.com）"
)
#: Companies of whose rounds the notes say that documents disagree.
DISPUTED = {
    "kling-ai", "minimax", "stability-ai", "suno", "moonshot-ai", "zhipu-ai", "baichuan-ai", "deepseek", "openai", "heygen", "runway",
    "synthesia", "luma-ai", "moonvalley", "general-intuition", "aisphere", "interpositive", "leonardo-ai", "fable-studio", "hidream-ai",
    "world-labs", "01-ai",
}  # fmt: skip


def reading(round_id: str, field: str = "amount_usd_m", said: str = "x", by: str = "p", **cells: Any) -> dict[str, Any]:
    """One synthetic reading, the same words in both languages."""
    words = {"said_en": said, "said_zh": said, "publisher_en": by, "publisher_zh": by}
    return {"round_id": round_id, "field": field, "reading_kind": "stated"} | words | cells


def row_of(tables: Tables, round_id: str) -> dict[str, Any]:
    rounds = tables.native("funding_rounds")
    return rounds[rounds["round_id"] == round_id].iloc[0].to_dict()


# The shipped register ----------------------------------------------------------------------------


def test_the_round_of_kling_shows_its_readings_in_both_languages(tables: Tables) -> None:
    row = row_of(tables, "FR125")
    assert (row["n_conflicts"], row["conflicts_en"], row["conflicts_zh"]) == (7, KLING_EN, KLING_ZH)


def test_the_record_of_kling_says_them_in_a_line_of_its_own(tables: Tables) -> None:
    for lang, start in (
        ("en", "Sources disagree\\: Amount in US\\$\\: about US\\$2bn"),
        ("zh", "来源不一致：美元金额：约20亿美元（彭博社）；"),
    ):
        lines = list(_said("funding_rounds", row_of(tables, "FR125"), Words(lang)))
        assert [line.startswith(start) for line in lines] == [False, False, True], "the mark and the note of the audit stand below, smaller"
    assert len(list(_said("funding_rounds", row_of(tables, "FR001"), Words("en")))) == 2, "a round without conflicts has no such line"


def test_each_company_of_the_notes_has_a_reading(tables: Tables) -> None:
    assert set(tables.native("conflicts")["company_id"]) == DISPUTED


def test_the_two_readings_of_deepseeks_sum_and_the_one_that_is_kept(tables: Tables) -> None:
    found = tables.native("conflicts").set_index("conflict_id").loc["CF038"]
    assert (found["round_id"], found["value"], found["value_kept"], found["value_qualifier"]) == ("FR122", "7400", "7500", "about")
    assert (found["company_en"], found["company_zh"]) == ("DeepSeek", "深度求索")
    assert found["source_ids"] == "S0491;S0492"


def test_a_range_has_its_ends_and_no_value(tables: Tables) -> None:
    found = tables.native("conflicts").set_index("conflict_id").loc["CF002"]
    assert (found["value_low"], found["value_high"], found["value_qualifier"], found["value_kept"]) == (50, 75, "range", "90")
    assert pd.isna(found["value"])


def test_every_reading_is_counted_and_said_once_in_its_round(tables: Tables) -> None:
    conflicts, rounds = tables.native("conflicts"), tables.native("funding_rounds").set_index("round_id")
    assert rounds["n_conflicts"].sum() == len(conflicts)
    assert (rounds["n_conflicts"] == 0).equals(rounds["conflicts_en"].isna())
    assert (rounds["n_conflicts"] == 0).equals(rounds["conflicts_zh"].isna())
    for row in conflicts.to_dict("records"):
        assert rounds.at[row["round_id"], "conflicts_en"].count(row["reading_en"]) == 1
        assert rounds.at[row["round_id"], "conflicts_zh"].count(row["reading_zh"]) == 1
    for separator, column in ((";", "said_en"), (";", "publisher_en"), ("；", "said_zh"), ("；", "publisher_zh")):
        assert not conflicts[column].str.contains(separator).any(), "a reader could not tell where the next reading begins"


def test_chinese_readings_are_written_as_chinese(tables: Tables) -> None:
    conflicts = tables.native("conflicts")
    for column in ("said_zh", "note_zh", "publisher_zh"):
        assert not conflicts[column].dropna().str.contains(r"[(),;]", regex=True).any(), column
    assert not conflicts["publisher_zh"].str.contains("（").any(), "brackets within brackets"
    assert not conflicts["said_zh"].str.contains("（").any(), "brackets beside brackets"
    assert conflicts["note_en"].isna().equals(conflicts["note_zh"].isna())


@pytest.mark.parametrize("form", FORMATS)
def test_the_register_can_be_taken_away(tables: Tables, form: str) -> None:
    assert table_file("conflicts", tables, Filters(), form)


def test_the_words_travel_in_the_file_of_rounds(tables: Tables) -> None:
    rows = list(csv.DictReader(io.StringIO(table_file("funding_rounds", tables, Filters(), "csv").decode("utf-8-sig"))))
    kling = next(r for r in rows if r["round_id"] == "FR125")
    assert (kling["n_conflicts"], kling["conflicts_en"], kling["conflicts_zh"]) == ("7", KLING_EN, KLING_ZH)
    assert next(r for r in rows if r["round_id"] == "FR001")["n_conflicts"] == "0"


def test_fields_are_named_by_the_columns_of_rounds() -> None:
    known = dictionary()
    columns = known.tables["funding_rounds"].by_name
    assert all(columns[field].derived is None for field in known.codes["conflict_field"])


# How the build fills them ------------------------------------------------------------------------


def test_readings_by_hand() -> None:
    tables = tables_from(
        funding_rounds=[
            {"round_id": "R1", "company_id": "one", "amount_usd_m": 5, "lead_investor_ids": ["a", "b"]},
            {"round_id": "R2", "company_id": "two"},
        ],
        conflicts=[
            reading("R1", "lead_investor_ids", "a alone", "P", conflict_id="C2", value="a"),
            reading("R1", "amount_usd_m", "US$7m", "Q", conflict_id="C1", value="7", said_zh="700万美元", publisher_zh="甲报"),
        ],
    )
    one, two = row_of(tables, "R1"), row_of(tables, "R2")
    assert (one["n_conflicts"], two["n_conflicts"]) == (2, 0)
    assert one["conflicts_en"] == "Amount in US$: US$7m (Q); Led by: a alone (P)", "in the order of their numbers"
    assert one["conflicts_zh"] == "美元金额：700万美元（甲报）；领投方：a alone（P）"
    assert pd.isna(two["conflicts_en"]) and pd.isna(two["conflicts_zh"])
    kept = tables.native("conflicts").set_index("conflict_id")
    assert kept["value_kept"].to_dict() == {"C1": "5", "C2": "a;b"}, "the ids of a list as they stand"
    assert kept["company_id"].to_dict() == {"C1": "one", "C2": "one"}


def test_a_round_that_keeps_nothing_has_no_kept_value() -> None:
    tables = tables_from(funding_rounds=[{"round_id": "R1", "company_id": "one"}], conflicts=[reading("R1")])
    assert tables.native("conflicts")["value_kept"].isna().all()


def test_without_conflicts_every_count_is_0(empty: Tables) -> None:
    rounds = tables_from(funding_rounds=[{"round_id": "R1", "company_id": "one"}]).native("funding_rounds")
    assert rounds["n_conflicts"].tolist() == [0]
    assert str(rounds["n_conflicts"].dtype) == str(empty.native("funding_rounds")["n_conflicts"].dtype) == "int64"
    assert len(empty.native("conflicts")) == 0


def test_hostile_words_stay_words() -> None:
    said = "{field} {0} **bold** [x](javascript:alert(1)) <b>"
    tables = tables_from(
        funding_rounds=[
            {"round_id": "R1", "company_id": "one", "amount_qualifier": "undisclosed", "announced_date": "2024", "sectors": "film"}
        ],
        conflicts=[reading("R1", said=said, by="{publisher_en}")],
    )
    row = row_of(tables, "R1")
    assert row["conflicts_en"] == f"Amount in US$: {said} ({{publisher_en}})"
    line = next(line for line in _said("funding_rounds", row, Words("en")) if line.startswith("Sources disagree"))
    assert "**bold**" not in line and "](javascript" not in line and "<b>" not in line.replace("\\<b\\>", "")


@settings(max_examples=25)
@given(st.lists(st.integers(0, 3), max_size=8), st.randoms(use_true_random=False))
def test_every_reading_falls_to_its_round_in_whatever_order_it_was_recorded(whose: list[int], random: Any) -> None:
    rounds = [{"round_id": f"R{i}", "company_id": "one"} for i in range(4)]
    conflicts = [reading(f"R{at}", said=f"said {n}", conflict_id=f"C{n}") for n, at in enumerate(whose)]
    random.shuffle(conflicts)
    found = tables_from(funding_rounds=rounds, conflicts=conflicts).native("funding_rounds").set_index("round_id")
    for i in range(4):
        mine = [f"Amount in US$: said {n} (p)" for n, at in enumerate(whose) if at == i]
        assert found.at[f"R{i}", "n_conflicts"] == len(mine)
        assert (found.at[f"R{i}", "conflicts_en"] if mine else "") == "; ".join(mine)
