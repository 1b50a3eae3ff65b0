"""Amounts as spreadsheets of different countries write them."""

from decimal import Decimal

import pytest

from itbench_finops.tables.numbers import decimal_mark, read_number


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("12.5", ".", "12.5"),
        ("-12.5", ".", "-12.5"),
        ("1,234.56", ".", "1234.56"),
        ("1.234,56", ",", "1234.56"),
        ("1 234,5", ",", "1234.5"),
        ("1\u202f234,5", ",", "1234.5"),
        ("1'234.5", ".", "1234.5"),
        ("$ 7", ".", "7"),
        ("1e3", ".", "1000"),
        (".5", ".", "0.5"),
    ],
)
def test_either_decimal_mark_and_any_separator_of_thousands_can_be_read(
    text: str, mark: str, value: str
) -> None:
    assert read_number(text, mark) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "NaN", "nan", "inf", "-Infinity", "1.2.3", "--1", "one", "1e9999", "9" * 50]
)
def test_what_is_no_finite_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a finite number"):
        read_number(text, ".")


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1.5", "2"], "."),
        (["1,5", "2"], ","),
        (["1.234", "1.234,5"], ","),
        (["1,234", "1,234.5"], "."),
        (["1,234,567"], "."),
        (["7", "1,234"], "."),
        ([], "."),
    ],
)
def test_the_decimal_mark_is_the_one_that_all_cells_can_be_read_with(cells: list[str], mark: str) -> None:
    assert decimal_mark(cells) == mark
