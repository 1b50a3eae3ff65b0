"""Colours are read in light and in dark: the ratios of WCAG 2.2, computed from the style sheet itself."""

import re
from importlib import resources

import pytest

CSS = resources.files("itbench.view").joinpath("static/charts.css").read_text(encoding="utf-8")
_VARIABLE = re.compile(r"--([\w-]+): (#[0-9a-f]{6})")
_BLOCK = re.compile(r":root[^{}]*\{([^{}]*)\}")
TEXT, GRAPHICS = 4.5, 3.0


def themes() -> dict[str, dict[str, str]]:
    light, by_system, by_choice = (dict(_VARIABLE.findall(block)) for block in _BLOCK.findall(CSS))
    assert by_system == by_choice, "the two ways to be dark differ"
    assert set(light) == set(by_system)
    return {"light": light, "dark": by_system}


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
    surface = found["chart-surface"]
    # Kinds of nodes and labels of lines for reference are words in the colour of their mark.
    coloured = {name: found[name] for name in found if re.fullmatch(r"chart-\d|tone-\w+|chart-text", name)}
    assert len(coloured) == 8 + 6 + 1
    poor = {name: contrast(colour, surface) for name, colour in coloured.items()}
    assert {name: ratio for name, ratio in poor.items() if ratio < TEXT} == {}
    assert contrast(found["chart-axis"], surface) >= GRAPHICS


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_on_cells_stand_out(theme: str) -> None:
    found = themes()[theme]
    heats = [contrast(found[f"heat-{level}"], found[f"heat-text-{level}"]) for level in range(6)]
    tints = [contrast(found[name], found["chart-text"]) for name in found if name.startswith("tint-")]
    assert len(tints) == 6
    assert min(heats + tints) >= TEXT


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_hotter_cell_is_darker_in_light_and_lighter_in_dark(theme: str) -> None:
    found = themes()[theme]
    levels = [luminance(found[f"heat-{level}"]) for level in range(6)]
    assert levels == sorted(levels, reverse=theme == "light")


def test_ratios_are_those_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
