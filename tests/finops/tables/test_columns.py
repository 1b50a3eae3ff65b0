"""A column is read in one way; what nothing proves is said or refused."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from itbench_finops.tables.columns import AmbiguousColumnError, NumberColumn, number_columns

from .test_numbers import AMOUNTS, STYLES, written


def column(*cells: str, **others: list[str]) -> NumberColumn | AmbiguousColumnError:
    return number_columns({"own": cells, **others})["own"]


def read(*cells: str, **others: list[str]) -> list[Decimal]:
    found = column(*cells, **others)
    assert isinstance(found, NumberColumn), found
    return [found.read(cell) for cell in cells]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["0,123", "0,456"], ["0.123", "0.456"]),
        (["1.5", "2"], ["1.5", "2"]),
        (["1,5", "2"], ["1.5", "2"]),
        (["1.234", "1.234,5"], ["1234", "1234.5"]),
        (["1,234", "1,234.5"], ["1234", "1234.5"]),
        (["1,234", "0,5"], ["1.234", "0.5"]),
        (["1.234", "0.5"], ["1.234", "0.5"]),
        (["1,234,567", "1,234"], ["1234567", "1234"]),
        (["1 234", "7"], ["1234", "7"]),
        (["(1,50)", "-2,25", "3-"], ["-1.5", "-2.25", "-3"]),
        (["1,234", "1.5e3"], ["1234", "1500"]),
        (["$5", "5 USD", "5"], ["5", "5", "5"]),
        ([], []),
    ],
)
def test_the_cells_that_can_be_read_one_way_only_decide_for_the_others(
    cells: list[str], values: list[str]
) -> None:
    assert read(*cells) == [Decimal(value) for value in values]
    found = column(*cells)
    assert isinstance(found, NumberColumn)
    assert found.guess is None


@pytest.mark.parametrize(
    ("cells", "others", "values", "guess"),
    [
        (["1,234", "7"], {"price": ["0.5"]}, ["1234", "7"], "'1,234' is read as 1234, with the decimal mark of column 'price'"),
        (["1,234", "7"], {"price": ["0,5"]}, ["1.234", "7"], "'1,234' is read as 1.234, with the decimal mark of column 'price'"),
        (["1.234"], {"price": ["0,5"]}, ["1234"], "'1.234' is read as 1234.000, with the decimal mark of column 'price'"),
        (["1.234", "7"], {}, ["1.234", "7"], "'1.234' is read as 1.234, though no cell proves that the point is decimal"),
        (["1.234"], {"price": ["2.345"]}, ["1.234"], "though no cell proves"),
        (["€ 5", "6 €"], {}, ["5", "6"], "amounts in EUR are read as if they were US dollars"),
    ],
)  # fmt: skip
def test_what_no_cell_of_the_column_proves_is_said(cells, others, values: list[str], guess: str) -> None:
    found = column(*cells, **others)
    assert isinstance(found, NumberColumn)
    assert guess in (found.guess or "")
    assert read(*cells, **others) == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("cells", "others", "problem"),
    [
        (["1,234", "7"], {}, "'1,234' can be 1234 or 1.234, and no cell of any column tells which"),
        (["1,234", "1.234"], {}, "'1,234' can be 1234 or 1.234"),
        (["1,234"], {"price": ["0.5"], "count": ["0,5"]}, "'1,234' can be 1234 or 1.234"),
        (["1,5", "1.5"], {}, "as many cells need the decimal point as need the decimal comma"),
    ],
    ids=["thousands or decimals", "either mark", "the other columns disagree", "as many of either"],
)
def test_a_column_that_can_be_read_in_two_ways_is_refused(cells, others, problem: str) -> None:
    found = column(*cells, **others)
    assert isinstance(found, AmbiguousColumnError)
    assert problem in str(found)
    assert found.text in cells


@pytest.mark.parametrize(
    ("most", "odd", "problem"),
    [
        (["1.5"] * 20, "1,5", "'1,5' cannot be read with '.' as decimal mark, as most of the column is"),
        (["1,5"] * 20, "0.123", "'0.123' cannot be read with ',' as decimal mark"),
        (
            ["1.5", "1.5", "1,5"],
            "1,234",
            "'1,234' can be 1234 or 1.234, and the column has either decimal mark",
        ),
        (["1.5"] * 3, "€5", "'€5' is in EUR, most of the column in USD"),
        (["1.5"] * 3, "1.2.3", "'1.2.3' is not a finite number"),
    ],
)
def test_a_damaged_cell_costs_itself_and_not_its_column(most: list[str], odd: str, problem: str) -> None:
    found = column(*most, odd)
    assert isinstance(found, NumberColumn)
    assert found.read(most[0]) == Decimal("1.5")
    with pytest.raises(ValueError, match="'") as caught:
        found.read(odd)
    assert problem in str(caught.value)


def test_one_damaged_cell_among_many_does_not_make_ambiguous_cells_unreadable() -> None:
    found = column(*["1.5"] * 20, "1.234", "1,5")
    assert isinstance(found, NumberColumn)
    assert found.read("1.234") == Decimal("1.234")


@pytest.mark.slow
@given(st.lists(AMOUNTS, min_size=1, max_size=8), STYLES, st.lists(AMOUNTS, max_size=3))
def test_a_column_is_read_as_it_was_written_or_the_guess_is_said_or_it_is_refused(
    values, style, others
) -> None:
    # Only the style of negative amounts that names no other currency, so that it says nothing of its own.
    style = (*style[:2], "-{}")
    cells = [written(value, *style) for value in values]
    found = number_columns({"own": cells, "other": [written(value, *style) for value in others]})["own"]
    if isinstance(found, NumberColumn) and (found.guess is None or "of column 'other'" in found.guess):
        assert [found.read(cell) for cell in cells] == values
    else:
        assert style[1] in {".", ","} or any(round(value, 3) == value for value in values)


@pytest.mark.slow
@given(st.lists(AMOUNTS, min_size=1, max_size=8), STYLES, st.integers(0, 99))
def test_one_cell_with_two_decimals_is_enough_for_any_style(values, style, cents: int) -> None:
    style = (*style[:2], "-{}")
    known = Decimal(cents) / 100 + Decimal("0.001") / 10
    cells = [written(value, *style) for value in (*values, known)]
    assert read(*cells) == [*values, known]
