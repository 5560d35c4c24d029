"""Forms of text for searching and for order: without case, accents, width variants; Chinese names by their reading."""

from __future__ import annotations

import unicodedata


def searchable(text: str) -> str:
    """The text as it is searched: casefolded, accents off (é as e), full-width as half-width, blanks folded.

    Chinese stays as it is and is found by any run of its characters.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(ch for ch in decomposed if not unicodedata.combining(ch))
    return " ".join(unicodedata.normalize("NFC", bare).casefold().split())


def by_pinyin(text: str) -> str:
    """A text by which Chinese names sort: searchable, each Chinese character by its reading and tone (中国 as zhong1 guo2).

    The library reads names in their context (重庆 is chong2 qing4) and takes 60 MB for it once it is used: for the build, and
    for what no build knows.
    """
    from pypinyin import Style, lazy_pinyin

    return " ".join(searchable(part) for part in lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))
