"""How many values a JSON text holds, told before it is read: each becomes an object that is many times larger."""

import re

# A string that never ends is taken to the end of the text: looked for again from each of its quotes, it would cost the square
# of its length.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


def has_more_values(text: bytes | bytearray, most: int) -> bool:
    """Return whether a JSON text holds more than so many values, as its commas and brackets tell."""
    # Commas and braces stand in texts as well, so the strings are taken out where it matters.
    return _marks(text) > most and _marks(_STRING.sub(b"", text)) > most


def _marks(text: bytes | bytearray) -> int:
    return text.count(b",") + text.count(b"{") + text.count(b"[")
