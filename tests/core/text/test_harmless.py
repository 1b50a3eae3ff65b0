"""Text of others moves no cursor, rewrites no line, and breaks no table."""

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given, strategies as st

from itbench.report.table import table
from itbench.text.harmless import broken, many_lines, one_line, padded, shown_json, width, wrapped

# What terminals obey, or what changes the order of reading.
DANGEROUS = [
    *map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2060, 0x2070)),
    "\u200b", "\u200e", "\u200f", "\u061c", "\u2028", "\u2029", "\ufeff", "\ufff9", "\U000e0041", "\ud800", "\udc9b", "\ue000",
]  # fmt: skip
ANY = st.text(st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "\\x1b]8;;http://a\\x1b\\link\\x1b]8;;\\x1b\\"),
        ("\x9b31mred", "\\x9b31mred"),
        ("right\rwrong", "right\\x0dwrong"),
        ("two\nlines\tof it", "two lines of it"),
        ("\u202eevil", "\\u202eevil"),
        ("non\xa0breaking", "non breaking"),
        ("Größe 你好 🚀", "Größe 你好 🚀"),
        ("half \ud83d", "half \\ud83d"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + "\\u0301" * 2),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_a_terminal_would_obey_is_an_escape(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_no_dangerous_character_is_left_of_any() -> None:
    for character in DANGEROUS:
        for made in (one_line, many_lines):
            left = made(f"a{character}b").replace("\n", "") if made is many_lines else made(f"a{character}b")
            assert character not in left, repr(character)
            assert left.isprintable(), repr(character)


@given(ANY)
def test_whatever_is_shown_is_one_printable_line_and_stays_so(text: str) -> None:
    shown = one_line(text)
    assert shown.isprintable()
    assert one_line(shown) == shown


@given(st.recursive(ANY | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=5))
def test_shown_json_has_the_same_value(value: object) -> None:
    shown = shown_json(json.dumps(value, ensure_ascii=False, indent=1))
    assert json.loads(shown) == json.loads(json.dumps(value))
    assert shown.replace("\n", "").isprintable()


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("你好", 4), ("e\u0301", 1), ("🚀", 2), ("", 0)])
def test_columns_are_those_of_a_terminal(text: str, columns: int) -> None:
    assert width(text) == columns
    assert padded(text, 6).count(" ") == 6 - columns
    assert padded(text, 6, is_right=True).endswith(text)


@given(ANY, st.integers(4, 30))
def test_lines_that_are_broken_fit_and_lose_nothing(text: str, columns: int) -> None:
    shown = one_line(text)
    for made in (wrapped, broken):
        parts = made(shown, columns)
        assert all(width(part) <= columns for part in parts)
        assert "".join("".join(parts).split()) == "".join(shown.split())


@pytest.mark.slow
@given(st.lists(st.tuples(ANY, ANY, ANY), min_size=1, max_size=4))
def test_a_table_keeps_its_shape(rows: list[tuple[str, str, str]]) -> None:
    lines = table(["one", "two", "three"], [list(row) for row in rows], numbers=["two"]).split("\n")
    assert len(lines) == 2 + len(rows)
    starts = [width(lines[1].split("  ")[0]) + 2]
    for line in lines:
        assert line.isprintable()
        assert len(line) < starts[0] or _cut(line, starts[0])[-2:] == "  "


def _cut(line: str, columns: int) -> str:
    """Return the beginning of a line that takes so many columns, and the marks on its last letter."""
    taken = ""
    for character in line:
        if width(taken + character) > columns:
            break
        taken += character
    return (
        "".join(each for each in taken if unicodedata.category(each) not in {"Mn", "Me"})
        if width(taken) == columns
        else "  "
    )


def test_a_cell_of_csv_is_no_formula_and_one_line() -> None:
    from itbench.text.spreadsheet import csv_cell

    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\r=1", "\n=1", "＝1"):  # noqa: RUF001
        shown = str(csv_cell(text))
        assert shown.lstrip("'")[0] in "' =+-@＝\\", text  # noqa: RUF001
        assert shown.startswith(("'", "\\")), text
    for value in (1, -1.5, None, True, "a=b", "", " ", "['=']"):
        assert csv_cell(value) == value
    file = io.StringIO()
    csv.writer(file).writerow([csv_cell('a"b\n\x1b[1m,c')])
    assert next(csv.reader(io.StringIO(file.getvalue()))) == ['a"b \\x1b[1m,c']
