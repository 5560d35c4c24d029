"""The look: one set of tokens, text that can be read on both grounds, colours that any reader can tell apart."""

from __future__ import annotations

import tomllib
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from components.theme import (
    AUDIT_COLOURS,
    COUNT_SCALE,
    INK,
    SECTOR_COLOURS,
    SECTOR_SYMBOLS,
    STANCE_COLOURS,
    THEMES,
    TOKENS,
    figure,
    on,
    scale_colour,
    without_ink,
)

CONFIG = tomllib.loads(Path(".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
#: WCAG 2.2, 1.4.3 and 1.4.11: text, and what is no text.
TEXT, MARK = 4.5, 3.0
#: Linear RGB as somebody without one kind of cone sees it (Machado, Oliveira and Fernandes 2009, severity 1.0).
SIGHT = {
    "usual": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
#: Distances in CIE Lab (1976) below which two colours side by side are hard to tell apart.
NEIGHBOURS, ENDS = 15.0, 40.0


def linear(colour: str) -> np.ndarray:
    values = np.array(list(bytes.fromhex(colour.lstrip("#")))) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, sight: str) -> np.ndarray:
    """CIE Lab (D65) of a colour as somebody sees it."""
    seen = np.clip(SIGHT[sight] @ linear(colour), 0, 1)
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
    scaled = (to_xyz @ seen) / [0.95047, 1.0, 1.08883]
    f = np.where(scaled > (6 / 29) ** 3, np.cbrt(scaled), scaled / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(one: str, other: str, sight: str) -> float:
    return float(np.linalg.norm(lab(one, sight) - lab(other, sight)))


@pytest.mark.parametrize("theme", THEMES)
def test_charts_outside_streamlit_look_as_those_inside(theme: str) -> None:
    names = {
        "paper": "backgroundColor",
        "raised": "secondaryBackgroundColor",
        "text": "textColor",
        "line": "borderColor",
        "link": "linkColor",
    }
    assert {ours: CONFIG[theme][its].lower() for ours, its in names.items()} == {ours: TOKENS[theme][ours].lower() for ours in names}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["paper", "raised"])
def test_words_can_be_read_on_either_ground(theme: str, ground: str) -> None:
    for name in ("text", "muted", "link"):
        assert contrast(TOKENS[theme][name], TOKENS[theme][ground]) >= TEXT, name
    assert contrast(CONFIG[theme]["primaryColor"], TOKENS[theme][ground]) >= MARK


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("name", "colour"), [*SECTOR_COLOURS.items(), *((s, c) for s, c in STANCE_COLOURS.items() if "strongly" in s)])
def test_marks_stand_out_from_the_ground(theme: str, name: str, colour: str) -> None:
    assert contrast(colour, TOKENS[theme]["paper"]) >= MARK


@pytest.mark.parametrize("sight", SIGHT)
def test_stances_are_an_order_that_every_reader_sees(sight: str) -> None:
    colours = list(STANCE_COLOURS.values())
    for one, other in pairwise(colours):
        assert apart(one, other, sight) >= NEIGHBOURS, (one, other)
    assert apart(colours[0], colours[-1], sight) >= ENDS
    assert apart(colours[1], colours[-2], sight) >= ENDS / 2
    lightness = [lab(c, sight)[0] for c in colours]
    assert lightness[0] < lightness[1] < lightness[2], "darker towards either end"
    assert lightness[4] < lightness[3]


@pytest.mark.parametrize("sight", SIGHT)
def test_what_is_alike_in_colour_has_a_shape_of_its_own(sight: str) -> None:
    assert len(set(SECTOR_SYMBOLS.values())) == len(SECTOR_SYMBOLS)
    assert set(SECTOR_SYMBOLS) == set(SECTOR_COLOURS)
    shown = {name: SECTOR_COLOURS[name] for name in ("film", "short_drama", "games")}
    for one, other in combinations(shown, 2):
        assert apart(shown[one], shown[other], sight) >= NEIGHBOURS, (one, other)
    checked = [AUDIT_COLOURS[name] for name in ("confirmed", "corrected", "not_found")]
    assert apart(checked[0], checked[1], sight) >= NEIGHBOURS
    assert apart(checked[0], checked[2], sight) >= NEIGHBOURS


def test_hovers_are_in_ink_on_a_page_and_in_the_themes_colour_elsewhere() -> None:
    """What Streamlit gives hovers by itself is too pale on a light ground."""
    assert figure([]).layout.hoverlabel.font.color == INK
    assert "color" not in without_ink(figure([]).to_plotly_json()["layout"]["hoverlabel"]["font"])


@pytest.mark.parametrize(
    "colour", [*STANCE_COLOURS.values(), *AUDIT_COLOURS.values(), "#000000", "#FFFFFF", *(scale_colour(n / 20) for n in range(21))]
)
def test_a_number_on_a_mark_can_be_read(colour: str) -> None:
    assert contrast(on(colour), colour) >= 4


def test_a_colour_of_a_scale_lies_between_its_steps() -> None:
    assert [scale_colour(step) for step, _ in COUNT_SCALE] == [colour for _, colour in COUNT_SCALE]
    assert scale_colour(0.25, ((0.0, "#000000"), (0.5, "#808080"), (1.0, "#FFFFFF"))) == "#404040"
