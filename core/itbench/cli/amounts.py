"""Durations and dollars as users write them."""

import math
import re

import typer

_DURATION = re.compile(r"(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>s|m|min|h)?")
_SECONDS = {None: 1, "s": 1, "m": 60, "min": 60, "h": 3600}


def duration(text: str) -> float:
    """Return seconds from `90`, `90s`, `15m` or `1.5h`.

    Raises:
        BadParameter: it is not of this form, or no time at all.
    """
    found = _DURATION.fullmatch(text.strip().lower())
    seconds = float(found["amount"]) * _SECONDS[found["unit"]] if found else 0.0
    if not 0 < seconds < math.inf:
        raise typer.BadParameter(
            f"{text!r} is not a duration; allowed: seconds, or a number with s, m or h, such as 15m"
        )
    return seconds


def dollars(text: str) -> float:
    """Return US dollars from `2.50` or `$2.50`.

    Raises:
        BadParameter: it is not an amount, or not more than 0.
    """
    try:
        amount = float(text.strip().removeprefix("$"))
    except ValueError:
        amount = 0.0
    if not 0 < amount < math.inf:
        raise typer.BadParameter(f"{text!r} is not an amount of US dollars, such as 2.50")
    return amount
