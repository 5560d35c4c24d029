"""One event: what it was, what was said, paid and traded in the days around it, and what else happened then."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from components import choices, entity, levels, listing, records, state
from components.behind import record
from components.card import show_chart
from components.charts import CHART, frame_of, rows_of
from components.figures.around_words import beside_words, move_words
from components.figures.money import grouped, money_words
from components.figures.parts import day
from components.plain import link, plain
from components.records import Record, has
from components.words import Words
from data.catalog import dictionary
from data.checks import split
from data.filters import OPTION, Filters
from data.frames import around, beside
from data.frames.common import SMALL_N, collected, shown_sectors
from data.frames.debate import windows
from data.tables import Tables

#: The page's records in the order of its sentences.
LISTED = ("opinions", "funding_rounds", "index_moves", "events")
#: How many moves and events a sentence names; the rest is in the chart and the lists.
NAMED = 5


# The way in --------------------------------------------------------------------------------------


def choose_event(tables: Tables, words: Words) -> None:
    """Open one of the events, the headlines first, then by time."""
    events = collected(tables.frame("events"))
    events = events[events["date_start"].notna()].sort_values(["is_headline", "date_start", "event_id"], ascending=[False, True, True])
    names = {row["event_id"]: f"{words.date(row['date'])} · {words.pick(row, 'title')}" for row in events.to_dict("records")}
    # Streamlit remembers a selectbox by its label: the language is part of the key.
    key = f"go:event:{words.lang}"

    def push() -> None:
        if st.session_state[key]:
            state.choose("event", [st.session_state[key]])

    st.selectbox(
        words.t("choices.open_event"),
        list(names),
        index=None,
        key=key,
        format_func=lambda code: names.get(code, str(code)),
        placeholder=words.t("choices.open_event_hint"),
        on_change=push,
        width=420,
    )


def address(event_id: str, filters: Filters, words: Words) -> str:
    """The link to an event's view that keeps what else is chosen."""
    pairs = [(name, value) for name, value in filters.to_query() if name != "event"]
    return "/?" + urlencode([*pairs, ("event", event_id), ("lang", words.lang)])


# The view ----------------------------------------------------------------------------------------


def show_event(tables: Tables, filters: Filters, words: Words) -> None:
    """The event that the filters name; one calm sentence where none is recorded."""
    _way_back(words)
    event = around.event_of(tables, filters.event)
    if event is None:
        st.info(plain(words.t("event.unknown", name=filters.event)), icon=":material/event_busy:")
        return
    frame = frame_of(CHART["event-around"], tables, filters)
    with st.container(border=True, key="event"):
        _header(tables, event, words)
        _ways_on(tables, event, filters, words)
    choices.options(("around",), filters, words)
    st.caption(plain(_window(event, filters, words)))
    _sectors(tables, event, frame, filters, words)
    show_chart("event-around", tables, filters, words)
    if "event-window" in CHART:
        show_chart("event-window", tables, filters, words)
    _lists(tables, filters, words)


def _way_back(words: Words) -> None:
    """Back to the overview; everything else that is chosen stays."""
    st.button(
        words.t("event.back"), icon=":material/arrow_back:", type="tertiary", key="event-back", on_click=state.choose, args=("event", [])
    )


def _header(tables: Tables, event: Record, words: Words) -> None:
    """Title, date, kind and sectors, what happened, who acted, and the documents."""
    st.markdown(f"## {plain(words.pick(event, 'title'))}", anchors=False)
    precision = event["date_precision"]
    facts = [
        words.date(event["date"]),
        *([words.t(f"event.known.{precision}")] if precision in ("month", "quarter", "year") else []),
        words.code("event_kind", event["kind"]),
        words.codes("sector", split(event["sectors"])),
        *([words.t("event.headline")] if event["is_headline"] else []),
    ]
    st.caption(plain(" · ".join(facts)))
    lines = [plain(words.pick(event, "summary")), _actors(tables, event, words), _documents(tables, event, words)]
    st.markdown("  \n".join(line for line in lines if line), anchors=False)


def _actors(tables: Tables, event: Record, words: Words) -> str:
    """Who acted, each with a link to the view that has something to say of them."""
    if not has(event["actor_ids"]):
        return ""
    acting = beside.acting(tables)
    known = [(i, beside.entity_of(tables, i)) for i in split(event["actor_ids"])]
    names = [entity.name_link(acting, found, "company", words) if found else plain(i) for i, found in known]
    return plain(words.t("event.actors")) + words.t("colon") + words.listed(names)


def _documents(tables: Tables, event: Record, words: Words) -> str:
    sources = tables.native("sources").set_index("source_id")
    found = [records.document_link(sources.loc[s].to_dict(), words) for s in split(event["source_ids"]) if s in sources.index]
    return plain(words.t("event.documents")) + words.t("colon") + " · ".join(found) if found else ""


def _ways_on(tables: Tables, event: Record, filters: Filters, words: Words) -> None:
    """The headline events before and after this one."""
    said = []
    for key, other in zip(("previous", "next"), around.neighbours(tables, event), strict=True):
        if other is not None:
            title = words.pick(other, "short_title") or words.pick(other, "title")
            text = plain(words.t(f"event.{key}", title=title, date=words.date(other["date"])))
            said.append(f"[{text}]({address(other['event_id'], filters, words)})")
    if said:
        st.markdown(" · ".join(said), anchors=False)


def _window(event: Record, filters: Filters, words: Words) -> str:
    before, after = (words.span(*(d.isoformat() for d in side)) for side in windows(event["date"], int(filters.around)))
    return words.t("event.window", before=before, after=after)


# Sector by sector --------------------------------------------------------------------------------


def _sectors(tables: Tables, event: Record, frame: pd.DataFrame, filters: Filters, words: Words) -> None:
    """What was said, paid and traded, and what else happened: a paragraph for each shown sector."""
    silent = []
    with st.container(border=True, key="event-sectors"):
        st.markdown(f"## {plain(words.t('event.sectors'))}", anchors=False)
        for sector in shown_sectors(filters):
            part = frame[frame["sector"] == sector]
            loaded, left_out = around.loaded_moves(tables, event["date"], int(filters.around), lambda own, s=sector: s in own)  # type: ignore[misc]
            if part.empty and loaded.empty:
                silent.append(sector)
                continue
            lines = [
                ("said", _said(part, filters, words)),
                ("paid", _paid(part, words)),
                ("moved", _moved(part, frame, sector, tables, words)),
                *([("loaded", _loaded(loaded, left_out, words))] if len(loaded) else []),
                ("besides", _besides(part, filters, words)),
            ]
            told = "  \n".join(f"**{plain(words.t(f'event.{name}'))}** {_told(parts, words)}" for name, parts in lines)
            st.markdown(f"### {plain(words.code('sector', sector))}\n\n{told}", anchors=False)
        if silent:
            st.markdown(plain(words.t("event.nothing", sectors=words.codes("sector", silent))), anchors=False)
        if not tables.levels.series:
            st.caption(plain(words.t("event.missing")))
            levels.command(tables, words)


def _told(parts: list[str], words: Words) -> str:
    """Pieces of Markdown as sentences, each with a capital in front (a link has its own) and a stop behind."""
    stop = plain(words.t("event.stop"))
    return words.t("joiner").join(part[:1].upper() + part[1:] + stop for part in parts)


def _sides(said: dict[str, str], words: Words) -> list[str]:
    """What is said of each side, led by its name."""
    return [plain(words.t(f"event.side.{side}")) + words.t("colon") + text for side, text in said.items()]


def _said(part: pd.DataFrame, filters: Filters, words: Words) -> list[str]:
    """Voices before and after; shares from ten voices on, with a link to the comparison that has intervals."""
    counts = around.voices_by_side(part)
    apart = counts["over"]["n"] + counts["edge"]["n"]
    if not counts["before"]["n"] + counts["after"]["n"]:
        return [plain(words.t("event.voices.only_apart", n=apart) if apart else words.t("event.voices.none"))]
    told = _sides({side: plain(_voices(counts[side], words)) for side in ("before", "after")}, words)
    if any(0 < counts[side]["n"] < SMALL_N for side in ("before", "after")):
        told.append(plain(words.t("event.voices.few")))
    if apart:
        told.append(plain(words.t("event.voices.apart", n=apart)))
    if min(counts[side]["n"] for side in ("before", "after")) >= SMALL_N:
        told.append(f"[{plain(words.t('event.voices.compare'))}]({_comparison(part, filters, words)})")
    return told


def _comparison(part: pd.DataFrame, filters: Filters, words: Words) -> str:
    """The link to before and after on the opinions page, for the same event, sector and days."""
    row = part.iloc[0]
    sector = [("sector", row["sector"])] if row["sector"] != "cross" else []
    days = filters.around if filters.around in OPTION["days"].allowed else OPTION["days"].allowed[0]
    return "/opinions?" + urlencode([*sector, ("event", row["event_id"]), ("days", days), ("view", "time"), ("lang", words.lang)])


def _voices(n: dict[str, int], words: Words) -> str:
    """The voices of one side by how they lean; shares from ten voices on."""
    if not n["n"]:
        return words.t("event.voices.no_side")
    kinds = []
    for kind in ("positive", "neutral", "negative"):
        count, name = n[f"n_{kind}"], words.t(f"event.voices.{kind}")
        if count and n["n"] >= SMALL_N:
            kinds.append(words.t("event.voices.kind_share", n=count, kind=name, share=words.percent(100 * count / n["n"])))
        elif count:
            kinds.append(words.t("event.voices.kind", n=count, kind=name))
    return words.t("event.voices.side", n=n["n"], kinds=words.t("semicolon").join(kinds) if n["n"] >= SMALL_N else words.listed(kinds))


def _paid(part: pd.DataFrame, words: Words) -> list[str]:
    """Rounds before and after, general-model companies apart; then those on neither side."""
    money = around.money_by_side(part)
    if not money:
        return [plain(words.t("event.money.none"))]
    said: dict[str, str] = {}
    for side in ("before", "after", "over", "edge"):
        if side in money:
            said[side] = plain(_money(money[side], words))
        elif side in ("before", "after"):
            said[side] = plain(words.t("event.money.no_side"))
    return _sides(said, words)


def _money(totals: dict[str, Record], words: Words) -> str:
    said = {group: money_words(total, words) for group, total in totals.items()}
    return next(iter(said.values())) if set(said) <= {"sector_company", "all_companies"} else grouped(said, words)


def _moved(part: pd.DataFrame, frame: pd.DataFrame, sector: str, tables: Tables, words: Words) -> list[str]:
    """The moves named first: indices before shares, whole days before part-day readings."""
    moves = around.moves_in_order(part).to_dict("records")
    if not moves:
        elsewhere = sector != "cross" and ((frame["sector"] == "cross") & (frame["table"] == "index_moves")).any()
        kind = "none_but_cross" if elsewhere else "none"
        return [plain(words.t(f"event.moves.{kind}", cross=words.code("sector", "cross")))]
    found: dict[str, list[str]] = {}
    for row in moves[:NAMED]:
        found.setdefault(row["event_side"], []).append(linked_move(row, tables, words))
    told = _sides({side: words.t("semicolon").join(found[side]) for side in around.EVENT_SIDES if side in found}, words)
    return told + ([plain(words.t("event.moves.more", n=len(moves) - NAMED))] if len(moves) > NAMED else [])


#: Stands in a sentence where a link will: a sign that Markdown gives no meaning.
_HERE = "\ufffc"


def linked_move(row: Record, tables: Tables, words: Words) -> str:
    """A move in words as Markdown, the name of its series a link to the first document behind it."""
    first = split(row["source_ids"])[:1]
    sources = tables.native("sources")
    urls = sources.loc[sources["source_id"].isin(first), "url"]
    url = urls.iloc[0] if len(urls) and isinstance(urls.iloc[0], str) else None
    return plain(move_words(row, words, _HERE)).replace(_HERE, link(words.pick(row, "title"), url))


def _loaded(loaded: pd.DataFrame, left_out: int, words: Words) -> list[str]:
    """How the loaded series moved up to the event and from it, between closes."""
    said: dict[str, list[str]] = {}
    for row in loaded.to_dict("records"):
        said.setdefault(row["event_side"], []).append(plain(loaded_words(row, words)))
    told = _sides({side: words.t("semicolon").join(said[side]) for side in ("before", "after") if side in said}, words)
    return told + ([plain(words.t("event.moves.loaded_more", n=left_out))] if left_out else [])


def loaded_words(row: Record, words: Words) -> str:
    """One loaded series between two closes, beside its benchmark where that is loaded too."""
    key = "event.moves."
    when = words.t(f"{key}between", start=words.date(day(row["base_date"])), end=words.date(day(row["window_end"])))
    said: dict[str, Any] = {"name": words.pick(row, "name"), "move": words.signed_percent(float(row["move_pct"]), 2), "when": when}
    if not has(row["benchmark_move_pct"]):
        return words.t(f"{key}one", **said)
    return words.t(f"{key}with", remarks=beside_words(row, words), **said)


def _besides(part: pd.DataFrame, filters: Filters, words: Words) -> list[str]:
    """The other events, nearest first, each a link to its own view."""
    others = part[part["table"] == "events"]
    if others.empty:
        return [plain(words.t("event.others.none"))]
    nearest = others.loc[others["days_from_event"].abs().sort_values(kind="stable").index]
    said = [_other(row, filters, words) for row in nearest.head(NAMED).to_dict("records")]
    said += [plain(words.t("event.others.more", n=len(others) - NAMED))] if len(others) > NAMED else []
    return [words.t("semicolon").join(said)]


def _other(row: Record, filters: Filters, words: Words) -> str:
    brackets = ("（", "）") if words.lang == "zh" else (" (", ")")
    when = words.date(row["date_printed"])
    if row["event_side"] in ("over", "edge"):
        when = words.t("event.others.approximate", date=when)
    title = f"[{plain(words.pick(row, 'title'))}]({address(row['mark_id'], filters, words)})"
    return title + brackets[0] + plain(when) + brackets[1]


# The records -------------------------------------------------------------------------------------


def _lists(tables: Tables, filters: Filters, words: Words) -> None:
    """Every record of the window under its count, page by page."""
    rows = rows_of(CHART["event-around"], tables, filters)
    for table in LISTED:
        keys = list(dict.fromkeys(rows.loc[rows["table"] == table, "record_id"]))
        if not keys:
            continue
        found = record(tables, table, keys).sort_values(["date_start", dictionary().tables[table].key], kind="stable")
        with st.container(border=True, key=f"event-{table}"):
            st.markdown(f"## {plain(words.t(f'event.lists.{table}', n=len(found)))}", anchors=False)
            listing.show_page(table, tables, filters, found.reset_index(drop=True), words.lang, "event")
