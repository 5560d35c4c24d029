"""Citations of the collection, of a part of it, of one record, and of the documents that it rests on.

Forms: running text (author and date), BibTeX, RIS, CSL-JSON, and GB/T 7714-2025, the standard of Chinese
publishing, which took the place of that of 2015 on 1 July 2026. Its text is not free to read; the form here is that
in which the two published styles for it agree (github.com/zepinglee/gbt7714-bibtex-style and
github.com/hushidong/biblatex-gb7714-2025, which set the standard's own examples):

    author. title[DS/OL]. version. platform（date of publication）[date of access]. address.     a data set
    author. title[EB/OL]. （date of publication）[date of access]. address.                       a page

with full stops and square brackets of half width, commas, colons and round brackets of full width. A date is never
made more precise than it was printed. A copy is cited by who published the text first, and says who copied it. Text
of sources is data: every form escapes what it would read as its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from data import periods

#: Code of each form: the ending of its file.
FORMS = ("txt", "bib", "ris", "csl.json", "gbt")
MEDIA_TYPES = {
    "txt": "text/plain; charset=utf-8",
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "csl.json": "application/vnd.citationstyles.csl+json",
    "gbt": "text/plain; charset=utf-8",
}
_BIBTEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "%": r"\%",
        "&": r"\&",
        "#": r"\#",
        "_": r"\_",
        "$": r"\$",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
_CHINESE = re.compile("[\u3400-\u9fff]")
#: Stands in GB/T 7714 for the day of access, which it asks for, where a file knows none.
DAY_OF_ACCESS = "引用日期"


@dataclass(frozen=True)
class Citation:
    """One thing to cite.

    key        Stable and of letters, digits and hyphens.
    is_data    A data set of ours, else a document on the web.
    title      In both languages; a document's own title twice.
    author     Who wrote or compiled it, as printed (`李豪悦 / Li Haoyue`: one name in two scripts); empty where none is.
    publisher  Who published it, first where it is a copy.
    issued     A date as printed: day, month, quarter or year; empty where none is known.
    version    The data version; empty for a document.
    address    Where it lies.
    accessed   When it was read, or fetched; none in a file that is the same on every day.
    remark     In both languages, that it was read as a copy, and whose; empty where it was not.
    language   Code of the language that it is in; empty where that is not known, and for ours: that of its title.
    documents  What a record rests on.
    """

    key: str
    is_data: bool
    title_en: str
    title_zh: str
    author: str
    publisher: str
    issued: str
    version: str
    address: str
    accessed: date | None
    remark_en: str = ""
    remark_zh: str = ""
    language: str = ""
    documents: tuple[Citation, ...] = ()

    def title(self, lang: str) -> str:
        return _line(self.title_zh if lang == "zh" else self.title_en)

    def remark(self, lang: str) -> str:
        return _line(self.remark_zh if lang == "zh" else self.remark_en)

    def who(self, lang: str) -> str:
        """Author, else publisher; of a name in two scripts the one that the reader reads."""
        names = _line(self.author).split(" / ")
        named = [n for n in names if bool(_CHINESE.search(n)) == (lang == "zh")] if len(names) == 2 else []
        return named[0] if len(named) == 1 else _line(self.author or self.publisher)

    def in_language(self, lang: str) -> str:
        """Code of the language as CSL and RIS take it."""
        return {"zh": "zh-CN", "en": "en-GB"}[lang] if self.is_data else self.language

    @property
    def opened(self) -> str:
        return self.accessed.isoformat() if self.accessed else ""


def written(citation: Citation, form: str, lang: str) -> str:
    """A citation, then those of its documents, in one of FORMS. Raises ValueError for another."""
    if form not in FORMS:
        raise ValueError(f"{form!r} is not a form of citation here; choose one of {', '.join(FORMS)}")
    each = (citation, *citation.documents)
    if form == "csl.json":
        return json.dumps([_csl(c, lang) for c in each], ensure_ascii=False, indent=2) + "\n"
    write = {"txt": _text, "bib": _bibtex, "ris": _ris, "gbt": _gbt}[form]
    between = "\n" if form in ("txt", "gbt") else "\n\n"
    return between.join(write(c, lang) for c in each) + "\n"


def _line(text: str) -> str:
    """The text on one line, without signs that print nothing."""
    return " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())


def _parts(issued: str) -> tuple[int, ...]:
    """Year, month, day, as far as they are known; a quarter is known to its year."""
    if not issued:
        return ()
    kind = periods.precision_of(issued)
    start, _ = periods.bounds(issued)
    return (start.year, start.month, start.day)[: {"day": 3, "month": 2}.get(kind, 1)]


def _iso(issued: str) -> str:
    return "-".join(f"{n:02d}" for n in _parts(issued))


def _text(c: Citation, lang: str) -> str:
    """Running text; no full stop or full-width comma behind the address, which would be taken for a part of it."""
    who, title = c.who(lang), c.title(lang)
    if lang == "zh":
        kind = "［数据集］" if c.is_data else ""
        version = f"版本{c.version}" if c.version else ""
        opened = f"{c.opened}访问" if c.opened else ""
        parts = [f"《{title}》{kind}", version, "" if c.is_data else _iso(c.issued), c.remark(lang), opened, c.address]
        return f"{_wide(who) if c.is_data else who}：{'，'.join(p for p in parts if p)}"
    year = str(_parts(c.issued)[0]) if c.is_data and c.issued else _iso(c.issued) or "n.d."
    kind = " [Data set]" if c.is_data else ""
    version = f" Version {c.version}." if c.version else ""
    by = f" {_line(c.publisher)}." if c.author and c.publisher and c.publisher != c.author else ""
    copied = f" {c.remark(lang)}." if c.remark(lang) else ""
    opened = f" (accessed {c.opened})" if c.opened else ""
    return f"{who} ({year}). {title}{kind}.{version}{by}{copied} {c.address}{f'{opened}.' if opened else ''}"


def _gbt(c: Citation, lang: str) -> str:
    dates = f"{f'（{_iso(c.issued)}）' if c.issued else ''}[{c.opened or DAY_OF_ACCESS}]"
    if not c.is_data:
        return ". ".join(filter(None, [c.who("zh"), f"{c.title('zh')}[EB/OL]", f"{c.remark('zh')}{dates}", c.address])) + "."
    ours = [_wide(c.who("zh")), f"{c.title('zh')}[DS/OL]", f"V{c.version}", f"{_wide(c.publisher)}{dates}", c.address]
    return ". ".join(ours) + "."


def _wide(name: str) -> str:
    """Our own name with the round brackets of the standard."""
    return _line(name).replace(" (", "（").replace(")", "）")


def _bibtex(c: Citation, lang: str) -> str:
    """For BibTeX and for biblatex: `year` and `note` are read by the one, `date`, `version` and `urldate` by the other."""
    parts = _parts(c.issued)
    # Authors are groups or unsplit names, titles keep their capitals: a second pair of braces keeps both whole.
    # A date between two pairs is not read as one.
    text = {"author": c.who(lang), "title": c.title(lang), "publisher" if c.is_data else "organization": c.publisher}
    plain = {
        "date": _iso(c.issued),
        "year": str(parts[0]) if parts else "",
        "version": c.version,
        "note": _version_words(c, lang) or c.remark(lang),
        "urldate": c.opened,
    }
    lines = [f"  {name} = {{{{{_line(value).translate(_BIBTEX)}}}}}," for name, value in text.items() if value]
    lines += [f"  {name} = {{{_line(value).translate(_BIBTEX)}}}," for name, value in plain.items() if value]
    kind = "dataset" if c.is_data else "online"
    return "\n".join([f"@{kind}{{{c.key},", *lines, f"  url = {{{_verbatim(c.address)}}}", "}"])


def _version_words(c: Citation, lang: str) -> str:
    return (f"数据版本{c.version}" if lang == "zh" else f"Data version {c.version}") if c.version else ""


def _verbatim(address: str) -> str:
    """An address between braces: signs that would end the field, as an address may write them."""
    return address.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")


def _ris(c: Citation, lang: str) -> str:
    parts = _parts(c.issued)
    day = "/".join([*(f"{n:02d}" for n in parts), *("" for _ in range(3 - len(parts)))]) if parts else ""
    fields = [
        ("TY", "DATA" if c.is_data else "ELEC"),
        ("ID", c.key),
        ("AU", c.who(lang)),
        ("TI", c.title(lang)),
        ("PB", _line(c.publisher)),
        ("PY", str(parts[0]) if parts else ""),
        ("DA", day),
        ("ET", c.version),
        ("UR", c.address),
        ("Y2", c.opened.replace("-", "/")),
        ("LA", c.in_language(lang)),
        ("N1", c.remark(lang)),
    ]
    return "\n".join([*(f"{tag}  - {value}" for tag, value in fields if value), "ER  - "])


def _csl(c: Citation, lang: str) -> dict[str, Any]:
    parts = _parts(c.issued)
    entry: dict[str, Any] = {
        "id": c.key,
        "type": "dataset" if c.is_data else "webpage",
        "title": c.title(lang),
        "author": [{"literal": c.who(lang)}],
        "publisher": _line(c.publisher),
        "version": c.version,
        "URL": c.address,
        "language": c.in_language(lang),
        "note": c.remark(lang),
    }
    if parts:
        entry["issued"] = {"date-parts": [list(parts)]}
    if c.accessed:
        entry["accessed"] = {"date-parts": [[c.accessed.year, c.accessed.month, c.accessed.day]]}
    return {name: value for name, value in entry.items() if value}


def key_of(pieces: Iterable[str]) -> str:
    """A key from words: letters, digits and hyphens only."""
    return "-".join(filter(None, (re.sub(r"[^A-Za-z0-9]+", "-", p).strip("-") for p in pieces)))
