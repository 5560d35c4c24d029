"""What stands around a chart, in words: its finding, scope and n, what it is made of, where it came from. Knows no Streamlit."""

from __future__ import annotations

from components.asked import Asked
from components.behind import made_of as made_of
from components.chart import Chart
from components.charts import CHART, finding_of
from components.described import scope_text, table_name
from components.words import Words
from data.filters import Filters
from data.tables import Tables


def subtitle(chart: Chart, tables: Tables, filters: Filters, words: Words) -> str:
    """Scope and n of a chart: how many records of each table it is made of, out of how many."""
    said = [
        words.t("account.short", n=n, total=total, table=table_name(table, words))
        for table, n, total in made_of(chart, tables, filters).counts
    ]
    return " · ".join([scope_text(filters, words, tables), *([words.listed(said)] if said else [])])


def source_words(chart: Chart, tables: Tables, filters: Filters, words: Words) -> str:
    """How many documents a chart rests on, the largest named, and the data version."""
    made = made_of(chart, tables, filters)
    key = "card.source_line" if made.documents else "card.source_line_none"
    return words.t(key, n=made.documents, first=words.listed(made.publishers), version=tables.version)


#: Findings up to this length stand whole in a heading; a Chinese character says about two letters' worth.
_HEADING = {"en": 130, "zh": 60}


def headline(finding: str, words: Words) -> tuple[str, str]:
    """A finding as a heading and what else it must say: a long one parts at its first semicolon outside brackets."""
    if len(finding) <= _HEADING[words.lang]:
        return finding, ""
    parts = finding.split(words.t("semicolon"))
    n = next((n for n in range(1, len(parts)) if not _within_brackets(words.t("semicolon").join(parts[:n]))), len(parts))
    first, rest = (words.t("semicolon").join(some) for some in (parts[:n], parts[n:]))
    return first, rest[:1].upper() + rest[1:]


def _within_brackets(text: str) -> bool:
    """Whether a bracket is still open at the end of a text."""
    return sum(text.count(ch) for ch in "(（") > sum(text.count(ch) for ch in ")）")


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
