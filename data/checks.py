"""What a record must satisfy before it becomes a table.

Every check yields `Problem`s and none raises, so that one run lists all that is wrong. `columns`
are checked from the dictionary alone; `RULES` are what the dictionary cannot say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from data import periods
from data.catalog import LIST_SEPARATOR, Column, Dictionary, Table, dictionary

Record = dict[str, str]
#: How a number is written: no separators, no words; Python would read `1_000`, `nan` and full-width digits too.
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[+-]?[0-9]+")


@dataclass(frozen=True)
class RecordFile:
    """One table's records as read: `rows[i]` stood on line `lines[i]` of `path`."""

    path: str
    header: tuple[str, ...]
    rows: list[Record]
    lines: list[int]

    def numbered(self) -> Iterator[tuple[int, Record]]:
        return zip(self.lines, self.rows, strict=True)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with the records, where it stands, and what to do."""

    file: str
    line: int
    column: str
    value: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.column}: {self.value!r}: {self.remedy}"


Files = dict[str, RecordFile]


def split(cell: str) -> list[str]:
    """The items of a list cell; [] for an empty one."""
    return [item.strip() for item in cell.split(LIST_SEPARATOR)] if cell else []


def find_problems(files: Files, dictionary: Dictionary) -> list[Problem]:
    """Every problem in all record files, in the order of file and line."""
    found: list[Problem] = []
    keys = {name: {row.get(dictionary.tables[name].key, "") for row in file.rows} for name, file in files.items()}
    for name, file in files.items():
        found += check_table(file, dictionary.tables[name], dictionary, keys)
    if not any(problem.column == "(header)" for problem in found):
        for rule in RULES:
            found += rule(files)
    return sorted(set(found))


def check_table(file: RecordFile, table: Table, dictionary: Dictionary, keys: dict[str, set[str]]) -> Iterator[Problem]:
    """What the dictionary alone can say: header, keys, types, allowed values, ranges, references."""
    expected = tuple(c.name for c in table.recorded)
    if file.header != expected:
        missing = [c for c in expected if c not in file.header]
        extra = [c for c in file.header if c not in expected]
        yield Problem(
            file.path,
            1,
            "(header)",
            ",".join(file.header),
            f"missing {missing}, not in the dictionary {extra}; the header must be: {','.join(expected)}",
        )
        return
    seen: dict[str, int] = {}
    for line, row in file.numbered():
        key = row[table.key]
        if key and key in seen:
            yield Problem(file.path, line, table.key, key, f"this key already stands on line {seen[key]}; give the row a new one")
        seen.setdefault(key, line)
        for column in table.recorded:
            for remedy in _cell_remedies(row[column.name], column, dictionary, keys):
                yield Problem(file.path, line, column.name, row[column.name], remedy)


def _cell_remedies(cell: str, column: Column, dictionary: Dictionary, keys: dict[str, set[str]]) -> Iterator[str]:
    if cell == "":
        if column.required:
            yield "must not be empty"
        return
    if cell != cell.strip():
        yield "remove the blanks around it"
    items = split(cell) if column.is_list else [cell]
    if len(items) != len(set(items)):
        yield "the same item stands twice in the list; keep one"
    if column.pattern and not re.fullmatch(column.pattern, cell):
        yield f"must have the form {column.pattern}"
    if column.codes and column.type in ("code", "codes"):
        allowed = dictionary.codes[column.codes]
        for item in items:
            if item not in allowed:
                yield f"{item!r} is not allowed; write one of: {', '.join(allowed)}"
    if column.references:
        for item in items:
            if item not in keys[column.references]:
                yield f"{item!r} is not in {column.references}.csv; add it there or correct it"
    yield from _type_remedies(cell, column)


def _type_remedies(cell: str, column: Column) -> Iterator[str]:
    if column.type in ("number", "integer"):
        number = _number(cell)
        if number is None or (column.type == "integer" and not _WHOLE.fullmatch(cell)):
            yield f"is not {'a number' if column.type == 'number' else 'a whole number'}; leave it empty when it is not known"
            return
        if number in (float("inf"), float("-inf")):
            yield "is not a finite number"
        if column.minimum is not None and number < column.minimum:
            yield f"must be at least {column.minimum:g}"
        if column.maximum is not None and number > column.maximum:
            yield f"must be at most {column.maximum:g}"
    elif column.type == "boolean" and cell not in ("true", "false"):
        yield "write true or false"
    elif column.type in ("partial_date", "day"):
        try:
            periods.bounds(cell)
            if column.type == "day" and periods.precision_of(cell) != "day":
                raise ValueError(cell)
        except ValueError:
            yield "is not a date of the calendar; write 2024-03-22" + ("" if column.type == "day" else ", 2024-03, 2024-Q1 or 2024")
    elif column.type == "url" and not re.match(r"^https?://[^\s]+$", cell):
        yield "must be an address that starts with http:// or https:// and has no blanks"


# Rules across columns and tables ---------------------------------------------------------------


def _number(cell: str) -> float | None:
    return float(cell) if _NUMBER.fullmatch(cell) else None


def dates_have_their_precision(files: Files) -> Iterator[Problem]:
    """`date_precision` names the form that the date is written in; an empty date is `unknown`."""
    dated = {"opinions": "said_date", "funding_rounds": "announced_date", "events": "date", "models": "release_date"}
    for table, column in dated.items():
        for line, row in files[table].numbered():
            printed, precision = row[column], row["date_precision"]
            try:
                actual = periods.precision_of(printed) if printed else "unknown"
            except ValueError:
                continue  # already reported by its type
            if actual != precision:
                yield Problem(
                    files[table].path,
                    line,
                    "date_precision",
                    precision,
                    f"{column} {printed!r} is written to the {actual}; write that, or the date to the {precision or 'precision known'}",
                )


def leads_are_investors(files: Files) -> Iterator[Problem]:
    """Who led a round took part in it."""
    for line, row in files["funding_rounds"].numbered():
        for lead in split(row["lead_investor_ids"]):
            if lead not in split(row["investor_ids"]):
                yield Problem(
                    files["funding_rounds"].path, line, "lead_investor_ids", lead, "a lead must stand in investor_ids too; add it there"
                )


def only_investors_have_an_investor_kind(files: Files) -> Iterator[Problem]:
    """`investor_kind` is for those who take part in a round; an investor may still lack one."""
    investors = {i for row in files["funding_rounds"].rows for i in split(row["investor_ids"]) + split(row["lead_investor_ids"])}
    file = files["entities"]
    for line, row in file.numbered():
        if row["investor_kind"] and row["entity_id"] not in investors:
            yield Problem(
                file.path,
                line,
                "investor_kind",
                row["investor_kind"],
                "takes part in no round; empty it, or add the entity to the investor_ids of its round",
            )


def undisclosed_has_no_number(files: Files) -> Iterator[Problem]:
    """Undisclosed stays empty, never 0; whatever is disclosed has its amount."""
    for line, row in files["funding_rounds"].numbered():
        undisclosed = row["amount_qualifier"] == "undisclosed"
        for column in ("amount_original", "amount_usd_m"):
            if undisclosed and row[column]:
                yield Problem(
                    files["funding_rounds"].path,
                    line,
                    column,
                    row[column],
                    "amount_qualifier says undisclosed: empty the amount, or write exact, about, at_least or up_to",
                )
        if not undisclosed and not row["amount_original"]:
            yield Problem(
                files["funding_rounds"].path,
                line,
                "amount_original",
                "",
                f"amount_qualifier says {row['amount_qualifier']}: write the amount, or write undisclosed",
            )


def dollars_agree(files: Files) -> Iterator[Problem]:
    """A round printed in US dollars has the same amount in both columns."""
    for line, row in files["funding_rounds"].numbered():
        original, usd_m = _number(row["amount_original"]), _number(row["amount_usd_m"])
        if row["currency"] != "USD" or original is None or usd_m is None:
            continue
        if abs(original / 1e6 - usd_m) > 0.005 * max(usd_m, 1e-9):
            yield Problem(
                files["funding_rounds"].path,
                line,
                "amount_usd_m",
                row["amount_usd_m"],
                f"amount_original is USD {original:,.0f}, which is {original / 1e6:g} million; correct one of them",
            )


def parts_have_wholes(files: Files) -> Iterator[Problem]:
    """`part_of` names a round of the same company and does not run in a circle."""
    file = files["funding_rounds"]
    rounds = {row["round_id"]: row for row in file.rows}
    for line, row in file.numbered():
        whole = rounds.get(row["part_of"])
        if whole is None:
            continue
        if whole["company_id"] != row["company_id"]:
            yield Problem(
                file.path, line, "part_of", row["part_of"], f"that round is of {whole['company_id']}, this one of {row['company_id']}"
            )
        seen, at = {row["round_id"]}, row["part_of"]
        while at:
            if at in seen:
                yield Problem(
                    file.path, line, "part_of", row["part_of"], "the rounds are part of one another in a circle; empty one part_of"
                )
                break
            seen.add(at)
            at = rounds.get(at, {}).get("part_of", "")


def windows_run_forward(files: Files) -> Iterator[Problem]:
    """A window starts before it ends, and only a window move has one."""
    file = files["index_moves"]
    for line, row in file.numbered():
        start, end = row["window_start"], row["date"]
        if start and start >= end:
            yield Problem(file.path, line, "window_start", start, f"the window must start before it ends ({end})")
        if start and row["measure"] != "pct_change_window":
            yield Problem(
                file.path, line, "window_start", start, f"measure {row['measure']} has no window; empty it or write pct_change_window"
            )


def one_value_or_a_range(files: Files) -> Iterator[Problem]:
    """An indicator has a value, or a low and a high; the period starts before it ends."""
    file = files["indicators"]
    for line, row in file.numbered():
        low, high = _number(row["value_low"]), _number(row["value_high"])
        if row["value"] and (row["value_low"] or row["value_high"]):
            yield Problem(file.path, line, "value", row["value"], "has a value and a range; keep one of the two")
        if not row["value"] and (low is None or high is None):
            yield Problem(file.path, line, "value", "", "write a value, or both value_low and value_high")
        if low is not None and high is not None and low > high:
            yield Problem(file.path, line, "value_low", row["value_low"], f"the range runs backwards: value_high is {row['value_high']}")
        if row["period_start"] > row["period_end"]:
            yield Problem(
                file.path, line, "period_start", row["period_start"], f"the period must not start after it ends ({row['period_end']})"
            )


#: (part, whole, stated percentage, decimals printed): the stated figure must follow from the two.
_STATED_SHARES = (("IN012", "IN011", "IN013", 2), ("IN008", "IN007", "IN010", 1))


def stated_shares_agree(files: Files) -> Iterator[Problem]:
    """A share that a document states is the quotient of the two figures it is made of."""
    file = files["indicators"]
    values = {row["indicator_id"]: (line, _number(row["value"])) for line, row in file.numbered()}
    for part, whole, stated, decimals in _STATED_SHARES:
        if not all(k in values and values[k][1] is not None for k in (part, whole, stated)) or values[whole][1] == 0:
            continue
        line, printed = values[stated]
        computed = 100 * values[part][1] / values[whole][1]  # type: ignore[operator]
        if printed is not None and abs(computed - printed) > 0.5 * 10**-decimals + 1e-9:
            yield Problem(
                file.path, line, "value", f"{printed:g}", f"{part} of {whole} is {computed:.{decimals}f}%; correct one of the three"
            )


def index_levels_agree(files: Files) -> Iterator[Problem]:
    """The Sora concept index: the stated rise follows from its two sourced levels."""
    levels = {row["value"]: row for row in files["index_moves"].rows if row["series_id"] == "ths-sora-concept" and row["unit"] == "points"}
    file = files["indicators"]
    for line, row in file.numbered():
        if row["indicator_id"] == "IN027" and len(levels) == 2:
            first, last = sorted(levels.values(), key=lambda r: r["date"])
            start, end, printed = _number(first["value"]), _number(last["value"]), _number(row["value"])
            if not start or end is None or printed is None:
                continue  # already reported by its type
            computed = 100 * (end / start - 1)
            if abs(computed - printed) > 0.005 + 1e-9:
                yield Problem(file.path, line, "value", row["value"], f"the two levels give {computed:.2f}%; correct one of the three")


def both_second_codes_or_none(files: Files) -> Iterator[Problem]:
    """A row was coded a second time whole, or not at all."""
    file = files["opinions"]
    for line, row in file.numbered():
        if bool(row["stance_second"]) != bool(row["theme_second"]):
            empty = "theme_second" if row["stance_second"] else "stance_second"
            yield Problem(file.path, line, empty, "", "the second coding has one of its two codes; write both or neither")


def documents_precede_access(files: Files) -> Iterator[Problem]:
    """A document was published before it was read, and its precision is the form it is written in."""
    file = files["sources"]
    for line, row in file.numbered():
        if not row["published"]:
            continue
        try:
            start, _ = periods.bounds(row["published"])
        except ValueError:
            continue
        if row["accessed"] and start.isoformat() > row["accessed"]:
            yield Problem(file.path, line, "published", row["published"], f"is after the day it was read ({row['accessed']})")
        if periods.precision_of(row["published"]) != row["published_precision"]:
            yield Problem(
                file.path,
                line,
                "published_precision",
                row["published_precision"],
                f"published is written to the {periods.precision_of(row['published'])}",
            )


def opinions_precede_access(files: Files) -> Iterator[Problem]:
    """Nobody is quoted from the future: an opinion was said before its documents were read."""
    accessed = {row["source_id"]: row["accessed"] for row in files["sources"].rows}
    file = files["opinions"]
    for line, row in file.numbered():
        read = [accessed[s] for s in split(row["source_ids"]) if accessed.get(s)]
        try:
            start, _ = periods.bounds(row["said_date"])
        except ValueError:
            continue
        if read and start.isoformat() > max(read):
            yield Problem(file.path, line, "said_date", row["said_date"], f"is after the day its document was read ({max(read)})")


def headlines_have_labels(files: Files) -> Iterator[Problem]:
    """A headline event has a short title in both languages, any other has none."""
    file = files["events"]
    for line, row in file.numbered():
        for column in ("short_title_en", "short_title_zh"):
            if bool(row[column]) != (row["is_headline"] == "true"):
                yield Problem(
                    file.path,
                    line,
                    column,
                    row[column],
                    f"is_headline says {row['is_headline']}; a headline has a short title, no other event has",
                )


#: How exact a single number is said to be.
_EXACTNESS = ("exact", "about", "at_least", "at_most")


def readings_have_the_form_of_their_field(files: Files) -> Iterator[Problem]:
    """A reading is written as the field of its round is kept: a value, or a range of numbers, or in words alone."""
    file = files["conflicts"]
    known = dictionary()
    keys = {name: {row.get(known.tables[name].key, "") for row in f.rows} for name, f in files.items()}
    for line, row in file.numbered():
        column = known.tables["funding_rounds"].by_name.get(row["field"])
        if column is None:
            continue  # already reported: a field is one of a closed list
        for column_name, remedy in _reading_remedies(row, column, known, keys):
            yield Problem(file.path, line, column_name, row[column_name], remedy)


def _reading_remedies(row: Record, column: Column, known: Dictionary, keys: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    is_number, is_range = column.type == "number", bool(row["value_low"] or row["value_high"])
    low, high = _number(row["value_low"]), _number(row["value_high"])
    if row["value"]:
        yield from (("value", f"as {column.name}: {remedy}") for remedy in _cell_remedies(row["value"], column, known, keys))
        if is_range:
            yield "value", "has a value and a range; keep one of the two"
    elif is_range and not is_number:
        yield ("value_low" if row["value_low"] else "value_high"), f"{column.name} is no number and has no range; empty both ends"
    elif is_range and (not row["value_low"] or not row["value_high"]):
        yield ("value_high" if row["value_low"] else "value_low"), "a range has two ends; write both, or write value"
    elif low is not None and high is not None and low >= high:
        yield "value_low", f"the range must run upwards: value_high is {row['value_high']}"
    allowed = ("range",) if is_range else _EXACTNESS if is_number and row["value"] else ("",)
    if row["value_qualifier"] not in allowed:
        yield "value_qualifier", f"write {' or '.join(allowed)}" if any(allowed) else "the reading is not a number; empty it"
    if row["currency"] and column.name != "amount_original":
        yield "currency", "only a reading of amount_original has a currency; empty it"


def readings_differ_from_the_row(files: Files) -> Iterator[Problem]:
    """What the row of the round says itself is no conflict."""
    rounds = {row["round_id"]: row for row in files["funding_rounds"].rows}
    file = files["conflicts"]
    for line, row in file.numbered():
        kept = rounds.get(row["round_id"], {})
        column = dictionary().tables["funding_rounds"].by_name.get(row["field"])
        if column is None or not row["value"] or row["field"] not in kept:
            continue
        another_currency = column.name == "amount_original" and row["currency"] not in ("", kept["currency"])
        if not another_currency and _same(row["value"], kept[row["field"]], column):
            yield Problem(
                file.path,
                line,
                "value",
                row["value"],
                f"{row['round_id']} keeps this {column.name} itself; write the reading that differs, or remove the row",
            )


def _same(one: str, other: str, column: Column) -> bool:
    if column.is_list:
        return set(split(one)) == set(split(other))
    return one == other or (column.type == "number" and _number(one) is not None and _number(one) == _number(other))


def sources_are_used(files: Files) -> Iterator[Problem]:
    """A register lists what the rows rest on; a document that nothing rests on is left out."""
    used = {s for file in files.values() for row in file.rows for s in split(row.get("source_ids", ""))}
    for line, row in files["sources"].numbered():
        if row["source_id"] not in used:
            yield Problem(
                files["sources"].path, line, "source_id", row["source_id"], "no row rests on this document; point a row to it or remove it"
            )


RULES: tuple[Callable[[Files], Iterator[Problem]], ...] = (
    dates_have_their_precision,
    leads_are_investors,
    only_investors_have_an_investor_kind,
    undisclosed_has_no_number,
    dollars_agree,
    parts_have_wholes,
    windows_run_forward,
    one_value_or_a_range,
    stated_shares_agree,
    index_levels_agree,
    both_second_codes_or_none,
    documents_precede_access,
    opinions_precede_access,
    headlines_have_labels,
    readings_have_the_form_of_their_field,
    readings_differ_from_the_row,
    sources_are_used,
)
