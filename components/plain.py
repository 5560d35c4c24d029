"""Text from data for Streamlit's Markdown: shown as it is, never as markup."""

from __future__ import annotations

import re

from data.searching import searchable

_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$&=^:\"'/@])")
#: `:name:` is an emoji and `:red[..]` a directive to Streamlit, `www.` and `me@here.org` become links whatever is
#: escaped; a word joiner behind the sign undoes all of them.
_ALIVE = re.compile(r":(?=[A-Za-z0-9_+/-])|@(?=[\w-])|www(?=\.)", re.IGNORECASE)


#: Blanks at which no line may end: after ≥ and ≤, and on both sides of the sign in "n = 12".
_TOGETHER = re.compile(r"(?<=[≥≤]) (?=\S)|(?<=\b[A-Za-z]) (?== )|(?<=\b[A-Za-z] =) (?=\S)")


def plain(text: object) -> str:
    """The text with every Markdown sign escaped and line breaks folded; a sign stays with its number."""
    return plain_run(_TOGETHER.sub("\u00a0", " ".join(str(text).split())))


def link(label: object, url: str | None) -> str:
    """A Markdown link to a document, or the bare label when the address is not one of the web."""
    if not url or not re.fullmatch(r"https?://[^\s<>\\]+", url):
        return plain(label)
    return f"[{plain(label)}](<{url}>)"


def highlighted(text: object, search: str) -> str:
    """The text as it is, the words of a search in it marked. Case, accents and width do not matter."""
    folded = " ".join(str(text).split())
    if not search:
        return plain_run(folded)
    spans = _found(folded, searchable(search).split())
    parts, at = [], 0
    for start, end in spans:
        parts += [plain_run(folded[at:start]), f":orange-background[{plain_run(folded[start:end])}]"]
        at = end
    return "".join([*parts, plain_run(folded[at:])])


def plain_run(text: str) -> str:
    """A piece of a line escaped, its blanks kept."""
    return _PUNCTUATION.sub(r"\\\1", _ALIVE.sub("\\g<0>\u2060", text))


def _found(text: str, terms: list[str]) -> list[tuple[int, int]]:
    """Where the terms stand in the text, overlaps joined. Positions hold as long as folding keeps lengths."""
    bare = "".join(searchable(ch) or ch for ch in text)
    if len(bare) != len(text):
        return []
    spans = sorted((m.start(), m.end()) for term in terms for m in re.finditer(re.escape(term), bare))
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
