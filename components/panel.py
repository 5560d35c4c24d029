"""What a reader takes away of a chart or a table: files, its link, lines to copy, how to cite it, a frame for another page.

A drawer, opened from the card: it takes the keyboard's focus and gives it back, and fills a phone's screen. Closed it
costs one button. What is made in it is made of the selection that the card showed, on the click.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial

import streamlit as st

from components import embed, files, pictures, snippets
from components.asked import ROWS, Asked
from components.bundles import bundle_file, whose_levels
from components.described import scope_text
from components.making import Making, file_button, wait_for
from components.plain import plain
from components.sharing import choose, citations, copied, drawer, here, kept_version, page_link, wanted_version
from components.words import Words
from data.catalog import dictionary
from data.export import FORMATS, MEDIA_TYPES
from data.filters import Filters
from data.tables import Tables

log = logging.getLogger("reelshift")
SECTIONS = ("data", "link", "lines", "cite", "embed")
ICONS = {"csv": "table", "xlsx": "table_view", "parquet": "database", "json": "data_object", "png": "image", "svg": "polyline"}


@st.fragment
def offer_chart(slug: str, tables: Tables, filters: Filters, lang: str) -> None:
    """The button on a chart's card that opens its panel."""
    _offer(slug, "charts", tables, filters, lang)


@st.fragment
def offer_table(table: str, tables: Tables, filters: Filters, lang: str) -> None:
    """The same for a whole table under the filters."""
    _offer(table, "tables", tables, filters, lang)


def _offer(name: str, what: str, tables: Tables, filters: Filters, lang: str) -> None:
    words = Words(lang)
    if st.button(words.t("panel.button"), icon=":material/download:", key=f"take:{what}:{name}"):
        drawer(words.t("panel.title"), _contents, name, what, tables, filters, lang)


def _contents(name: str, what: str, tables: Tables, filters: Filters, lang: str) -> None:
    """The panel, its open section only. A failure is one sentence here and a trace in the log."""
    words = Words(lang)
    try:
        show(Asked(name, what, filters, lang, site=here().site), tables, words)
    except Exception:
        log.exception("panel of %s %s", what, name)
        st.warning(words.t("panel.trouble"), icon=":material/warning:")


def show(asked: Asked, tables: Tables, words: Words) -> None:
    """The panel itself: what it is of, then one section."""
    sections = SECTIONS if asked.what == "charts" else tuple(s for s in SECTIONS if s != "embed")
    st.markdown(
        f"**{plain(title(asked, words))}**  \n{plain(words.t('panel.scope', scope=scope_text(asked.filters, words, tables)))}",
        anchors=False,
    )
    key = f"panel:{asked.what}:{asked.name}"
    section = choose(words.t("panel.sections"), sections, f"{key}:section", lambda code: words.t(f"panel.section.{code}"))
    if section in ("data", "link", "lines"):
        asked = replace(asked, rows=_rows(asked, tables, words, f"{key}:rows"))
    if section == "data":
        _data(replace(asked, version=wanted_version(tables)), tables, words)
    elif section == "link":
        _link(asked, tables, words)
    elif section == "lines":
        _lines(asked, tables, words)
    elif section == "cite":
        st.caption(words.t("panel.cite.about"))
        citations(replace(asked, version=kept_version(tables, words)), tables, words)
    else:
        _embed(asked, tables, words)


def title(asked: Asked, words: Words) -> str:
    """The name of the chart or the table."""
    return words.t(f"charts.{asked.name}.title") if asked.what == "charts" else dictionary().tables[asked.name].title[words.lang]


def _rows(asked: Asked, tables: Tables, words: Words, key: str) -> str:
    """What is drawn, or all records behind it; the number of rows of each is said before anything is made."""
    if asked.what == "tables":
        st.caption(words.t("panel.rows.table", n=files.row_count(asked, tables)))
        return ROWS[0]
    n = {rows: files.row_count(replace(asked, rows=rows), tables) for rows in ROWS}
    chosen = choose(words.t("panel.rows.label"), ROWS, key, lambda code: words.t(f"panel.rows.{code}", n=n[code]), shown=True)
    st.caption(words.t("panel.rows.drawn_about" if chosen == ROWS[0] else "panel.rows.records_about"))
    return chosen


def _data(asked: Asked, tables: Tables, words: Words) -> None:
    """A button for each file. Each closes over this very selection."""
    key = f"get:{asked.what}:{asked.name}"
    pressed = [
        file_button(
            words.t("panel.form.zip"),
            partial(bundle_file, asked, tables),
            files.file_name(asked, tables, "zip"),
            "application/zip",
            f"{key}:zip",
            icon=":material/folder_zip:",
            primary=True,
        )
    ]
    st.caption(words.t("panel.zip_holds"))
    for form in FORMATS:
        pressed.append(
            file_button(
                words.t(f"panel.form.{form}"),
                partial(files.data_file, asked, tables, form),
                files.file_name(asked, tables, form),
                MEDIA_TYPES[form],
                f"{key}:{form}",
                icon=f":material/{ICONS[form]}:",
            )
        )
    if asked.what == "charts":
        pressed += _pictures(asked, tables, words, key)
    wait_for(pressed, words)


def _pictures(asked: Asked, tables: Tables, words: Words, key: str) -> list[Making | None]:
    """The picture in the reader's theme; or why there is none."""
    if files.withheld(asked, tables):
        st.info(plain(withheld_words(asked, tables, words)), icon=":material/lock:")
        return []
    if not pictures.can_draw():
        st.caption(words.t("panel.no_pictures"))
        return []
    theme = "dark" if st.context.theme.type == "dark" else "light"
    pressed = [
        file_button(
            words.t(f"panel.form.{form}"),
            partial(pictures.picture, asked, tables, form, theme),
            files.file_name(asked, tables, form),
            media,
            f"{key}:{form}",
            icon=f":material/{ICONS[form]}:",
        )
        for form, media in pictures.MEDIA_TYPES.items()
    ]
    st.caption(words.t(f"panel.theme.{theme}"))
    return pressed


def withheld_words(asked: Asked, tables: Tables, words: Words) -> str:
    """Why neither file nor picture passes raw levels on, and whose they are, as the files say it."""
    about = files.withheld_about(asked, tables)
    return words.t("joiner").join([about[f"withheld_why_{words.lang}"], whose_levels(about, words), words.t("panel.withheld.instead")])


def _link(asked: Asked, tables: Tables, words: Words) -> None:
    """The page as it is seen, and where its data lies."""
    version = kept_version(tables, words)
    st.markdown(f"**{words.t('panel.link.page')}**", anchors=False)
    copied(page_link(here(), asked.filters, words.lang, version))
    st.markdown(f"**{words.t('panel.link.data')}**", anchors=False)
    copied(replace(asked, version=version).address("csv"))
    endings = (*FORMATS, "zip", *(pictures.FORMS if asked.what == "charts" else ()), "metadata.json")
    st.caption(plain(words.t("panel.link.endings", endings=words.listed(e for e in endings if e != "csv"))))


def _lines(asked: Asked, tables: Tables, words: Words) -> None:
    """Lines that read the data in the reader's own tool."""
    label = words.t("panel.lines.label")
    tool = choose(label, snippets.TOOLS, "panel:tool", lambda code: words.t(f"panel.lines.tool.{code}"), persist="session")
    asked = replace(asked, version=kept_version(tables, words))
    copied(snippets.snippet(tool, asked, tables))
    st.caption(words.t(f"panel.lines.how.{tool}"))


def _embed(asked: Asked, tables: Tables, words: Words) -> None:
    """The line that shows the chart in another page, or why it may not stand there."""
    if files.withheld(asked, tables):
        st.info(plain(withheld_words(asked, tables, words)), icon=":material/lock:")
        return
    label = words.t("panel.embed.label")
    theme = choose(label, embed.EMBED_THEMES, "panel:theme", lambda code: words.t(f"panel.embed.{code}"), shown=True, persist="session")
    asked = replace(asked, version=kept_version(tables, words))
    height = embed.frame_height(asked, tables)
    copied(embed.iframe(asked, theme, height))
    st.caption(words.t("panel.embed.size", height=height))
