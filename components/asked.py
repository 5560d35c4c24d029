"""What somebody asks for, as one value, and every address that gives it.

The download panel, the addresses, the bundle, copyable lines, citations and embeds all take an `Asked`
and write its addresses here, so that a link in one of them is the link of all.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from components.charts import CHART
from data.filters import OPTION, Filters

#: The name under which readers reach the dashboard, where a proxy hides it: `https://reelshift.example.org`.
SITE_VARIABLE = "REELSHIFT_SITE"
#: The parameter that says light or dark, as CSS does in `color-scheme`; `theme` is what an opinion is about.
SCHEME = "scheme"
ROWS = ("drawn", "records")
#: The choices of one out of a few that bear on what a page shows. A copied link writes them although they are the usual ones:
#: should another become the usual one, the link still opens what was seen.
OPTIONS_OF = {
    "overview": ("coding", "voices", "coders", "general", "around", "panels"),
    "opinions": ("coding", "voices", "coders", "split", "days"),
    "funding": ("general", "sharing", "amounts", "days"),
    "markets": ("around", "measure", "model"),
    "technology": (),
    "evidence": ("coding", "coders", "general"),
    "method": (),
}


def explicit(filters: Filters, page: str) -> list[tuple[str, str]]:
    """The selection as query parameters, with the usual values of the page's choices written out.

    Read by `data.filters.parse` it is the same selection, now and after a change of what is usual.
    """
    pairs = filters.to_query()
    written = {name for name, _ in pairs}
    pairs += [("cross", "1")] if "cross" not in written else []
    return pairs + [(name, OPTION[name].allowed[0]) for name in OPTIONS_OF.get(page, ()) if name not in written]


@dataclass(frozen=True)
class Asked:
    """A chart or a whole table under a selection.

    name     A chart's slug or a table's name.
    what     `charts` or `tables`.
    filters  The selection.
    lang     The language of pictures and prose; columns of data always hold both.
    rows     `drawn`: what the chart draws. `records`: all records behind it, each once. A table has only records.
    version  The data version that links carry, or none: whatever is newest when they are opened.
    site     Scheme and host of the addresses, no slash at the end; empty gives addresses from the root.
    """

    name: str
    what: str = "charts"
    filters: Filters = field(default_factory=Filters)
    lang: str = "en"
    rows: str = "drawn"
    version: str = ""
    site: str = ""

    @property
    def shown_on(self) -> str:
        """The name of the page that shows it; tables stand on the evidence page, all of it is the overview."""
        return "overview" if not self.name else CHART[self.name].page if self.what == "charts" else "evidence"

    def settled(self) -> Asked:
        """The same with the event named that the chart takes where none is chosen: for what must say all that was asked."""
        usual = CHART[self.name].usual_event if self.what == "charts" else ""
        return replace(self, filters=replace(self.filters, event=usual)) if usual and not self.filters.event else self

    def query(self, *, lang: bool = False, spelled: bool = False) -> list[tuple[str, str]]:
        """The selection as query parameters, always in the same order; `spelled` writes the usual choices out too."""
        pairs = explicit(self.filters, self.shown_on) if spelled else self.filters.to_query()
        pairs += [("rows", self.rows)] if self.what == "charts" and self.rows != ROWS[0] else []
        pairs += [("version", self.version)] if self.version else []
        return pairs + ([("lang", self.lang)] if lang else [])

    def address(self, ending: str, *, lang: bool = False, spelled: bool = False) -> str:
        """Where the data lies in one format, as `/charts/<slug>.csv?sector=film`. Files of data need no language; pictures do."""
        return self._at(f"/{self.what}/{self.name}.{ending}", self.query(lang=lang, spelled=spelled))

    def page(self, *, spelled: bool = False) -> str:
        """The page, and its section, that shows it under this selection, in this language; a table stands on the evidence page."""
        name = self.shown_on
        pairs = replace(self, rows=ROWS[0]).query(lang=True, spelled=spelled)
        section = CHART[self.name].section if self.what == "charts" else "tables"
        pairs = [("view", section), *pairs] if section else pairs
        return self._at("/" if name == "overview" else f"/{name}", pairs)

    def brief(self, form: str = "html") -> str:
        """The briefing of the selection; it is of no single chart."""
        spelled = dict.fromkeys(pair for page in OPTIONS_OF for pair in explicit(self.filters, page))
        return self._at(f"/brief.{form}", [*spelled, *([("version", self.version)] if self.version else []), ("lang", self.lang)])

    def embed(self, theme: str = "auto") -> str:
        """The bare chart for another page's frame, in the colours of a theme or (`auto`) of its reader."""
        pairs = [("chart", self.name), *replace(self, rows=ROWS[0]).query(lang=True)]
        return self._at("/embed", pairs + ([(SCHEME, theme)] if theme != "auto" else []))

    def home(self) -> str:
        """The front page under this selection, at this version and in this language."""
        return self._at("/", self.query(lang=True, spelled=bool(self.filters.to_query())))

    def record(self, table: str, key: str) -> str:
        """One record of a table, whole, with its documents."""
        return self._at(f"/records/{table}/{quote(key, safe='')}.json", [("version", self.version)] if self.version else [])

    def _at(self, path: str, pairs: list[tuple[str, str]]) -> str:
        return f"{site(self.site)}{path}" + (f"?{urlencode(pairs)}" if pairs else "")


def site(seen: str = "") -> str:
    """Scheme and host of every address: as the deployment says, else as the reader reached us."""
    return (os.environ.get(SITE_VARIABLE) or seen).rstrip("/")
