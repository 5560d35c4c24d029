"""What stands around a chart, in words: its finding, scope and n, what it is made of, where it came from. Knows no Streamlit."""

from __future__ import annotations

import re

from components.asked import Asked
from components.behind import made_of
from components.breaking import width
from components.chart import Chart
from components.charts import CHART, finding_of
from components.described import how_many, scope_text
from components.words import Words
from data.filters import Filters
from data.tables import Tables


def subtitle(chart: Chart, tables: Tables, filters: Filters, words: Words) -> str:
    """Scope and n of a chart: how many records of each table it is made of, out of how many."""
    said = [how_many(n, total, table, words, short=True) for table, n, total in made_of(chart, tables, filters).counts]
    return " · ".join([scope_text(filters, words, tables), *([words.listed(said)] if said else [])])


def source_words(chart: Chart, tables: Tables, filters: Filters, words: Words) -> str:
    """How many documents a chart rests on, the largest named, and the data version."""
    made = made_of(chart, tables, filters)
    first = list(dict.fromkeys(publisher_name(name, words) for name in made.publishers))
    form = "_none" if not made.documents else "_all" if made.documents <= len(first) else ""
    return words.t(f"card.source_line{form}", n=made.documents, first=words.listed(first), version=tables.version)


#: A publisher in both languages, the second behind a blank or in brackets; and the commit of a repository.
_TWICE = re.compile(r"(?P<first>.+?)(?: \((?P<inner>[^()]+)\)| (?P<last>[^()]+))$")
_COMMIT = re.compile(r" @[0-9a-f]{7,40}$")


def publisher_name(printed: str, words: Words) -> str:
    """A publisher in the reader's language where the register has both, without the commit of a repository."""
    name = _COMMIT.sub("", printed)
    found = _TWICE.match(name)
    if not found:
        return name
    parts = [found["first"], found["inner"] or found["last"]]
    chinese = [width(part) > len(part) for part in parts]
    if chinese[0] == chinese[1] or re.search("[A-Za-z]", parts[chinese.index(True)]):
        return name
    return parts[chinese.index(words.lang == "zh")]


#: Findings up to this length stand whole in a heading; a Chinese character says about two letters' worth.
_HEADING = {"en": 130, "zh": 60}


def headline(finding: str, words: Words) -> tuple[str, str]:
    """A finding as a heading and what else it must say: a long one parts at its first semicolon outside of brackets."""
    if len(finding) <= _HEADING[words.lang]:
        return finding, ""
    semicolon = words.t("semicolon")
    for found in re.finditer(re.escape(semicolon), finding):
        first, rest = finding[: found.start()], finding[found.end() :]
        if all(first.count(opening) == first.count(closing) for opening, closing in ("()", "（）")):
            return first, rest[:1].upper() + rest[1:]
    return finding, ""


def words_around(asked: Asked, tables: Tables) -> dict[str, str]:
    """`title` (the finding) and its `rest`, `name` of the chart, `subtitle`, `source`, and `alt`; all plain text."""
    chart, words = CHART[asked.name], Words(asked.lang)
    finding = finding_of(chart, tables, asked.filters, asked.lang)
    name = words.t(f"charts.{asked.name}.title")
    title, rest = headline(finding, words)
    return {
        "title": title,
        "rest": rest,
        "name": name,
        "subtitle": f"{name} · {subtitle(chart, tables, asked.filters, words)}",
        "source": source_words(chart, tables, asked.filters, words),
        "alt": f"{name}{words.t('colon')}{finding}",
    }
