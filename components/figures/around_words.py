"""Moves of the market in words, for the figure, the view of an event, and readings from a round or a statement."""

from __future__ import annotations

from components.figures.parts import Row, day, has
from components.words import Words


def move_words(row: Row, words: Words, name: str = "") -> str:
    """A move in words: what moved how far when, and its benchmark over the same days where that is known.

    `name` stands for the series where it is to be a link.
    """
    key = "event.moves."
    start = row["base_date"] if row["is_computed"] else row["window_start"]
    if row["is_computed"]:
        kind = "between" if row["category"] == "close" else "between_levels"
        when = words.t(f"{key}{kind}", start=words.date(day(start)), end=words.date(day(row["window_end"])))
    elif has(start):
        when = words.span(day(start), day(row["window_end"]))
    else:
        kind = "to_day" if row["category"] == "pct_change_window" else "day"
        when = words.t(f"{key}{kind}", date=words.date(day(row["window_end"])))
    remarks = [words.t(f"{key}part_day")] if row["category"] == "pct_change_intraday" else []
    if has(row["benchmark_move_pct"]):
        remarks.append(beside_words(row, words))
    remarks += [words.t(f"{key}low")] if row["confidence"] == "low" else []
    amount = words.signed_percent(float(row["move_pct"]))
    qualifier = row["value_qualifier"] if has(row["value_qualifier"]) else "exact"
    said = {"name": name or words.pick(row, "title"), "move": words.t(f"{key}amount.{qualifier}", value=amount), "when": when}
    if not remarks:
        return words.t(f"{key}one", **said)
    return words.t(f"{key}with", remarks=words.t("semicolon").join(remarks), **said)


def beside_words(row: Row, words: Words) -> str:
    """The benchmark over the same days, and the difference in points."""
    points = words.signed_percent(float(row["difference_pct"])).rstrip("%")
    move = words.signed_percent(float(row["benchmark_move_pct"]))
    return words.t("event.moves.beside", benchmark=words.pick(row, "benchmark"), move=move, points=points)
