"""Which incidents a suite consists of: pinned ones, or searches from a seed. Imports nothing of the world."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.incidents.pins import pinned

if TYPE_CHECKING:
    from itbench_sre.world.store.refs import JsonObject

# Of twenty public tasks of ITBench-AA about so many have a feature flag, or an experiment of Chaos Mesh, as their root.
_AA_DECK = ("flags",) * 7 + ("chaos",) * 7 + ("",) * 6
_AA = "mix=aa"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSpec:
    """What one incident is made from.

    Attributes:
        seed: of the cluster that it happens in, or of the search for one.
        pin: place among the pinned incidents; -1 to search.
        scale: how much is recorded, 1 for about 15 MB.
        family: of the mechanism of its root; empty for any, and for none.
    """

    id: str
    seed: int
    pin: int = -1
    scale: int = 1
    family: str = ""


def pinned_specs(suite: str, *, scale: int = 1, is_aa: bool = False) -> list[IncidentSpec]:
    """Return the pinned incidents of a suite, each with the number that it has in all suites.

    Parameters:
        is_aa: only those of the full suite that together have the proportions of ITBench-AA.
    """
    wanted = {suite, *((_AA,) if is_aa else ())}
    prefix = "sre-large" if suite == "incidents-large" else "sre"
    return [
        IncidentSpec(id=f"{prefix}-{number:04d}", seed=entry.seed, pin=number - 1, scale=scale)
        for number, entry in enumerate(pinned(), 1)
        if wanted <= set(entry.suites)
    ]


def drawn_specs(seed: int, count: int, *, scale: int = 1, is_aa: bool = False) -> list[IncidentSpec]:
    """Return `count` searches for fresh incidents."""
    random = Randomness(mixed(seed, "suite"))
    families = [""] * count
    if is_aa:
        deck = [family for _ in range(-(-count // len(_AA_DECK))) for family in random.shuffled(_AA_DECK)]
        families = deck[:count]
    return [
        IncidentSpec(id=f"sre-{number:04d}", seed=random.seed() >> 1, scale=scale, family=family)
        for number, family in enumerate(families, 1)
    ]


def make_incident(spec: IncidentSpec, directory: Path) -> "JsonObject":
    """Write the snapshot of `spec` below `directory` and return its truth.

    Raises:
        DataError: `directory` holds files already.
        OSError: the files cannot be written.
    """
    from itbench_sre.world.incidents.making import make_incident as make

    return make(spec, directory)
