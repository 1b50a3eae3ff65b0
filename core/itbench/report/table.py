"""Plain tables that fit the terminal; small and without imports, since listings must start at once."""

import math
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest

from itbench.text.harmless import one_line, padded, width, wrapped

_GAP = "  "
_NARROWEST = 12
# As wide as a long text should at least be, where it is wrapped.
_WRAPPED = 32
_A_CENT = 0.01
_MOST_DIGITS = 6


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Sequence[str] = (),
    optional: Sequence[str] = (),
) -> str:
    """Return the rows under a head line, columns aligned.

    On a terminal that is too narrow, optional columns are left out, and said to be; then the widest text columns are wrapped
    until a line fits. Elsewhere nothing is left out or wrapped.

    Args:
        head: titles of the columns.
        rows: a cell for each.
        numbers: the columns to align right.
        optional: the columns that a narrow terminal may go without, the first first.
    """
    right_titles = {one_line(title) for title in numbers}
    head = [one_line(title) for title in head]
    cells = [[one_line(cell) for cell in row] for row in rows]
    widths = [max([width(title), *(width(row[at]) for row in cells)]) for at, title in enumerate(head)]
    left_out: list[str] = []
    room = terminal_columns()
    if room is not None:
        left_out = _left_out(dict(zip(head, widths, strict=True)), optional, room)
        kept = [at for at, title in enumerate(head) if title not in left_out]
        head, widths = [head[at] for at in kept], [widths[at] for at in kept]
        cells = [[row[at] for at in kept] for row in cells]
        _shrink(widths, room)
    right = [title in right_titles for title in head]
    lines = [_line(head, widths, right), _GAP.join("-" * columns for columns in widths)]
    for row in cells:
        parts = [wrapped(cell, columns) for cell, columns in zip(row, widths, strict=True)]
        lines += [_line(part, widths, right) for part in zip_longest(*parts, fillvalue="")]
    if left_out:
        lines.append(f"(left out, as the terminal is narrow: {', '.join(left_out)})")
    return "\n".join(lines)


def terminal_columns() -> int | None:
    """Return how wide the terminal is; None where the output goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def number(value: float | None, digits: int = 3) -> str:
    """Return a number for a table, or a dash for none."""
    return "-" if value is None else f"{value:.{digits}f}"


def seconds(value: float | None) -> str:
    """Return a duration for a table: 0.42 s, 75 s, 12 min."""
    if value is None:
        return "-"
    if value < 100:
        return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"
    return f"{value / 60:.0f} min"


def long_time(value_s: float) -> str:
    """Return how long something takes that may take hours, without fractions of seconds: 42 s, 12 min, 3.5 h."""
    if value_s < 100:
        return f"{value_s:.0f} s"
    return f"{value_s / 60:.0f} min" if value_s < 100 * 60 else f"{value_s / 3600:.1f} h"


def counted(count: int, noun: str) -> str:
    """Return a number with its noun, such as `1 turn` or `2 turns`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def dollars(value: float | None) -> str:
    """Return US dollars for a table, small amounts with two digits that count, or a dash for none."""
    if value is None:
        return "-"
    return f"${value:.2f}" if value >= _A_CENT or not value else f"${value:.{_small_digits(value)}f}"


def taken(mean: float | None, unknown: int, text: Callable[[float], str]) -> str:
    """Return for a table what trials took on average, and how many are left out because it is not known of them."""
    if mean is None:
        return "unknown" if unknown else "-"
    return f"{text(mean)} ({unknown} unknown)" if unknown else text(mean)


def taken_by_one(amount: float | None, replies: int, text: Callable[[float], str]) -> str:
    """Return for a table what one trial took, which is known of all its replies or unknown."""
    return taken(amount, replies if amount is None else 0, text)


def _small_digits(value: float) -> int:
    return min(_MOST_DIGITS, 1 - math.floor(math.log10(value)))


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    aligned = [
        padded(cell, columns, is_right=is_right)
        for cell, columns, is_right in zip(cells, widths, right, strict=True)
    ]
    return _GAP.join(aligned).rstrip()


def _left_out(widths: Mapping[str, int], optional: Sequence[str], columns: int) -> list[str]:
    """Return the optional columns without which the others fit; a long text counts as what it is when it is wrapped."""
    kept = {title: max(width(title), min(needed, _WRAPPED)) for title, needed in widths.items()}
    left_out: list[str] = []
    for title in optional:
        if sum(kept.values()) + len(_GAP) * (len(kept) - 1) <= columns:
            break
        left_out += [title] if kept.pop(title, None) is not None else []
    return left_out


def _shrink(widths: list[int], columns: int) -> None:
    room = columns - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = widths.index(max(widths))
        others = sorted(widths)[-2] if len(widths) > 1 else 0
        excess = sum(widths) - room
        widths[widest] = max(widths[widest] - excess, min(others, widths[widest] - 1), _NARROWEST)
