"""When two names of resources are the same: case and spacing are forgiven, and nothing else.

Names of clouds are ASCII, and some clouds ignore its case. Beyond ASCII a letter may be written in parts (`e` and an accent), and a
capital letter is its small one. Letters that only look or sound alike are different: the long s is no `s`, the sign of Kelvin no `K`.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from itbench import JsonValue


@dataclass(frozen=True, slots=True, order=True)
class ResourceKey:
    """A resource by the plain forms of its type and name."""

    type: str
    name: str


def resource_key(resource: JsonValue) -> ResourceKey:
    """Return the plain form of `{"name": ..., "type": ...}`."""
    return ResourceKey(plain_type(str(resource["type"])), plain_name(str(resource["name"])))


def plain_name(text: str) -> str:
    """Return a name without regard to case, to spaces around and inside it, and to how Unicode composes letters."""
    joined = "".join(text.split())
    return joined.lower() if joined.isascii() else _composed("".join(map(_small, _composed(joined))))


def plain_type(text: str) -> str:
    """Return the name of a column; its underscore stands for a space."""
    return plain_name(text.replace("_", " "))


def _composed(text: str) -> str:
    """Return a text in the form NFC, but for characters that NFC replaces by another one, such as the sign of Kelvin."""
    parts = ((is_kept, "".join(run)) for is_kept, run in groupby(text, key=_is_replaced))
    return "".join(part if is_kept else unicodedata.normalize("NFC", part) for is_kept, part in parts)


@lru_cache(maxsize=4_096)
def _is_replaced(character: str) -> bool:
    parts = unicodedata.decomposition(character).split()
    return len(parts) == 1


@lru_cache(maxsize=4_096)
def _small(character: str) -> str:
    """Return the small letter of a capital one, where each is the other's only one."""
    small = character.lower()
    return small if len(small) == 1 and small.upper() == character else character
