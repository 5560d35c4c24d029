"""How far two codings agree: by hand, by the coincidence matrix, and as it is said. Rows made here are synthetic."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import permutations

import duckdb
import pytest

from components.charts import CHART
from components.reliability import agreement_line
from components.words import LANGUAGES, Words
from data.catalog import dictionary
from data.filters import Filters
from data.frames.common import STANCES
from data.frames.reliability import MEASURES, coder_agreement, coder_agreement_rows, krippendorff_alpha
from data.tables import Tables, open_tables
from tests.factory import tables_from

ALL = Filters()
THEMES = list(dictionary().codes["theme"])


def alpha_by_hand(units: Sequence[Sequence[object]], values: Sequence[object], ordinal: bool) -> float:
    """Alpha from the coincidence matrix: Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, sections C and E.

    Each unit is what its coders said of it. o_ck counts pairs of codes within units, each unit's pairs
    divided by its number of codes minus 1; n_c are the sums of the rows; alpha = 1 - D_o / D_e with
    D_o = sum o_ck d_ck / n, D_e = sum n_c n_k d_ck / (n (n - 1)). Nominal d_ck is 1 for c != k, ordinal
    d_ck the square of n_c / 2 + (all between) + n_k / 2.
    """
    coincidences: Counter[tuple[object, object]] = Counter()
    for unit in units:
        for pair in permutations(unit, 2):
            coincidences[pair] += 1 / (len(unit) - 1)  # type: ignore[assignment]
    n_of = {v: sum(o for (c, _), o in coincidences.items() if c == v) for v in values}
    n = sum(n_of.values())

    def distance(c: object, k: object) -> float:
        if not ordinal:
            return float(c != k)
        low, high = sorted((values.index(c), values.index(k)))
        return (sum(n_of[v] for v in values[low : high + 1]) - (n_of[c] + n_of[k]) / 2) ** 2

    observed = sum(o * distance(c, k) for (c, k), o in coincidences.items()) / n
    expected = sum(n_of[c] * n_of[k] * distance(c, k) for c in values for k in values) / (n * (n - 1))
    return 1 - observed / expected


def opinion(first: str, second: str = "", theme: str = "audience", theme_second: str | None = None) -> dict[str, str]:
    twice = {"stance_second": second, "theme_second": theme if theme_second is None else theme_second} if second else {}
    return {"speaker_id": "a", "said_date": "2024-03-01", "sectors": "film", "stance": first, "theme": theme, **twice}


def frame_of(tables: Tables, filters: Filters = ALL):  # type: ignore[no-untyped-def]
    return coder_agreement(coder_agreement_rows(tables, filters), filters)


def said(tables: Tables, filters: Filters = ALL, lang: str = "en") -> str:
    return CHART["coder-agreement"].finding(frame_of(tables, filters), Words(lang))


# Alpha -------------------------------------------------------------------------------------------

#: Krippendorff 2011, section B: two observers code twelve units a to e; alpha is 0.692.
BEN, GERRY = "aabbdcccedda", "babbbccceddd"
#: Section C: four observers, twelve units, some not coded; nominal 0.743, ordinal 0.815.
FOUR = ("111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3")


def test_the_reference_gives_the_published_values() -> None:
    pairs = list(zip(BEN, GERRY, strict=True))
    assert round(alpha_by_hand(pairs, "abcde", ordinal=False), 3) == 0.692
    units = [unit for unit in FOUR if len(unit) > 1]
    assert round(alpha_by_hand(units, "12345", ordinal=False), 3) == 0.743
    assert round(alpha_by_hand(units, "12345", ordinal=True), 3) == 0.815


def test_nominal_alpha_of_the_worked_example() -> None:
    # The twelve units of section B as themes of twelve opinions. Coincidences: aa 2, ab and ba 1, ad and da 1,
    # bb 4, bd and db 1, cc 6, dd 4, ee 2; n_a 4, n_b 6, n_c 6, n_d 6, n_e 2, n 24.
    # alpha = ((n - 1) sum o_cc - sum n_c (n_c - 1)) / (n (n - 1) - sum n_c (n_c - 1))
    #       = (23 * 18 - 104) / (24 * 23 - 104) = 310 / 448 = 0.692.
    theme = dict(zip("abcde", THEMES, strict=False))
    rows = [opinion("neutral", "neutral", theme[a], theme[b]) for a, b in zip(BEN, GERRY, strict=True)]
    row = frame_of(tables_from(opinions=rows)).iloc[0]
    assert row["theme_alpha"] == pytest.approx(310 / 448)
    assert row["theme_exact_pct"] == pytest.approx(100 * 9 / 12)
    assert math.isnan(row["stance_alpha"])  # every stance is neutral: nothing to tell apart


SMALL = [("neutral", "neutral"), ("neutral", "positive"), ("positive", "positive"), ("strongly_positive", "strongly_positive")]


def test_ordinal_alpha_by_hand() -> None:
    # Codes: neutral 3, positive 3, strongly positive 2; n = 8. Distances squared: neutral to positive
    # (3 + 3 - 3)^2 = 9, positive to strongly positive (3 + 2 - 2.5)^2 = 6.25, neutral to strongly positive
    # (3 + 3 + 2 - 2.5)^2 = 30.25. One pair lies apart, by 9; expected 3*3*9 + 3*2*6.25 + 3*2*30.25 = 300.
    # alpha = 1 - (n - 1) * 9 / 300 = 1 - 7 * 0.03 = 0.79.
    row = frame_of(tables_from(opinions=[opinion(*pair) for pair in SMALL])).iloc[0]
    assert row["stance_alpha"] == pytest.approx(0.79)
    assert row["stance_exact_pct"] == 75
    assert row["stance_within_one_pct"] == 100


def test_the_order_of_the_scale_matters_to_ordinal_alpha_only() -> None:
    far = [*SMALL[:1], ("neutral", "strongly_positive"), *SMALL[2:]]
    near_alpha, far_alpha = (
        {level: krippendorff_alpha(*zip(*pairs, strict=True), STANCES, level, [1] * 4) for level in ("ordinal", "nominal")}  # type: ignore[misc]
        for pairs in (SMALL, far)
    )
    assert far_alpha["ordinal"] < near_alpha["ordinal"]
    assert far_alpha["nominal"] == pytest.approx(alpha_by_hand(far, STANCES, ordinal=False))


@pytest.mark.parametrize(
    ("pairs", "why"),
    [([("neutral", "positive")], "one opinion"), ([("neutral", "neutral")] * 5, "one code only"), ([], "none")],
)
def test_alpha_is_not_defined_of_too_little(pairs: list[tuple[str, str]], why: str) -> None:
    first, second = [p[0] for p in pairs], [p[1] for p in pairs]
    assert math.isnan(krippendorff_alpha(first, second, STANCES, "ordinal", [1] * len(pairs))), why


def test_alpha_of_the_shipped_opinions_is_that_of_the_coincidence_matrix() -> None:
    rows = open_tables().native("opinions").dropna(subset=["stance_second"])
    row = frame_of(open_tables()).iloc[0]
    pairs = {name: list(zip(rows[name], rows[f"{name}_second"], strict=True)) for name in ("stance", "theme")}
    assert row["stance_alpha"] == pytest.approx(alpha_by_hand(pairs["stance"], STANCES, ordinal=True))
    assert row["theme_alpha"] == pytest.approx(alpha_by_hand(pairs["theme"], THEMES, ordinal=False))
    apart = [abs(STANCES.index(a) - STANCES.index(b)) for a, b in pairs["stance"]]
    assert row["stance_exact_pct"] == pytest.approx(100 * apart.count(0) / len(rows))
    assert row["stance_within_one_pct"] == pytest.approx(100 * (apart.count(0) + apart.count(1)) / len(rows))
    assert row["n_total"] == len(rows)


# The matrix --------------------------------------------------------------------------------------


def test_the_matrix_counts_pairs_and_leaves_out_what_was_coded_once() -> None:
    rows = [opinion("neutral", "positive"), opinion("neutral", "positive"), opinion("positive", "neutral"), opinion("neutral")]
    frame = frame_of(tables_from(opinions=rows))
    assert len(frame) == 25
    counted = {(r["stance"], r["stance_second"]): r["n"] for r in frame.to_dict("records") if r["n"]}
    assert counted == {("neutral", "positive"): 2, ("positive", "neutral"): 1}
    assert set(frame["n_total"]) == {3}
    assert set(frame["n_uncoded"]) == {1}
    assert set(frame["stance_exact_pct"]) == {0}


def test_the_switch_of_coding_changes_nothing() -> None:
    tables = tables_from(opinions=[opinion(*pair) for pair in SMALL] + [opinion("neutral")])
    assert frame_of(tables, Filters(coding="second")).equals(frame_of(tables))


def test_a_choice_of_stance_is_of_the_first_coding_and_has_no_alpha() -> None:
    tables = tables_from(opinions=[opinion(*pair) for pair in SMALL])
    row = frame_of(tables, Filters(stance=("neutral",), coding="second")).iloc[0]
    assert (row["n_total"], row["stance_exact_pct"]) == (2, 50)
    assert math.isnan(row["stance_alpha"])
    by_theme = frame_of(tables, Filters(theme=("audience",))).iloc[0]
    assert math.isnan(by_theme["theme_alpha"])
    assert by_theme["stance_alpha"] == pytest.approx(0.79)


def test_opinions_kept_for_differing_say_nothing_of_agreement() -> None:
    tables = tables_from(opinions=[opinion(*pair) for pair in SMALL])
    frame = frame_of(tables, Filters(coders="differ"))
    assert frame["n"].sum() == 1
    assert frame[list(MEASURES)].isna().all().all()
    assert said(tables, Filters(coders="differ")).startswith("1 opinion, kept because the two machine-assisted codings differ on it")


def test_the_same_frame_comes_out_of_duckdb() -> None:
    shipped, connection = open_tables(), duckdb.connect()
    carried = Tables(shipped.folder, shipped.version, lambda name: connection.sql(f"select * from '{shipped.folder}/{name}.parquet'"))
    for filters in (ALL, Filters(sectors=("film",), since="2024", coders="differ")):
        assert frame_of(carried, filters).equals(frame_of(shipped, filters))


# What is said ------------------------------------------------------------------------------------


def test_few_opinions_get_counts_and_many_get_shares() -> None:
    assert said(tables_from(opinions=[opinion(*pair) for pair in SMALL])) == (
        "Two machine-assisted codings of 4 opinions agree on stance in 3 and on theme in 4: too few for shares"
    )
    # Ten opinions, eight alike: 80%; two lie one step apart, none further.
    many = [opinion(*pair) for pair in [*SMALL, *SMALL[:1], *SMALL[2:]] + [("negative", "negative")] * 2 + [("negative", "neutral")]]
    sentence = said(tables_from(opinions=many))
    assert sentence.startswith("Two machine-assisted codings agree on stance in 80% of 10 opinions, within one step in 100% (alpha 0.")
    assert sentence.endswith("on theme in 100% (alpha not defined)")


def test_what_was_coded_once_is_said() -> None:
    assert said(tables_from()) == "No records under these filters"
    assert said(tables_from(opinions=[opinion("neutral")])) == "1 opinion under these filters, coded only once: no agreement to show"
    assert said(tables_from(opinions=[opinion("neutral"), opinion("neutral", "neutral")])).endswith("; 1 more coded only once")
    assert "coded only once" not in said(tables_from(opinions=[opinion("neutral", "neutral")]))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_line_below_a_chart_leads_to_the_evidence_page_under_the_same_filters(lang: str) -> None:
    filters = Filters(sectors=("film",), since="2024")
    line = agreement_line(open_tables(), filters, Words(lang))
    assert f"(</evidence?sector=film&from=2024&lang={lang}>)" in line
    row = frame_of(open_tables(), filters).iloc[0]
    assert Words(lang).percent(row["stance_exact_pct"], 1).replace(".", "\\.") in line
    assert agreement_line(tables_from(), ALL, Words(lang)) == ""


def test_the_line_says_when_there_is_nothing_to_compare() -> None:
    words = Words("en")
    once, pair = opinion("neutral"), opinion("neutral", "positive")
    assert "coded only once" in agreement_line(tables_from(opinions=[once]), ALL, words)
    assert "0 of 1 opinion\\." in agreement_line(tables_from(opinions=[pair]), ALL, words)
    assert "differ" in agreement_line(tables_from(opinions=[pair]), Filters(coders="differ"), words)


def test_cells_lead_to_their_opinions_and_empty_cells_are_not_drawn() -> None:
    chart, tables = CHART["coder-agreement"], tables_from(opinions=[opinion(*pair) for pair in SMALL] + [opinion("neutral")])
    frame = frame_of(tables)
    trace = chart.figure(frame, Words("en")).data[0]
    assert sorted(trace.text) == ["1", "1", "1", "1"]
    assert sorted(point[0] for point in trace.customdata) == list(frame.index[frame["n"] > 0])
    assert [len(chart.behind(tables, ALL, mark)) for mark in frame.to_dict("records")] == list(frame["n"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_key_names_the_colours_that_are_drawn(lang: str) -> None:
    words = Words(lang)
    frame = frame_of(open_tables())
    named = [words.t(f"charts.coder-agreement.key.{name}") for name in ("same", "one", "more")]
    [key] = CHART["coder-agreement"].figure(frame, words).layout.annotations
    assert all(name in key.text for name in named)
    close = frame[frame["stance"] == frame["stance_second"]]
    [key] = CHART["coder-agreement"].figure(close, words).layout.annotations
    assert [name in key.text for name in named] == [True, False, False]
