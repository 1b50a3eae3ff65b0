"""The fields of Kubernetes' built-in kinds, read from `kinds.txt`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("kinds.txt")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a structure.

    Attributes:
        name: in JSON.
        type: `bool`, `int`, `string`, `bytes`, `time`, `quantity`, `int-or-string`, `any` or the name of a structure,
            behind `*` for a pointer, `[]` for a list, `{}` for a map.
        is_optional: whether its empty value is left out.
    """

    name: str
    type: str
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Schema:
    """All kinds and structures.

    Attributes:
        kinds: the structure of each kind, by `apiVersion kind`.
        structures: the fields of each structure.
    """

    kinds: dict[str, str]
    structures: dict[str, tuple[Field, ...]]


@cache
def schema() -> Schema:
    """Return what the file says."""
    kinds: dict[str, str] = {}
    fields: dict[str, list[Field]] = {}
    current = ""
    for line in _FILE.read_text("utf-8").splitlines():
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if "=" in words:
            kinds[f"{words[0]} {words[1]}"] = words[3]
        elif line.startswith(" "):
            fields[current].append(Field(words[0].rstrip("?"), words[1], words[0].endswith("?")))
        else:
            current = words[0]
            fields[current] = []
    return Schema(kinds, {name: tuple(each) for name, each in fields.items()})
