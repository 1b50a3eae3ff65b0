"""Colours are read in light and in dark: the ratios of WCAG 2.2, computed from the style sheets themselves."""

import re
from importlib import resources

import pytest

STATIC = resources.files("itbench.view").joinpath("static")
CSS = "".join(STATIC.joinpath(name).read_text(encoding="utf-8") for name in ("view.css", "charts.css"))
_COLOUR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
_TONE = re.compile(r"\.tone-\w+ \{ color: var\(--(\w+)\) \}")
TEXT = 4.5


def themes() -> dict[str, dict[str, str]]:
    found = _COLOUR.findall(CSS)
    assert len({name for name, *_ in found}) == len(found), "a colour is named twice"
    return {
        "light": {name: light for name, light, _ in found},
        "dark": {name: dark for name, _, dark in found},
    }


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_and_marks_stand_out(theme: str) -> None:
    found = themes()[theme]
    # Kinds of nodes and labels of lines for reference are words in the colour of their mark; axes have that of muted words.
    names = {*(name for name in found if re.fullmatch(r"chart-\d", name)), *_TONE.findall(CSS)}
    assert len(names) == 8 + 6
    ratios = {name: contrast(found[name], found["card"]) for name in names}
    assert {name: ratio for name, ratio in ratios.items() if ratio < TEXT} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_on_cells_stand_out(theme: str) -> None:
    found = themes()[theme]
    heats = [contrast(found[f"heat-{level}"], found[f"heat-text-{level}"]) for level in range(6)]
    tints = [contrast(found[name], found["text"]) for name in found if name.startswith("tint-")]
    assert len(tints) == 5
    assert min(heats + tints) >= TEXT


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_hotter_cell_is_darker_in_light_and_lighter_in_dark(theme: str) -> None:
    found = themes()[theme]
    levels = [luminance(found[f"heat-{level}"]) for level in range(6)]
    assert levels == sorted(levels, reverse=theme == "light")


def test_ratios_are_those_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
