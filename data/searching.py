"""One form of text for searching: without case, accents, width variants, and doubled blanks."""

from __future__ import annotations

import unicodedata


def searchable(text: str) -> str:
    """The text as it is searched: casefolded, accents off (é as e), full-width as half-width, blanks folded.

    Chinese stays as it is and is found by any run of its characters.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(ch for ch in decomposed if not unicodedata.combining(ch))
    return " ".join(unicodedata.normalize("NFC", bare).casefold().split())
