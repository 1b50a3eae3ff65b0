"""Durations as users write them."""

import math
import re

_DURATION = re.compile(r"(?P<amount>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>s|m|min|h)?")
_SECONDS = {None: 1, "s": 1, "m": 60, "min": 60, "h": 3600}


def seconds_of(text: str) -> float | None:
    """Return seconds from `90`, `90s`, `15m` or `1.5h`; None where it is not of this form, or no time at all."""
    found = _DURATION.fullmatch(text.strip().lower())
    seconds = float(found["amount"]) * _SECONDS[found["unit"]] if found else 0.0
    return seconds if 0 < seconds < math.inf else None
