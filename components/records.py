"""Records in words: the rows behind a mark, the voices, the documents they rest on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st

from components.cited import published
from components.figures.money import record_amount
from components.plain import highlighted, link, plain
from components.words import LANGUAGES, Words
from data.catalog import dictionary
from data.checks import split
from data.tables import Tables

Record = dict[str, Any]
#: The page of each view of one person, company or investor.
VIEWS = {"speaker": "opinions", "company": "funding", "investor": "funding"}
#: A stance at a glance: red to blue as in the charts, always with its word.
STANCE_BADGES = {"strongly_negative": "red", "negative": "orange", "neutral": "gray", "positive": "blue", "strongly_positive": "blue"}
#: What a table shows of an address: the site, without the `www`.
SITE_OF_ADDRESS = r"https?://(?:www\.)?([^/?#]+)"
VALUATION = "post_money_valuation_usd_m"
#: Stands in a sentence where links will: a sign that Markdown gives no meaning.
_HERE = "\ufffc"


def has(value: Any) -> bool:
    """Whether a cell says anything."""
    return value is not None and value == value and value != ""


def view_link(name: object, view: str, entity: object, words: Words, marked: str = "") -> str:
    """A name as a Markdown link to all that is known of a speaker, company or investor."""
    return f"[{highlighted(name, marked)}](/{VIEWS[view]}?{view}={quote(str(entity), safe='')}&lang={words.lang})"


def event_link(event: Record, words: Words) -> str:
    """An event's title as a Markdown link to its view."""
    return f"[{plain(words.pick(event, 'title'))}](/?event={quote(str(event['event_id']), safe='')}&lang={words.lang})"


def show_records(
    tables: Tables, table: str, rows: pd.DataFrame, words: Words, most: int = 12, marked: str = "", both: bool = False
) -> None:
    """Records as short paragraphs, each with its documents; what is beyond `most` is said.

    For opinions, `marked` is a search whose words are marked, and `both` shows the paraphrase in the
    other language too.
    """
    shown = rows.head(most)
    documents = _register(tables, shown)
    for row in shown.to_dict("records"):
        said = _opinion(row, words, marked, both) if table == "opinions" else _said(table, row, words)
        proof = [_small(line) for line in (_audit(row, words), _documents(table, row, documents, words)) if line]
        st.markdown("  \n".join([*said, *proof]), anchors=False)
    if len(rows) > most:
        st.caption(words.t("records.more", n=len(rows) - most))


def _register(tables: Tables, rows: pd.DataFrame) -> dict[str, Record]:
    """The documents of these rows by their id."""
    wanted = {s for cell in rows["source_ids"].dropna() for s in split(cell)}
    sources = tables.native("sources")
    return sources[sources["source_id"].isin(wanted)].set_index("source_id").to_dict("index")


def _said(table: str, row: Record, words: Words) -> Iterable[str]:
    """The lines of one record: what it says, then who, when and how sure."""
    lines = {
        "funding_rounds": _round,
        "index_moves": _move,
        "events": _event,
        "models": _model,
        "indicators": _indicator,
    }[table](row, words)
    return [line for line in lines if line]


def _small(markdown: str) -> str:
    """What a record rests on, smaller than what it says."""
    return f":small[{markdown}]"


def _opinion(row: Record, words: Words, marked: str = "", both: bool = False) -> list[str]:
    name = words.pick(row, "speaker")
    who = [f"**{view_link(name, 'speaker', row['speaker_id'], words, marked)}**{_other_form(row, 'speaker', words, marked)}"]
    if has(row["organization_en"]) and row["organization_en"] != row["speaker_en"]:
        who.append(highlighted(words.pick(row, "organization"), marked))
    stance = f":{STANCE_BADGES[row['stance']]}-badge[{plain(words.code('stance', row['stance']))}]"
    if has(row["stance_second"]) and row["stance_second"] != row["stance"]:
        stance += " " + plain(words.t("records.coded_twice", second=words.code("stance", row["stance_second"])))
    facts = [
        words.code("role", row["role"]),
        _date(row, "said_date", words),
        words.code("theme", row["theme"]),
        words.codes("sector", split(row["sectors"])),
    ]
    other = row["summary_zh" if words.lang == "en" else "summary_en"] if both else ""
    said = [highlighted(words.pick(row, "summary"), marked), highlighted(other, marked) if has(other) else ""]
    return [line for line in said if line] + [_small(f"{stance} {words.listed(who)} · {plain(' · '.join(facts))}")]


def _other_form(row: Record, stem: str, words: Words, marked: str = "") -> str:
    """On Chinese pages the Latin form of a name behind the Chinese one, where both are known: documents print it so."""
    latin, chinese = row[f"{stem}_en"], row[f"{stem}_zh"]
    if row.get("is_anonymous"):  # then both are descriptions
        return ""
    if words.lang != "zh" or not has(latin) or not has(chinese) or latin == chinese:
        return ""
    return words.t("brackets", text=highlighted(latin, marked))


def _round(row: Record, words: Words) -> list[str]:
    facts = [
        record_amount(row, words),
        *([words.t("records.valued", value=words.usd_m(float(row[VALUATION])))] if has(row[VALUATION]) else []),
        words.code("stage", row["stage"]),
        _date(row, "announced_date", words),
        words.code("status", row["status"]),
    ]
    lead = _names(words.t("records.led_by", names=_HERE), row, "lead_investor", words)
    with_whom = _names(words.t("records.investors", names=_HERE), row, "investor", words)
    part = words.t("records.part_of", whole=row["part_of"]) if has(row["part_of"]) else ""
    name = f"**{view_link(words.pick(row, 'company'), 'company', row['company_id'], words)}**{_other_form(row, 'company', words)}"
    first = f"{name} · {plain(' · '.join(facts))}"
    second = words.t("joiner").join(x for x in (lead, with_whom, plain(part), plain(words.pick(row, "notes"))) if x)
    disagree = plain(words.t("records.disagree", readings=words.pick(row, "conflicts"))) if has(row["conflicts_en"]) else ""
    return [first, second, disagree]


def _names(sentence: str, row: Record, stem: str, words: Words) -> str:
    """A sentence as Markdown, the investors of `<stem>_ids` at its `_HERE`, each with a link; nothing where there are none."""
    if not has(row[f"{stem}_ids"]):
        return ""
    ids = split(row[f"{stem}_ids"])
    by_language = {lang: split(row[f"{stem}s_{lang}"]) if has(row[f"{stem}s_{lang}"]) else [""] * len(ids) for lang in LANGUAGES}
    if all(len(names) == len(ids) for names in by_language.values()):
        named = [words.pick({f"name_{lang}": names[i] for lang, names in by_language.items()}, "name") for i in range(len(ids))]
        links = [view_link(name, "investor", key, words) for name, key in zip(named, ids, strict=True)]
    else:  # the lists do not go together: nobody is linked to another's records
        links = [plain(name) for name in split(words.pick(row, f"{stem}s"))]
    return plain(sentence).replace(_HERE, words.listed(links))


def _move(row: Record, words: Words) -> list[str]:
    value = (
        words.signed_percent(float(row["value"]), 2)
        if row["unit"] == "percent"
        else words.with_unit(words.number(float(row["value"]), 2), words.code("value_unit", row["unit"]))
    )
    when = words.span(_iso(row["window_start"]), _iso(row["date"])) if has(row["window_start"]) else words.date(_iso(row["date"]))
    facts = [value, words.code("measure", row["measure"]), when]
    return [f"**{plain(words.pick(row, 'index_name'))}** · {plain(' · '.join(facts))}", plain(words.pick(row, "notes"))]


def _event(row: Record, words: Words) -> list[str]:
    facts = [_date(row, "date", words), words.code("event_kind", row["kind"]), words.codes("sector", split(row["sectors"]))]
    return [f"**{event_link(row, words)}** · {plain(' · '.join(facts))}", plain(words.pick(row, "summary"))]


def _model(row: Record, words: Words) -> list[str]:
    vendor = view_link(words.pick(row, "vendor"), "company", row["vendor_id"], words)
    facts = [_date(row, "release_date", words)]
    facts += [words.t("records.seconds", n=int(row["max_clip_s"]))] if has(row["max_clip_s"]) else []
    facts += [_resolution(str(row["max_resolution"]), words)] if has(row["max_resolution"]) else []
    return [f"**{plain(row['model_name'])}** · {vendor} · {plain(' · '.join(facts))}", plain(words.pick(row, "notes"))]


def _resolution(printed: str, words: Words) -> str:
    """A resolution as it is kept, that documents disagree on it in the reader's language."""
    bare = printed.removesuffix(" (disputed)")
    return bare + (words.t("brackets", text=words.t("records.disputed")) if bare != printed else "")


def _indicator(row: Record, words: Words) -> list[str]:
    ends = ["value"] if has(row["value"]) else ["value_low", "value_high"]
    value = words.counted((float(row[end]) for end in ends), words.code("indicator_unit", row["unit"]))
    facts = [value, words.period(row["period"]), words.code("geography", row["geography"])]
    return [f"**{plain(words.pick(row, 'name'))}** · {plain(' · '.join(facts))}", plain(words.pick(row, "definition"))]


def _date(row: Record, column: str, words: Words) -> str:
    if not has(row[column]):
        return words.t("records.undated")
    printed = words.date(_iso(row[column]))
    return words.t("records.inferred", date=printed) if row.get("is_date_inferred") is True else printed


def _iso(value: Any) -> str:
    return value if isinstance(value, str) else value.date().isoformat() if hasattr(value, "date") else value.isoformat()


def _audit(row: Record, words: Words) -> str:
    if not has(row.get("audit")):
        return ""
    note = words.pick(row, "audit_note")
    mark = words.t("records.audit", mark=words.code("audit", row["audit"]))
    return plain(mark + (words.t("colon") + note if note else ""))


def _documents(table: str, row: Record, documents: dict[str, Record], words: Words) -> str:
    """Where a record was read, then the addresses of its citation and of the record as it is kept."""
    found = [document_link(documents[s], words) for s in split(row["source_ids"]) if s in documents]
    return words.t("records.read_in") + words.t("colon") + " · ".join([*found, *_addresses(table, row, words)])


def _addresses(table: str, row: Record, words: Words) -> list[str]:
    """How to cite a record with its documents, and the record whole, as Markdown links: they cost no widget."""
    key, version = quote(str(row[dictionary().tables[table].key]), safe=""), st.query_params.get("version", "")
    pinned = f"version={quote(version, safe='')}" if version else ""
    return [
        f"[{words.t('panel.cite.row')}](/cite.txt?record={table}/{key}&lang={words.lang}{'&' if pinned else ''}{pinned})",
        f"[{words.t('panel.cite.row_whole')}](/records/{table}/{key}.json{'?' if pinned else ''}{pinned})",
    ]


def document_link(document: Record, words: Words) -> str:
    """A document as a Markdown link with its publisher and date, a repost or translation said as one.

    One whose title is not known goes by its publisher: a row of "untitled" says nothing.
    """
    publisher = document["publisher"] if has(document["publisher"]) else ""
    title = document["title"] if has(document["title"]) else publisher or words.t("records.untitled")
    remarks = [said for said in published(document, words) if said != title]
    about = words.t("brackets", text=plain(words.listed(remarks))) if remarks else ""
    return link(title, document["url"] if has(document["url"]) else None) + about


def table_view(frame: pd.DataFrame, table: str | None, words: Words) -> tuple[pd.DataFrame, dict[str, Any]]:
    """A frame as a reader's table: headers and codes in words, and column settings for `st.dataframe`.

    A text that stands in both languages is shown in the reader's, in the other where there is none; a name stands in the
    place of the id that it belongs to. Files keep all of it.
    """
    known = dictionary()
    shown: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    named = _names_of_ids(list(frame.columns))
    for name in frame.columns:
        column = known.column(name, table)
        stem, _, suffix = name.rpartition("_")
        if not column.is_shown or column.withheld or (suffix in LANGUAGES and stem in named.values()):
            continue
        pair = [f"{stem}_{lang}" for lang in (words.lang, *LANGUAGES) if f"{stem}_{lang}" in frame.columns]
        if suffix in LANGUAGES and name != pair[0]:
            continue
        if name in named:
            pair = [f"{named[name]}_{lang}" for lang in (words.lang, *LANGUAGES)]
        values = frame[pair[0]].where(frame[pair[0]].notna(), frame[pair[-1]]) if pair else frame[name]
        if column.codes:
            values = values.map({c: words.codes(column.codes, split(str(c))) for c in values.dropna().unique()})
        short = column.label[words.lang].removesuffix(words.t("records.in_this_language"))
        label = short if short not in shown else column.label[words.lang]
        unit = words.code("unit", column.unit) if column.unit else ""
        header = label + words.t("brackets", text=unit) if unit and unit not in label else label
        header = header if header not in shown else f"{header} [{name}]"
        shown[header] = values
        help_text = column.description[words.lang]
        if column.type == "url":
            # The site alone: a click opens the whole address, which downloads and a copied cell hold.
            settings[header] = st.column_config.LinkColumn(header, help=help_text, display_text=SITE_OF_ADDRESS)
        elif column.type == "day":
            settings[header] = st.column_config.DateColumn(header, help=help_text, format="YYYY-MM-DD")
        elif column.type in ("number", "integer"):
            settings[header] = st.column_config.NumberColumn(header, help=help_text)
        else:
            settings[header] = st.column_config.Column(header, help=help_text)
    return pd.DataFrame(shown, index=frame.index), settings


def _names_of_ids(columns: list[str]) -> dict[str, str]:
    """Each column of ids whose names stand beside it, with their stem: speaker_id for speaker_en and speaker_zh."""
    stems = {c: c.removesuffix("_id") for c in columns if c.endswith("_id")}
    stems |= {c: f"{c.removesuffix('_ids')}s" for c in columns if c.endswith("_ids")}
    return {c: stem for c, stem in stems.items() if {f"{stem}_{lang}" for lang in LANGUAGES} <= set(columns)}
