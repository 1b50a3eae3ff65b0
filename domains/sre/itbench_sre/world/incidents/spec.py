"""What one incident of a suite is made from, and the file that pins those of the embedded suites."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from itbench import DataError
from itbench_sre.world.incidents.pool import Entry, entry_from

if TYPE_CHECKING:
    from itbench_sre.world.store.refs import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSpec:
    """What one incident is made from.

    Attributes:
        seed: of the cluster that it happens in, or of the search for one.
        pin: line of `PINS` with what was found before; -1 to search.
        scale: how much is recorded, 1 for about 15 MB.
    """

    id: str
    seed: int
    pin: int = -1
    scale: int = 1


@dataclass(frozen=True, slots=True)
class Pinned:
    """One pinned incident: where to find it, what the runs said, in which suites it is, and its truth."""

    entry: Entry
    suites: tuple[str, ...]
    truth: "JsonObject"


PINS = Path(__file__).parents[2] / "suites" / "incidents.jsonl"


@lru_cache(maxsize=1)
def pinned() -> tuple[Pinned, ...]:
    """Return the pinned incidents.

    Raises:
        DataError: the file that came with the package is missing or damaged.
    """
    try:
        lines = PINS.read_text(encoding="utf-8").splitlines()
        return tuple(_pinned(json.loads(line)) for line in lines)
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{PINS.name!r} of itbench_sre cannot be read: {error}; install itbench again"
        ) from error


def _pinned(read: "JsonObject") -> Pinned:
    return Pinned(entry_from(read), tuple(read["suites"]), read["truth"])


def embedded_specs(suite: str, prefix: str, scale: int = 1) -> list[IncidentSpec]:
    """Return the pinned incidents of a suite, numbered in the order of the file."""
    places = [place for place, each in enumerate(pinned()) if suite in each.suites]
    return [
        IncidentSpec(id=f"{prefix}-{number:03d}", seed=pinned()[place].entry.seed, pin=place, scale=scale)
        for number, place in enumerate(places, 1)
    ]
