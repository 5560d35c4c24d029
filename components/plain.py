"""Text from data for Streamlit's Markdown: shown as it is, never as markup."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$&=^:\"'/@])")
#: `:name:` is an emoji and `:red[..]` a directive to Streamlit; a word joiner after the colon undoes both.
_COLON = re.compile(r":(?=[A-Za-z0-9_+/-])")


def plain(text: object) -> str:
    """The text with every Markdown sign escaped and line breaks folded."""
    folded = " ".join(str(text).split())
    return _PUNCTUATION.sub(r"\\\1", _COLON.sub(":\u2060", folded))


def link(label: object, url: str | None) -> str:
    """A Markdown link to a document, or the bare label when the address is not one of the web."""
    if not url or not re.match(r"^https?://[^\s<>]+$", url):
        return plain(label)
    return f"[{plain(label)}](<{url}>)"
