"""Read backwards: in the view of a company its rounds, in that of a speaker what was said, with what the market did around it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from components.event import linked_move, loaded_words
from components.plain import plain
from components.records import Record, view_link
from components.words import Words
from data.filters import Filters
from data.frames import backwards
from data.frames.around import EVENT_SIDES
from data.tables import Tables

#: How many moves of a kind a line names, and how many rounds or statements stand open.
NAMED, OPEN = 4, 6
KEY = "event.backwards."


# Rounds of a company -----------------------------------------------------------------------------


def show_around_rounds(tables: Tables, filters: Filters, rounds: pd.DataFrame, words: Words) -> None:
    """Near each round of a company: moves of series that bear on its sectors, and what its people said."""
    if rounds.empty:
        return
    days = int(filters.around)
    moves = backwards.moves_around_rounds(tables, rounds, days)
    said = backwards.opinions_around_rounds(tables, rounds, filters.company, days)
    loaded = backwards.loaded_around_rounds(tables, rounds, days)
    told = []
    for row in rounds.to_dict("records"):
        mine, closes, voices = (part[part["round_id"] == row["round_id"]] for part in (moves, loaded, said))
        lines = _round(tables, mine, closes, voices, words)
        if lines:
            title = words.t(f"{KEY}rounds.round", stage=words.code("stage", row["stage"]), date=words.date(row["announced_date"]))
            told.append("  \n".join([f"**{plain(title)}**", *lines]))
    with st.container(border=True, key="company-around"):
        st.markdown(f"## {plain(words.t(f'{KEY}rounds.title'))}", anchors=False)
        st.caption(plain(words.t(f"{KEY}rounds.about", days=days)))
        if not told:
            st.markdown(plain(words.t(f"{KEY}rounds.nothing", n=len(rounds), days=days)), anchors=False)
            return
        _paragraphs(told, words)
        if len(told) < len(rounds):
            st.caption(plain(words.t(f"{KEY}rounds.others", n=len(rounds) - len(told))))


def _round(tables: Tables, moves: pd.DataFrame, loaded: pd.DataFrame, said: pd.DataFrame, words: Words) -> list[str]:
    """A line for each side that holds moves, loaded indices or opinions, in order of time."""
    lines = []
    for side in EVENT_SIDES:
        name = words.t(f"{KEY}side.{side}")
        near = moves[moves["side"] == side].to_dict("records")
        if near:
            lines.append(_line("moves", name, _named([linked_move(row, tables, words) for row in near], words), words))
        closes = loaded[loaded["event_side"] == side].to_dict("records") if len(loaded) else []
        if closes:
            lines.append(_line("loaded", name, _named([plain(loaded_words(row, words)) for row in closes], words), words))
        voices = said[said["side"] == side].to_dict("records")
        if voices:
            lines.append(_line("said", name, _named([_voice(row, words) for row in voices], words), words))
    return lines


def _line(kind: str, side: str, text: str, words: Words) -> str:
    """One line as Markdown; it begins a sentence."""
    head = words.t(f"{KEY}rounds.{kind}", side=side)
    return plain(head[:1].upper() + head[1:]) + words.t("colon") + text


def _named(items: list[str], words: Words) -> str:
    """Some of them by name, the rest by number."""
    more = [plain(words.t(f"{KEY}more", n=len(items) - NAMED))] if len(items) > NAMED else []
    return words.t("semicolon").join([*items[:NAMED], *more])


def _voice(row: Record, words: Words) -> str:
    brackets = ("（", "）") if words.lang == "zh" else (" (", ")")
    about = words.t(f"{KEY}rounds.voice", date=words.date(row["said_date"]), stance=_stance(row, words))
    return view_link(words.pick(row, "speaker"), "speaker", row["speaker_id"], words) + brackets[0] + plain(about) + brackets[1]


def _stance(row: Record, words: Words) -> str:
    """A stance inside a sentence: small letters in English."""
    label = words.code("stance", row["stance"])
    return label.lower() if words.lang == "en" else label


def _paragraphs(told: Iterable[str], words: Words) -> None:
    """The first few open, the others to be opened."""
    texts = list(told)
    st.markdown("\n\n".join(texts[:OPEN]), anchors=False)
    if len(texts) > OPEN:
        with st.expander(words.t(f"{KEY}rest", n=len(texts) - OPEN)):
            st.markdown("\n\n".join(texts[OPEN:]), anchors=False)


# Statements of a speaker -------------------------------------------------------------------------


def show_after_statements(tables: Tables, filters: Filters, opinions: pd.DataFrame, words: Words) -> None:
    """After each statement known to the day: moves of series that bear on its sectors. After, never because of."""
    if opinions.empty:
        return
    days = int(filters.around)
    placed = opinions[backwards.is_placed(opinions)]
    moves = backwards.moves_after(tables, opinions, days)
    told, silent = [], 0
    for row in placed.to_dict("records"):
        own = moves[moves["opinion_id"] == row["opinion_id"]]
        if own.empty:
            silent += 1
        else:
            told.append(_statement(tables, row, own, words))
    with st.container(border=True, key="speaker-after"):
        st.markdown(f"## {plain(words.t(f'{KEY}speaker.title'))}", anchors=False)
        st.caption(plain(words.t(f"{KEY}speaker.about", days=days)))
        if told:
            _paragraphs(told, words)
        notes = []
        if silent:
            kind = "others" if told else "nothing"
            notes.append(words.t(f"{KEY}speaker.{kind}", n=silent, days=days))
        if len(placed) < len(opinions):
            notes.append(words.t(f"{KEY}speaker.not_placed", n=len(opinions) - len(placed)))
        if notes:
            st.markdown(plain(words.t("joiner").join(notes)), anchors=False)


def _statement(tables: Tables, row: Record, moves: pd.DataFrame, words: Words) -> str:
    """When what was said, then what moved after it; what also covers days before it or later is only counted."""
    date = words.date(row["said_date"])
    if row["is_date_inferred"] is True:
        date = words.t(f"{KEY}speaker.inferred", date=date)
    theme = words.code("theme", row["theme"])
    title = words.t(f"{KEY}speaker.statement", date=date, stance=_stance(row, words), theme=theme)
    after = moves[moves["side"] == "after"].to_dict("records")
    others = len(moves) - len(after)
    said = [_named([linked_move(move, tables, words) for move in after], words)] if after else []
    if others:
        said.append(plain(words.t(f"{KEY}speaker.{'over' if after else 'only_over'}", n=others)))
    return f"**{plain(title)}**  \n" + words.t("semicolon").join(said)
