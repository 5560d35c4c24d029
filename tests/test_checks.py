"""Each kind of bad record is refused with file, line, column, value and remedy; good ones are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data import checks
from data.build import RECORDS_DIR, main, read_records
from data.catalog import Column, Text, dictionary
from data.checks import RULES, Files, RecordFile, find_problems
from tests.records import Records

#: What the dictionary says of one cell: (table, key of the row, column, value, words of the remedy).
CELLS = [
    ("events", "EV001", "title_en", "", "must not be empty"),
    ("opinions", "O0001", "stance", "", "must not be empty"),
    ("events", "EV001", "title_en", " CogVideo", "remove the blanks around it"),
    ("funding_rounds", "FR001", "sectors", "games;games", "the same item stands twice in the list; keep one"),
    ("series", "csi-300", "series_id", "CSI 300", "must have the form ^[a-z0-9]+(-[a-z0-9]+)*$"),
    (
        "opinions",
        "O0001",
        "stance",
        "furious",
        "'furious' is not allowed; write one of: strongly_negative, negative, neutral, positive, strongly_positive",
    ),
    ("opinions", "O0001", "sectors", "film;tv", "'tv' is not allowed; write one of: film, short_drama, games, advertising, cross"),
    ("events", "EV001", "sectors", "film;", "'' is not allowed; write one of: film"),
    ("opinions", "O0001", "speaker_id", "nobody-at-all", "'nobody-at-all' is not in entities.csv; add it there or correct it"),
    ("opinions", "O0001", "source_ids", "S0001;S9999", "'S9999' is not in sources.csv; add it there or correct it"),
    ("funding_rounds", "FR001", "part_of", "FR999", "'FR999' is not in funding_rounds.csv; add it there or correct it"),
    ("index_moves", "IM002", "value", "-1.73%", "is not a number; leave it empty when it is not known"),
    ("index_moves", "IM002", "value", "1,950", "is not a number; leave it empty when it is not known"),
    ("index_moves", "IM002", "value", "1_950", "is not a number; leave it empty when it is not known"),
    ("index_moves", "IM002", "value", "１２", "is not a number; leave it empty when it is not known"),
    ("index_moves", "IM002", "value", "nan", "is not a number; leave it empty when it is not known"),
    ("index_moves", "IM046", "value", "high", "is not a number; leave it empty when it is not known"),
    ("index_moves", "IM002", "value", "1e999", "is not a finite number"),
    ("indicators", "IN001", "sample_size", "12.5", "is not a whole number; leave it empty when it is not known"),
    ("indicators", "IN001", "sample_size", "0", "must be at least 1"),
    ("funding_rounds", "FR001", "post_money_valuation_usd_m", "-1", "must be at least 0"),
    ("models", "MD001", "max_clip_s", "99999", "must be at most 3600"),
    ("funding_rounds", "FR001", "is_date_inferred", "yes", "write true or false"),
    ("opinions", "O0001", "said_date", "2024-02-30", "is not a date of the calendar; write 2024-03-22, 2024-03, 2024-Q1 or 2024"),
    ("opinions", "O0001", "said_date", "March 2024", "is not a date of the calendar; write 2024-03-22, 2024-03, 2024-Q1 or 2024"),
    ("index_moves", "IM001", "date", "2023-11-31", "is not a date of the calendar; write 2024-03-22"),
    ("index_moves", "IM001", "date", "2023-11", "is not a date of the calendar; write 2024-03-22"),
    ("index_moves", "IM001", "date", "20231122", "is not a date of the calendar; write 2024-03-22"),
    ("sources", "S0001", "url", "javascript:alert(1)", "must be an address that starts with http:// or https:// and has no blanks"),
    ("sources", "S0001", "url", "http://a b", "must be an address that starts with http:// or https:// and has no blanks"),
    ("events", "EV002", "event_id", "EV001", "this key already stands on line 2; give the row a new one"),
]

Edit = tuple[str, str, str, str]
#: Rule, edits that break it, then table, row, column and value that are named, with words of the remedy.
REFUSED: list[tuple[str, list[Edit], tuple[str, str, str, str], str]] = [
    ("dates_have_their_precision", [("opinions", "O0001", "date_precision", "day")], ("opinions", "O0001", "date_precision", "day"), "said_date '2024-03' is written to the month"),
    ("dates_have_their_precision", [("funding_rounds", "FR001", "announced_date", "2023")], ("funding_rounds", "FR001", "date_precision", "month"), "is written to the year"),
    ("dates_have_their_precision", [("events", "EV002", "date_precision", "month")], ("events", "EV002", "date_precision", "month"), "is written to the day"),
    ("dates_have_their_precision", [("models", "MD001", "release_date", "")], ("models", "MD001", "date_precision", "year"), "is written to the unknown"),
    ("leads_are_investors", [("funding_rounds", "FR001", "lead_investor_ids", "microsoft")], ("funding_rounds", "FR001", "lead_investor_ids", "microsoft"), "a lead must stand in investor_ids too; add it there"),
    ("only_investors_have_an_investor_kind", [("entities", "01-ai", "investor_kind", "strategic")], ("entities", "01-ai", "investor_kind", "strategic"), "takes part in no round; empty it, or add the entity to the investor_ids of its round"),
    ("undisclosed_has_no_number", [("funding_rounds", "FR007", "amount_usd_m", "0")], ("funding_rounds", "FR007", "amount_usd_m", "0"), "says undisclosed: empty the amount, or write exact, about, at_least or up_to"),
    ("undisclosed_has_no_number", [("funding_rounds", "FR001", "amount_original", "")], ("funding_rounds", "FR001", "amount_original", ""), "says exact: write the amount, or write undisclosed"),
    ("dollars_agree", [("funding_rounds", "FR001", "amount_usd_m", "320")], ("funding_rounds", "FR001", "amount_usd_m", "320"), "amount_original is USD 32,000,000, which is 32 million; correct one of them"),
    ("dollars_agree", [("funding_rounds", "FR001", "amount_usd_m", "0")], ("funding_rounds", "FR001", "amount_usd_m", "0"), "which is 32 million"),
    ("parts_have_wholes", [("funding_rounds", "FR001", "part_of", "FR002")], ("funding_rounds", "FR001", "part_of", "FR002"), "that round is of scenario, this one of plai-labs"),
    ("parts_have_wholes", [("funding_rounds", "FR001", "part_of", "FR001")], ("funding_rounds", "FR001", "part_of", "FR001"), "in a circle; empty one part_of"),
    ("parts_have_wholes", [("funding_rounds", "FR035", "part_of", "FR014")], ("funding_rounds", "FR014", "part_of", "FR035"), "in a circle; empty one part_of"),
    ("windows_run_forward", [("index_moves", "IM007", "window_start", "2023-12-16")], ("index_moves", "IM007", "window_start", "2023-12-16"), "the window must start before it ends (2023-12-15)"),
    ("windows_run_forward", [("index_moves", "IM007", "window_start", "2023-12-15")], ("index_moves", "IM007", "window_start", "2023-12-15"), "the window must start before it ends (2023-12-15)"),
    ("windows_run_forward", [("index_moves", "IM001", "window_start", "2023-11-20")], ("index_moves", "IM001", "window_start", "2023-11-20"), "measure pct_change_day has no window; empty it or write pct_change_window"),
    ("one_value_or_a_range", [("indicators", "IN005", "value", "15")], ("indicators", "IN005", "value", "15"), "has a value and a range; keep one of the two"),
    ("one_value_or_a_range", [("indicators", "IN005", "value_high", "")], ("indicators", "IN005", "value", ""), "write a value, or both value_low and value_high"),
    ("one_value_or_a_range", [("indicators", "IN005", "value_high", "9")], ("indicators", "IN005", "value_low", "10"), "the range runs backwards: value_high is 9"),
    ("one_value_or_a_range", [("indicators", "IN001", "period_start", "2024-03-01")], ("indicators", "IN001", "period_start", "2024-03-01"), "must not start after it ends (2024-02-29)"),
    ("stated_shares_agree", [("indicators", "IN013", "value", "46.54")], ("indicators", "IN013", "value", "46.54"), "IN012 of IN011 is 46.45%; correct one of the three"),
    ("stated_shares_agree", [("indicators", "IN008", "value", "70")], ("indicators", "IN010", "value", "32.4"), "IN008 of IN007 is 37.8%; correct one of the three"),
    ("index_levels_agree", [("index_moves", "IM091", "value", "1922.66")], ("indicators", "IN027", "value", "46.13"), "the two levels give 54.15%; correct one of the three"),
    ("both_second_codes_or_none", [("opinions", "O0001", "theme_second", "")], ("opinions", "O0001", "theme_second", ""), "has one of its two codes; write both or neither"),
    ("both_second_codes_or_none", [("opinions", "O0001", "stance_second", "")], ("opinions", "O0001", "stance_second", ""), "has one of its two codes; write both or neither"),
    ("documents_precede_access", [("sources", "S0001", "published", "2030-01")], ("sources", "S0001", "published", "2030-01"), "is after the day it was read (2026-11-22)"),
    ("documents_precede_access", [("sources", "S0001", "published", "2024")], ("sources", "S0001", "published_precision", "month"), "published is written to the year"),
    ("opinions_precede_access", [("opinions", "O0001", "said_date", "2031-05")], ("opinions", "O0001", "said_date", "2031-05"), "is after the day its document was read (2026-11-22)"),
    ("headlines_have_labels", [("events", "EV017", "short_title_zh", "")], ("events", "EV017", "short_title_zh", ""), "is_headline says true; a headline has a short title, no other event has"),
    ("headlines_have_labels", [("events", "EV001", "short_title_en", "CogVideo")], ("events", "EV001", "short_title_en", "CogVideo"), "is_headline says false"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF010", "value", "2bn")], ("conflicts", "CF010", "value", "2bn"), "as post_money_valuation_usd_m: is not a number"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF010", "value", "-2000")], ("conflicts", "CF010", "value", "-2000"), "as post_money_valuation_usd_m: must be at least 0"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF012", "value", "13 March")], ("conflicts", "CF012", "value", "13 March"), "as announced_date: is not a date of the calendar"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF017", "value", "series_z")], ("conflicts", "CF017", "value", "series_z"), "as stage: 'series_z' is not allowed"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF041", "value", "nobody-at-all")], ("conflicts", "CF041", "value", "nobody-at-all"), "as lead_investor_ids: 'nobody-at-all' is not in entities.csv"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF002", "value", "60")], ("conflicts", "CF002", "value", "60"), "has a value and a range; keep one of the two"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF002", "value_high", "")], ("conflicts", "CF002", "value_high", ""), "a range has two ends; write both, or write value"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF002", "value_low", "")], ("conflicts", "CF002", "value_low", ""), "a range has two ends"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF002", "value_high", "50")], ("conflicts", "CF002", "value_low", "50"), "the range must run upwards: value_high is 50"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF001", "value_low", "5"), ("conflicts", "CF001", "value_qualifier", "range")], ("conflicts", "CF001", "value_low", "5"), "status is no number and has no range; empty both ends"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF010", "value_qualifier", "")], ("conflicts", "CF010", "value_qualifier", ""), "write exact or about or at_least or at_most"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF010", "value_qualifier", "range")], ("conflicts", "CF010", "value_qualifier", "range"), "write exact or about or at_least or at_most"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF002", "value_qualifier", "about")], ("conflicts", "CF002", "value_qualifier", "about"), "write range"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF012", "value_qualifier", "exact")], ("conflicts", "CF012", "value_qualifier", "exact"), "the reading is not a number; empty it"),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF010", "currency", "USD")], ("conflicts", "CF010", "currency", "USD"), "only a reading of amount_original has a currency; empty it"),
    ("readings_differ_from_the_row", [("conflicts", "CF010", "value", "2500")], ("conflicts", "CF010", "value", "2500"), "FR022 keeps this post_money_valuation_usd_m itself; write the reading that differs, or remove the row"),
    ("readings_differ_from_the_row", [("conflicts", "CF010", "value", "2500.0")], ("conflicts", "CF010", "value", "2500.0"), "FR022 keeps this post_money_valuation_usd_m itself"),
    ("readings_differ_from_the_row", [("funding_rounds", "FR028", "announced_date", "2024-10")], ("conflicts", "CF013", "value", "2024-10"), "FR028 keeps this announced_date itself"),
    ("readings_differ_from_the_row", [("funding_rounds", "FR115", "lead_investor_ids", "tencent;alibaba")], ("conflicts", "CF037", "value", "alibaba;tencent"), "FR115 keeps this lead_investor_ids itself"),
    ("readings_differ_from_the_row", [("conflicts", "CF044", "value", "19040000000")], ("conflicts", "CF044", "value", "19040000000"), "FR125 keeps this amount_original itself"),
    ("sources_are_used", [("funding_rounds", "FR001", "source_ids", "S0001")], ("sources", "S0238", "source_id", "S0238"), "no row rests on this document; point a row to it or remove it"),
]  # fmt: skip

#: Rule, and edits near to its edge that it lets pass.
ACCEPTED: list[tuple[str, list[Edit]]] = [
    ("dates_have_their_precision", [("opinions", "O0001", "said_date", "2024-Q1"), ("opinions", "O0001", "date_precision", "quarter")]),
    ("dates_have_their_precision", [("events", "EV002", "date", "2022"), ("events", "EV002", "date_precision", "year")]),
    ("leads_are_investors", [("funding_rounds", "FR001", "lead_investor_ids", "")]),
    ("only_investors_have_an_investor_kind", [("entities", "accel", "investor_kind", "")]),
    ("undisclosed_has_no_number", [("funding_rounds", "FR007", "amount_qualifier", "at_least"), ("funding_rounds", "FR007", "amount_original", "1000000")]),
    ("dollars_agree", [("funding_rounds", "FR001", "amount_usd_m", "32.1")]),
    ("dollars_agree", [("funding_rounds", "FR001", "amount_usd_m", "400"), ("funding_rounds", "FR001", "currency", "CNY")]),
    ("parts_have_wholes", [("funding_rounds", "FR014", "part_of", "")]),
    ("windows_run_forward", [("index_moves", "IM007", "window_start", "2023-12-14")]),
    ("one_value_or_a_range", [("indicators", "IN005", "value_low", "20")]),
    ("one_value_or_a_range", [("indicators", "IN001", "period_start", "2024-02-29")]),
    ("stated_shares_agree", [("indicators", "IN012", "value", "98.25")]),
    ("stated_shares_agree", [("indicators", "IN011", "value", "0")]),
    ("index_levels_agree", [("index_moves", "IM091", "value", "1822.64")]),
    ("both_second_codes_or_none", [("opinions", "O0001", "theme_second", ""), ("opinions", "O0001", "stance_second", "")]),
    ("documents_precede_access", [("sources", "S0001", "published", "2026-11")]),
    ("documents_precede_access", [("sources", "S0001", "published", ""), ("sources", "S0001", "published_precision", "unknown")]),
    ("opinions_precede_access", [("opinions", "O0001", "said_date", "2026-11")]),
    ("headlines_have_labels", [("events", "EV017", "is_headline", "false"), ("events", "EV017", "short_title_en", ""), ("events", "EV017", "short_title_zh", "")]),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF010", "value", ""), ("conflicts", "CF010", "value_qualifier", "")]),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF002", "value_high", "50.5")]),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF006", "currency", "AUD")]),
    ("readings_have_the_form_of_their_field", [("conflicts", "CF010", "field", "no_such_column")]),
    ("readings_differ_from_the_row", [("conflicts", "CF010", "value", "2500.1")]),
    ("readings_differ_from_the_row", [("conflicts", "CF044", "value", "19040000000"), ("conflicts", "CF044", "currency", "HKD")]),
    ("readings_differ_from_the_row", [("conflicts", "CF010", "round_id", "FR999")]),
    ("readings_differ_from_the_row", [("funding_rounds", "FR115", "lead_investor_ids", "tencent")]),
    ("sources_are_used", [("funding_rounds", "FR001", "source_ids", "S0238;S0001")]),
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> Files:
    files, problems = read_records(RECORDS_DIR)
    assert problems == []
    return files


def edited(files: Files, edits: list[Edit]) -> Files:
    """A copy with some cells changed."""
    changed = dict(files)
    for table, key, column, value in edits:
        file = changed[table]
        name = dictionary().tables[table].key
        rows = [row | {column: value} if row[name] == key else row for row in file.rows]
        assert rows != file.rows, f"{table} {key} {column} is {value!r} already"
        changed[table] = RecordFile(file.path, file.header, rows, file.lines)
    return changed


def line_of(files: Files, table: str, key: str) -> int:
    name = dictionary().tables[table].key
    return next(line for line, row in files[table].numbered() if row[name] == key)


def test_the_shipped_records_have_no_problem(shipped: Files) -> None:
    assert find_problems(shipped, dictionary()) == []


@pytest.mark.parametrize(("table", "key", "column", "value", "remedy"), CELLS)
def test_a_bad_cell_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str, key: str, column: str, value: str, remedy: str
) -> None:
    records = Records(tmp_path / "records")
    line = records.line(table, key)
    records.edit(table, key, column, value)
    assert main(["--records", str(records.folder), "--tables", str(tmp_path / "tables")]) == 1
    said = [s for s in capsys.readouterr().err.splitlines() if s.startswith(f"{table}.csv:{line}: {column}: {value!r}: ")]
    assert any(remedy in s for s in said), said
    assert not (tmp_path / "tables").exists()


@pytest.mark.parametrize(("rule", "edits", "named", "remedy"), REFUSED)
def test_a_rule_refuses(shipped: Files, rule: str, edits: list[Edit], named: tuple[str, str, str, str], remedy: str) -> None:
    files = edited(shipped, edits)
    table, key, column, value = named
    found = list(getattr(checks, rule)(files))
    assert (f"{table}.csv", line_of(files, table, key), column, value) in [
        (p.file, p.line, p.column, p.value) for p in found if remedy in p.remedy
    ]
    assert len(found) == (2 if "in a circle" in remedy and key == "FR014" else 1)
    assert set(found) <= set(find_problems(files, dictionary()))


@pytest.mark.parametrize(("rule", "edits"), ACCEPTED)
def test_a_rule_accepts(shipped: Files, rule: str, edits: list[Edit]) -> None:
    assert list(getattr(checks, rule)(edited(shipped, edits))) == []


def test_every_rule_is_seen_to_refuse_and_to_accept() -> None:
    names = {rule.__name__ for rule in RULES}
    assert {rule for rule, *_ in REFUSED} == names
    assert {rule for rule, *_ in ACCEPTED} == names


def test_rules_wait_until_the_header_is_right(shipped: Files) -> None:
    file = shipped["opinions"]
    files = shipped | {
        "opinions": RecordFile(file.path, file.header[:-1], [{k: r[k] for k in file.header[:-1]} for r in file.rows], file.lines)
    }
    assert [p.column for p in find_problems(files, dictionary())] == ["(header)"]


@pytest.mark.parametrize("value", ["abc", "", "0", "-5", "1e999", "nan", "2024-13", "S9999;", "true", "=1+1", "\u0000", "あ"])
def test_no_cell_makes_a_check_fail_instead_of_refuse(shipped: Files, value: str) -> None:
    """Whatever stands in a cell, the answer is a list of problems."""
    small = {table: few(file) for table, file in shipped.items()}
    keys: dict[str, set[str]] = {key: set() for key in shipped}
    for table, file in small.items():
        for column in file.header:
            files = small | {table: RecordFile(file.path, file.header, [row | {column: value} for row in file.rows], file.lines)}
            for rule in RULES:
                list(rule(files))
            list(checks.check_table(files[table], dictionary().tables[table], dictionary(), keys))


def few(file: RecordFile) -> RecordFile:
    """The first rows of a file, and those that rules know by name."""
    named = {"IN007", "IN008", "IN010", "IN011", "IN012", "IN013", "IN027", "IM046", "IM091", "FR014", "FR035", "CF002", "CF010"}
    kept = [(line, row) for at, (line, row) in enumerate(file.numbered()) if at < 3 or named & set(row.values())]
    return RecordFile(file.path, file.header, [row for _, row in kept], [line for line, _ in kept])


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        ({"type": "number"}, ["0", "-1.5", "12", ".5", "1e3", "+3"], ["", "1,5", "abc", "--1", "0x10", " 1", "∞", "1_0"]),
        ({"type": "integer"}, ["0", "-3", "12"], ["1.0", "1e3", "one"]),
        ({"type": "day"}, ["2024-02-29"], ["2023-02-29", "2024-02", "2024-W01-1", "2024-2-3"]),
        ({"type": "url"}, ["http://a", "https://例子.cn/页?x=1"], ["ftp://a", "https://", "//a", "data:text/html,x"]),
        ({"type": "boolean"}, ["true", "false"], ["True", "1", "是"]),
    ],
)
def test_types_by_hand(column: dict[str, Any], good: list[str], bad: list[str]) -> None:
    described = Column(name="x", label=Text("x", "x"), description=Text("x", "x"), required=True, **column)
    for cell in good:
        assert list(checks._cell_remedies(cell, described, dictionary(), {})) == [], cell
    for cell in bad:
        assert list(checks._cell_remedies(cell, described, dictionary(), {})), cell
