"""Where a line may break: after blanks, and between Chinese words, never inside one.

Words come from jieba's dictionary (in Rust: its Python original is no longer kept, and BudouX, which needs no
dictionary, cuts 生成 and 取代 in two). It is loaded when the first Chinese text has to be broken.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

#: What no line may begin with, and what none may end with; the dot stands inside foreign names in Chinese signs.
CLOSING = "，。、；：！？）》〉」』】］”’…—–·％%,.;:!?)]}"
NEVER_LAST = "（《〈「『【［“‘([{·"
#: Words that belong to the one before.
PARTICLES = ("的", "地", "得", "了", "着", "们", "者", "等")
#: Terms of this field that the dictionary takes apart.
TERMS = (
    "大模型",
    "微短剧",
    "沪深300",
    "文生视频",
    "图生视频",
    "领投",
    "跟投",
    "投后",
    "概念股",
    "百分点",
    "亿美元",
    "万美元",
    "亿元",
    "万元",
)
_WIDE = re.compile("[\u2e80-\U0010ffff]")
#: A number whose unit follows, or what counts it: no line breaks behind it.
_COUNTED = re.compile(r"([0-9]|第[一二三四]?)\s?$")
_IN_DATE = re.compile(r"[0-9]\s?[年月]$")


def is_wide(character: str) -> bool:
    """Whether a character takes the room of two: Chinese signs and full-width punctuation."""
    return ord(character) > 0x2E7F


def width(text: str) -> int:
    """Characters that a text takes; a Chinese one takes two."""
    return len(text) + len(_WIDE.findall(text))


def pieces(text: str) -> list[str]:
    """A text in the pieces between which a line may break. Joined they are the text."""
    found: list[str] = []
    for word in _words(text):
        if found and _hold(found[-1], word):
            found[-1] += word
        else:
            found.append(word)
    return found


def _hold(before: str, after: str) -> bool:
    """Whether no line may end between the two."""
    if after[0].isspace() or after[0] in CLOSING or after in PARTICLES or before[-1] in NEVER_LAST:
        return True
    if is_wide(after[0]) and _COUNTED.search(before):
        return True
    if before[-1].isspace():
        return False
    return not (is_wide(before[-1]) or is_wide(after[0])) or (after[0].isdigit() and bool(_IN_DATE.search(before)))


def _words(text: str) -> list[str]:
    return _cutter()(text) if _WIDE.search(text) else re.findall(r"\S+\s*|\s+", text)


@lru_cache(maxsize=1)
def _cutter() -> Callable[[str], list[str]]:
    import rjieba

    for term in TERMS:
        rjieba.add_word(term, None, None)
    return rjieba.cut
