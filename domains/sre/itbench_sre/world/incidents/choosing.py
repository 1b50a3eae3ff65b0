"""Chooses the embedded suites from a pool.

Run `python -m itbench_sre.world.incidents.choosing POOL ...`, then `itbench pin sre`.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.incidents.balance import Drawn, choose
from itbench_sre.world.incidents.entry import Entry
from itbench_sre.world.incidents.filtering import hard_to_guess
from itbench_sre.world.incidents.pins import write_pins
from itbench_sre.world.incidents.pool import read_pool

FULL, DEFAULT, QUICK, LARGE = 150, 40, 8, 10
_NUMBERS_SEED = 20_261_128
# Of so many tasks, one in which nothing is wrong and two with two roots.
_OF = 12
_SUITES = {"incidents-quick": QUICK, "incidents": DEFAULT, "incidents-full": FULL}
_LARGEST = "incidents-full"


def choose_suites(pool: Sequence[Entry]) -> list[Entry]:
    """Return the incidents to pin, each with the suites that it is in; those of a smaller suite are in the larger ones.

    The largest is chosen so that roots are hard to guess, and smaller ones from it so that the bins of changes tell as little as
    can be. Their order numbers them: first those of the quick suite, then the others of the default one, then the rest. Within
    each of these it tells nothing of them.
    """
    suites: dict[int, set[str]] = {}
    wanted: Iterable[int] = range(len(pool))
    for name, count in sorted(_SUITES.items(), key=lambda each: -each[1]):
        wanted = _chosen(pool, list(wanted), count, hard_to_guess if name == _LARGEST else choose)
        for place in wanted:
            suites.setdefault(place, set()).add(name)
    default = [place for place in suites if "incidents" in suites[place]]
    for place in _chosen(pool, default, LARGE, choose):
        suites[place].add("incidents-large")
    for place in _like_aa(pool, list(suites)):
        suites[place].add("mix=aa")
    shuffled = Randomness(_NUMBERS_SEED).shuffled(sorted(suites))
    order = sorted(shuffled, key=lambda place: [name not in suites[place] for name in _SUITES])
    return [_pinned(pool[place], suites[place]) for place in order]


def _chosen(
    pool: Sequence[Entry],
    among: Sequence[int],
    count: int,
    choose_single: Callable[[Sequence[Drawn], int], list[int]],
) -> list[int]:
    """Return `count` of the places: a few without a root or with two, the rest so that what is shallow does not tell."""
    found: list[int] = []
    for roots, share, choice in (
        (0, count // _OF, choose),
        (2, 2 * count // _OF, choose),
        (1, count, choose_single),
    ):
        own = [place for place in among if len(pool[place].label.roots) == roots]
        chosen = choice([pool[place].drawn for place in own], min(share, count - len(found)))
        found += [own[place] for place in chosen]
    return found


def _like_aa(pool: Sequence[Entry], among: Sequence[int]) -> list[int]:
    """Return the places that have ITBench-AA's proportions together: a third flags, a third experiments."""
    kinds: dict[str, list[int]] = {"flags": [], "chaos": [], "": []}
    for place in among:
        families = {pool[place].bins[root]["family"] for root in pool[place].label.roots}
        family = families.pop() if len(families) == 1 else ""
        kinds[family if family in kinds else ""].append(place)
    count = min(len(kinds["flags"]), len(kinds["chaos"]), len(kinds[""]))
    return [place for own in kinds.values() for place in own[:count]]


def _pinned(entry: Entry, suites: Iterable[str]) -> Entry:
    return replace(entry, bins=[], marks=[], cost_s=0.0, draws=0, suites=tuple(sorted(suites)))


def main() -> None:
    """Write the pinned incidents, and say what is in the pool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pool", nargs="+", type=Path)
    pool = [entry for path in parser.parse_args().pool for entry in read_pool(path)]
    chosen = choose_suites(pool)
    write_pins(chosen)
    suites = Counter(suite for entry in chosen for suite in entry.suites)
    sys.stdout.write(
        f"pool: {len(pool)}; by roots: {dict(Counter(len(entry.label.roots) for entry in pool))}\n"
        f"cost: {sum(entry.cost_s for entry in pool) / len(pool):.1f} s of processor time and "
        f"{sum(entry.draws for entry in pool) / len(pool):.1f} draws each\n"
        f"pinned: {len(chosen)}; by suite: {dict(suites)}\n"
    )


if __name__ == "__main__":
    main()
