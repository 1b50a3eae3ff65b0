"""Durations and dollars as users write them."""

import math

import typer

from itbench.text.amounts import seconds_of


def duration(text: str) -> float:
    """Return seconds from `90`, `90s`, `15m` or `1.5h`.

    Raises:
        BadParameter: it is not of this form, or no time at all.
    """
    seconds = seconds_of(text)
    if seconds is None:
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
