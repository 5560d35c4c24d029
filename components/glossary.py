"""The glossary: every term once, whole or only those that a text uses.

Which chart uses which term is found in the chart's own words, so no list has to be kept.
"""

from __future__ import annotations

import re
from functools import lru_cache

from components.chart import Chart
from components.ordering import reading
from components.words import Words, catalogue
from data.catalog import dictionary

_ROOT = "glossary.terms."


@lru_cache(maxsize=1)
def terms() -> tuple[str, ...]:
    """Every term by its name in the catalogue."""
    return tuple(key.split(".")[2] for key in catalogue() if key.startswith(_ROOT) and key.endswith(".term"))


def in_order(names: tuple[str, ...], words: Words) -> tuple[str, ...]:
    """Terms as a reader looks them up: by the alphabet, in Chinese by pinyin."""
    return tuple(sorted(names, key=lambda name: reading(words.t(f"glossary.terms.{name}.term"), words.lang)))


def entry(name: str, words: Words) -> str:
    """One term and what it means, as a line of Markdown."""
    return words.t("glossary.entry", term=words.t(f"glossary.terms.{name}.term"), says=words.t(f"glossary.terms.{name}.says"))


@lru_cache(maxsize=2)
def _forms(lang: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Every form of every term, the longest first: what is said of a longer one is not said of a shorter one inside it."""
    words = Words(lang)
    found = [
        (form, name)
        for name in terms()
        for form in (words.t(f"glossary.terms.{name}.term"), *words.t(f"glossary.terms.{name}.also").split("|"))
        if form
    ]
    edge = r"\b" if lang == "en" else ""
    ordered = sorted(found, key=lambda pair: -len(pair[0]))
    return tuple((re.compile(edge + re.escape(form) + edge, re.IGNORECASE), name) for form, name in ordered)


def used_in(text: str, words: Words) -> tuple[str, ...]:
    """The terms that a text uses, in order."""
    used = set()
    for form, name in _forms(words.lang):
        text, n = form.subn("\n", text)
        if n:
            used.add(name)
    return in_order(tuple(used), words)


@lru_cache(maxsize=128)
def of_chart(chart: Chart, lang: str) -> tuple[str, ...]:
    """The terms that a chart's title, explanations and caveats use."""
    words, known = Words(lang), dictionary().caveats
    said = [words.t(f"charts.{chart.slug}.{part}") for part in ("title", "how_to_read", "how_made")]
    return used_in("\n".join([*said, *(known[code][lang] for code in chart.caveats)]), words)
