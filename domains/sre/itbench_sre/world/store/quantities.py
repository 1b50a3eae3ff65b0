"""Amounts of resources as Kubernetes writes them (`500m`, `3000Mi`), in integers of thousandths."""

import re
from functools import lru_cache

_DECIMAL = {"": 1000, "m": 1, "k": 10**6, "M": 10**9, "G": 10**12, "T": 10**15, "P": 10**18, "E": 10**21}
_BINARY = {
    "Ki": 1000 << 10,
    "Mi": 1000 << 20,
    "Gi": 1000 << 30,
    "Ti": 1000 << 40,
    "Pi": 1000 << 50,
    "Ei": 1000 << 60,
}
_SMALL = {"n": 10**6, "u": 10**3}
_FORM = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?")


@lru_cache(maxsize=4096)
def thousandths(text: str | int) -> int:
    """Return an amount in thousandths, rounded up; `100m` is 100, `1Ki` is 1,024,000.

    Raises:
        ValueError: it is no quantity.
    """
    found = _FORM.fullmatch(str(text))
    if found is None or not (found[2] or found[3]):
        raise ValueError(
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        )
    sign, whole, fraction, suffix = found[1], found[2], found[3] or "", found[4] or ""
    digits, divisor = int(whole + fraction or "0"), 10 ** len(fraction)
    if suffix in _SMALL:
        divisor *= _SMALL[suffix]
    elif len(suffix) > 1 and suffix[0] in "eE":
        exponent = int(suffix[1:])
        digits *= 1000 * 10 ** max(exponent, 0)
        divisor *= 10 ** max(-exponent, 0)
    else:
        digits *= _BINARY.get(suffix) or _DECIMAL[suffix]
    amount: int = -(-digits // divisor)
    return -amount if sign == "-" else amount


def units(text: str | int) -> int:
    """Return an amount in whole units (bytes, pods), rounded up."""
    return -(-thousandths(text) // 1000)


def is_binary(text: str | int) -> bool:
    """Return whether a quantity is written with powers of 1024."""
    return str(text).endswith("i")


def quantity(amount: int, *, binary: bool = False) -> str:
    """Return thousandths in the canonical form of Kubernetes: the largest suffix that leaves no fraction."""
    if not amount:
        return "0"
    if binary and amount % 1000 == 0 and abs(amount) >= 1024 * 1000:
        suffixes = _BINARY
    elif binary and amount % 1000 == 0:
        return str(amount // 1000)
    else:
        suffixes = _DECIMAL
    best, factor = min(
        ((suffix, size) for suffix, size in suffixes.items() if amount % size == 0),
        key=lambda entry: -entry[1],
        default=("", 1000),
    )
    return f"{amount // factor}{best}"


@lru_cache(maxsize=4096)
def canonical(text: str | int) -> str:
    """Return a quantity as the API server gives it back: `1000m` as `1`, `1024Mi` as `1Gi`."""
    return quantity(thousandths(text), binary=is_binary(text))
