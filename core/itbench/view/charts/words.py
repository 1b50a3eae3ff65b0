"""Numbers and labels as charts write them, and how much room a text takes."""

import math
from typing import Final

from itbench.interfaces.panel import PanelAxis
from itbench.report.table import dollars
from itbench.text.harmless import one_line, width

MISSING: Final = "-"
FONT_PX: Final = 12.0
_LARGEST: Final = 1e100
_LEAST_EM: Final = 0.2
_LARGEST_WHOLE: Final = 1e12
_NARROW: Final = frozenset("ijl.,:;'|!()[] /-tfrI")
_WIDE: Final = frozenset("MWmw@%")
_THOUSAND: Final = 1000.0


def is_drawable(value: float | None) -> bool:
    """Tell whether a number has a place in a chart: it is finite, and not absurdly large."""
    return value is not None and math.isfinite(value) and abs(value) <= _LARGEST


def number_text(value: float | None, unit: str = "") -> str:
    """Return a number with its unit, as in tips and tables."""
    if value is None or not math.isfinite(value):
        return MISSING
    if unit == "%":
        share = value * 100
        return f"{share:.3g} %" if abs(share) < _THOUSAND else f"{_short(share)} %"
    if unit == "$":
        return dollars(value) if 0 <= value <= _LARGEST else f"${_short(value)}"
    return _short(value)


def measured_text(value: str, low: float | None, high: float | None, unit: str) -> str:
    """Return what stands for a number together with its interval, where it has one."""
    if not is_drawable(low) or not is_drawable(high):
        return value
    return f"{value} [{number_text(low, unit)}, {number_text(high, unit)}]"


def name_text(label: str, kind: str, *more: str) -> str:
    """Return what is said of a mark: its label and kind, then all else that is told of it."""
    return "; ".join(filter(None, (", ".join(filter(None, (label, kind))), *more)))


def tick_text(axis: PanelAxis, value: float) -> str:
    """Return what stands beside an axis: as `at_text`, without cents where there are none."""
    is_whole = axis.unit == "$" and not axis.names and value == int(value)
    return f"${value:,.0f}" if is_whole and abs(value) < _LARGEST_WHOLE else at_text(axis, value)


def at_text(axis: PanelAxis, value: float) -> str:
    """Return what stands at a place of an axis."""
    at = round(value) if is_drawable(value) else -1
    if axis.names:
        return axis.names[at] if 0 <= at < len(axis.names) else MISSING
    return number_text(value, axis.unit)


def left_out_text(count: int) -> str:
    """Return what a chart tells of points that it cannot draw; nothing where there are none."""
    return f", {count} without a place on the axes" if count else ""


def text_px(text: str, font_px: float = FONT_PX) -> float:
    """Return about how wide a text is in the widest of the usual fonts."""
    return sum(map(_em, one_line(text))) * font_px


def cut(text: str, room_px: float, font_px: float = FONT_PX) -> str:
    """Return a text that fits into so many pixels, with an ellipsis where it was longer; its end tells names apart."""
    text = one_line(text)
    if text_px(text, font_px) <= room_px:
        return text
    few, many = 1, min(len(text) - 1, int(room_px / (_LEAST_EM * font_px)) + 1)
    while few < many:
        kept = (few + many + 1) // 2
        few, many = (kept, many) if text_px(_middle(text, kept), font_px) <= room_px else (few, kept - 1)
    return _middle(text, few)


def _middle(text: str, kept: int) -> str:
    head = kept // 2
    return f"{text[:head]}…{text[len(text) - (kept - head) :]}"


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.41
    if character in _WIDE:
        return 0.97
    if character.isascii():
        return 0.74 if character.isupper() else 0.63
    return 0.66 * width(character)


def _short(value: float) -> str:
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-6:
        return f"{value:.2e}"
    if size >= _THOUSAND:
        return f"{value:,.0f}"
    return f"{value:.4g}" if size < 1 or value != int(value) else f"{value:.0f}"
