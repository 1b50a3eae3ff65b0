"""Reads amounts as spreadsheets and exporters of any country write them.

One cell can be read in up to two ways: `1,234` is 1234 where the comma separates thousands, and 1.234 where it is the
decimal mark. Which of the two holds is decided for a whole column, see `columns`.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

POINT, COMMA = ".", ","
MARKS = (POINT, COMMA)
"""What may stand before the decimals."""

_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_SPACES = dict.fromkeys(map(ord, "\t\u00a0\u2007\u2009\u202f\u3000"), " ")
_NORMAL = _SPACES | {0x2212: "-", 0x2013: "-", 0x2019: "'"}
_CURRENCY = re.compile(r"US\$|[$€£¥₹]|[A-Z]{3}")
_CODES = {"US$": "USD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}
_BODY = re.compile(r"[0-9.,' _]+(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST = 40


def _readings(mark: str) -> tuple[re.Pattern[str], ...]:
    """Return what a number looks like with this decimal mark: without groups, or in groups by one separator.

    A group of thousands never begins with 0, which is why `0,123` has one reading only.
    """
    decimal, other = re.escape(mark), re.escape(COMMA if mark == POINT else POINT)
    groups = rf"[1-9][0-9]{{0,2}}(?P<separator>[{other}' _])[0-9]{{3}}((?P=separator)[0-9]{{3}})*"
    # One crore is written 1,00,00,000 in India.
    indian = rf"[1-9][0-9]?({other}[0-9]{{2}})+{other}[0-9]{{3}}"
    plain = rf"([0-9]+({decimal}[0-9]*)?|{decimal}[0-9]+)([eE][+-]?[0-9]{{1,3}})?"
    return tuple(
        re.compile(pattern)
        for pattern in (plain, rf"{groups}({decimal}[0-9]*)?", rf"{indian}({decimal}[0-9]*)?")
    )


_READINGS = {mark: _readings(mark) for mark in MARKS}


@dataclass(frozen=True, slots=True)
class Amount:
    """What a cell says: the value by each decimal mark with which it can be read, and the code of a currency it names."""

    values: tuple[tuple[str, Decimal], ...]
    currency: str

    @property
    def is_ambiguous(self) -> bool:
        """Whether it is one number with the point and another with the comma."""
        return len({value for _, value in self.values}) > 1

    @property
    def proves(self) -> str | None:
        """The only mark with which it can be read; None where both will do, or none."""
        return self.values[0][0] if len(self.values) == 1 else None

    def value(self, mark: str) -> Decimal | None:
        """Return its value by a decimal mark; None where it cannot be read with that one."""
        for each, value in self.values:
            if each == mark:
                return value
        return None


@lru_cache(maxsize=1 << 14)
def read_amount(text: str) -> Amount:
    """Return what a cell can mean.

    Raises:
        ValueError: it is not a finite number, whichever way it is read.
    """
    if _PLAIN.fullmatch(text):
        return _plain(text)
    body, sign, currency = _peeled(text)
    values = tuple(
        (mark, _decimal(body, mark) * sign)
        for mark in MARKS
        if any(pattern.fullmatch(body) for pattern in _READINGS[mark])
    )
    if not values:
        raise ValueError(f"{text[:_LONGEST]!r} is not a finite number")
    return Amount(values, currency)


def _plain(text: str) -> Amount:
    value = Decimal(text)
    whole, point, decimals = text.lstrip("-").partition(POINT)
    if not point:
        return Amount(((POINT, value), (COMMA, value)), "")
    if len(decimals) == 3 and len(whole) <= 3 and not whole.startswith("0"):
        return Amount(((POINT, value), (COMMA, value * 1000)), "")
    return Amount(((POINT, value),), "")


def _decimal(body: str, mark: str) -> Decimal:
    kept = "".join(letter for letter in body if letter in "0123456789eE+-" or letter == mark)
    return Decimal(kept.replace(mark, POINT))


def _peeled(text: str) -> tuple[str, int, str]:
    """Return the digits with their separators, the sign, and the currency of a cell."""
    left, signs, currencies = text.translate(_NORMAL).strip(), "", []
    is_short = len(left) <= _LONGEST
    while is_short and left and not _BODY.fullmatch(left):
        before = left
        for take in (_brackets, _sign, _currency):
            left, sign, currency = take(left)
            signs += sign
            currencies += [currency] if currency else []
        if left == before:
            break
    if not is_short or len(signs) > 1 or len(currencies) > 1:
        raise ValueError(f"{text[:_LONGEST]!r} is not a finite number")
    return left, -1 if signs == "-" else 1, "".join(_CODES.get(each, each) for each in currencies)


def _brackets(text: str) -> tuple[str, str, str]:
    """Take off the brackets in which accountants write what is negative."""
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), "-", ""
    return text, "", ""


def _sign(text: str) -> tuple[str, str, str]:
    if text.startswith(("-", "+")):
        return text[1:].strip(), text[0], ""
    if text.endswith("-"):
        return text[:-1].strip(), "-", ""
    return text, "", ""


def _currency(text: str) -> tuple[str, str, str]:
    first = _CURRENCY.match(text)
    if first is not None:
        return text[first.end() :].strip(), "", first[0]
    for length in (3, 1):
        if _CURRENCY.fullmatch(text[-length:]):
            return text[:-length].strip(), "", text[-length:]
    return text, "", ""
