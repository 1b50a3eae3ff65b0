"""The one spelling of what is hashed and signed, so that no two different things have the same bytes."""

import hashlib
import json

from itbench.interfaces.json import JsonValue

_LENGTH_BYTES = 8


def canonical(value: JsonValue) -> bytes:
    """Return JSON with sorted keys and no blanks, as UTF-8.

    Raises:
        ValueError: a number is not finite, or a text is no Unicode.
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def is_canonical(data: bytes) -> bool:
    """Tell whether bytes are JSON as `canonical` spells it."""
    try:
        return canonical(json.loads(data)) == data
    except (ValueError, RecursionError):
        return False


def is_unicode(text: str) -> bool:
    """Tell whether a text can be written as UTF-8: it has no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def joined(tag: str, *parts: bytes) -> bytes:
    """Return a tag and parts, each after its length, so that it can be told where each begins and what all of it is for."""
    return b"".join(len(part).to_bytes(_LENGTH_BYTES) + part for part in (tag.encode(), *parts))


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
