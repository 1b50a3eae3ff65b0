"""When two names of resources are the same: case and spacing are forgiven, and nothing else."""

import unicodedata
from dataclasses import dataclass

from itbench.interfaces.json import JsonValue


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
    if text.isascii():
        return "".join(text.lower().split())
    return "".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def plain_type(text: str) -> str:
    """Return the name of a column; its underscore stands for a space."""
    return plain_name(text.replace("_", " "))
