"""Amounts as spreadsheets of different countries write them, one cell at a time."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from itbench_finops.tables.numbers import COMMA, POINT, read_amount

# A cell, and what it is where a point marks decimals, and where a comma does; None where it cannot be read so.
CELLS = [
    ("7", "7", "7"),
    ("007", "7", "7"),
    ("-7", "-7", "-7"),
    ("12.5", "12.5", None),
    ("12,5", None, "12.5"),
    ("0,123", None, "0.123"),
    ("0.123", "0.123", None),
    ("-0,123", None, "-0.123"),
    ("00,123", None, "0.123"),
    ("01,234", None, "1.234"),
    ("1,234", "1234", "1.234"),
    ("1.234", "1.234", "1234"),
    ("123.456", "123.456", "123456"),
    ("1234.567", "1234.567", None),
    ("1,2345", None, "1.2345"),
    ("12,34", None, "12.34"),
    ("1,234,567", "1234567", None),
    ("1.234.567", None, "1234567"),
    ("1,234.56", "1234.56", None),
    ("1.234,56", None, "1234.56"),
    ("1,23,456.7", "123456.7", None),
    ("12,34,567", "1234567", None),
    ("1 234,5", None, "1234.5"),
    ("1 234", "1234", "1234"),
    ("1\u00a0234,5", None, "1234.5"),
    ("1\u202f234\u202f567", "1234567", "1234567"),
    ("1\u2009234.5", "1234.5", None),
    ("1'234.5", "1234.5", None),
    ("1\u2019234,5", None, "1234.5"),
    ("1_000", "1000", "1000"),
    (".5", "0.5", None),
    (",5", None, "0.5"),
    ("5.", "5", None),
    ("1e3", "1000", "1000"),
    ("1.5E-3", "0.0015", None),
    ("1,5e3", None, "1500"),
    ("1,234e1", None, "12.34"),
    ("$ 7", "7", "7"),
    ("$1,234.50", "1234.50", None),
    ("US$5", "5", "5"),
    ("5 USD", "5", "5"),
    ("EUR 5,5", None, "5.5"),
    ("5,50 €", None, "5.5"),
    ("-$5", "-5", "-5"),
    ("$-5", "-5", "-5"),
    ("(5)", "-5", "-5"),
    ("($5.25)", "-5.25", None),
    ("$(5)", "-5", "-5"),
    ("5-", "-5", "-5"),
    ("+5", "5", "5"),
    ("\u22125", "-5", "-5"),
    ("- 5", "-5", "-5"),
    ("  5 ", "5", "5"),
]
NO_NUMBERS = [
    "",
    " ",
    "-",
    "$",
    "()",
    "NaN",
    "nan",
    "inf",
    "-Infinity",
    "1.2.3",
    "1,2,3",
    "1,234,56",
    "1,234.567,8",
    "12 34",
    "1 234'567",
    "1,234 567",
    "0,123,456",
    "--1",
    "(-5)",
    "(5",
    "5)",
    "-5-",
    "$5€",
    "one",
    "0x10",
    "5%",
    "1e9999",
    "1e",
    "e5",
    "\u0663",
    "\u00bd",
    "9" * 50,
]


def test_a_cell_is_read_in_every_way_that_its_separators_allow() -> None:
    for text, with_point, with_comma in CELLS:
        found = read_amount(text)
        for mark, expected in ((POINT, with_point), (COMMA, with_comma)):
            assert found.value(mark) == (None if expected is None else Decimal(expected)), (text, mark)
        is_ambiguous = None not in {with_point, with_comma} and with_point != with_comma
        assert found.is_ambiguous == is_ambiguous, text


def test_what_is_no_finite_number_is_refused() -> None:
    for text in NO_NUMBERS:
        assert_refused(text)


def assert_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a finite number"):
        read_amount(text)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("$5", "USD"),
        ("US$ 5", "USD"),
        ("USD 5", "USD"),
        ("5 €", "EUR"),
        ("£5", "GBP"),
        ("CHF 5", "CHF"),
        ("5", ""),
    ],
)
def test_a_currency_is_known_by_its_sign_or_its_code(text: str, currency: str) -> None:
    assert read_amount(text).currency == currency


@pytest.mark.slow
@given(st.text(alphabet="0123456789.,' -+()$€eEUSD_\u00a0\u22127\n\x00", max_size=45) | st.text(max_size=45))
def test_any_text_is_a_finite_number_or_is_refused(text: str) -> None:
    try:
        found = read_amount(text)
    except ValueError:
        return
    assert found.values
    assert all(value.is_finite() for _, value in found.values)
    assert any(letter in "0123456789" for letter in text)


def written(value: Decimal, mark: str, separator: str, style: str) -> str:
    """Write an amount as a program of some country would."""
    whole, _, decimals = f"{abs(value):f}".partition(".")
    groups = (
        [whole[max(0, end - 3) : end] for end in range(len(whole), 0, -3)][::-1] if separator else [whole]
    )
    text = separator.join(groups) + (f"{mark}{decimals}" if decimals else "")
    return style.format(text) if value < 0 else text


STYLES = st.tuples(
    st.sampled_from((POINT, COMMA)),
    st.sampled_from(("", " ", "\u00a0", "'", "other")),
    st.sampled_from(("-{}", "({})", "{}-", "\u2212{}", "-${}", "(€ {})")),
).map(
    lambda each: (each[0], (COMMA if each[0] == POINT else POINT) if each[1] == "other" else each[1], each[2])
)
AMOUNTS = st.decimals(-(10**9), 10**9, allow_nan=False, places=None).map(
    lambda each: round(each, 6)
) | st.decimals(-(10**6), 10**6, places=3)


@pytest.mark.slow
@given(AMOUNTS, STYLES)
def test_an_amount_that_was_written_in_any_style_is_read_as_it_was_meant(value: Decimal, style) -> None:
    assert read_amount(written(value, *style)).value(style[0]) == value
