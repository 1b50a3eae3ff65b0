"""A pool of incidents that were found, a line of JSON each, from which suites are chosen.

Run `python -m itbench_sre.world.incidents.pool FILE --seed S --minutes M [--family F] [--processes N]` to add to one.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from itbench_sre.world.clock.randomness import mixed
from itbench_sre.world.incidents.bins import bins_of
from itbench_sre.world.incidents.entry import Entry, entry_from
from itbench_sre.world.incidents.judge import judge
from itbench_sre.world.incidents.prominence import prominence
from itbench_sre.world.incidents.search import Incident, search

if TYPE_CHECKING:
    from itbench_sre.world.incidents.balance import Bins
    from itbench_sre.world.store.refs import JsonObject


def read_pool(path: Path) -> list[Entry]:
    """Return the entries of a file."""
    return [entry_from(line) for line in path.read_text(encoding="utf-8").splitlines()]


def found_in(seed: int, family: str, seconds: float) -> Iterator[Entry]:
    """Yield incidents whose files lead to their roots, found within so many seconds of the wall clock.

    Parameters:
        family: of mechanisms that each has; empty for any.
    """
    end, before, draws = time.monotonic() + seconds, time.process_time(), 0
    for incident in search(seed, family=family):
        draws += 1
        if incident is not None:
            with tempfile.TemporaryDirectory(prefix="itbench-pool-") as folder:
                judged = judge(incident, Path(folder))
                seen = prominence(incident.changes, Path(folder)) if judged.is_sufficient else []
            if judged.is_sufficient:
                now = time.process_time()
                yield entry_of(incident, judged.truth, seen, cost_s=now - before, draws=draws)
                before, draws = now, 0
        if time.monotonic() > end:
            return


def entry_of(
    incident: Incident, truth: "JsonObject", seen: "Sequence[Bins]", *, cost_s: float, draws: int
) -> Entry:
    """Return what a pool keeps of an incident, with what its files tell of each change."""
    roots = [incident.changes[place] for place in incident.label.roots]
    marks = [f"mechanism {root.mechanism}" for root in roots]
    if incident.setting.drawn_application != "generated":
        marks += [f"object {root.names[0].kind} {root.names[0].name}" for root in roots]
    return Entry(
        seed=incident.setting.seed,
        application=incident.setting.drawn_application,
        family=incident.setting.family,
        draw=incident.draw,
        label=incident.label,
        truth=truth,
        bins=[{**bins, **told} for bins, told in zip(bins_of(incident), seen, strict=True)],
        marks=marks,
        cost_s=cost_s,
        draws=draws,
    )


def _collect(arguments: tuple[int, str, float, str]) -> None:
    seed, family, seconds, path = arguments
    with Path(path).open("a", encoding="utf-8") as file:
        for entry in found_in(seed, family, seconds):
            file.write(entry.line() + "\n")
            file.flush()


def main() -> None:
    """Add to a pool for some minutes, in several processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--family", default="")
    parser.add_argument("--processes", type=int, default=2)
    read = parser.parse_args()
    parts = [
        (
            mixed(read.seed, f"process {number}") >> 1,
            read.family,
            read.minutes * 60,
            f"{read.file}.{number}",
        )
        for number in range(read.processes)
    ]
    with get_context("spawn").Pool(read.processes) as pool:
        pool.map(_collect, parts)
    lines = [line for *_, path in parts for line in Path(path).read_text(encoding="utf-8").splitlines()]
    with Path(read.file).open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    for *_, path in parts:
        Path(path).unlink()


if __name__ == "__main__":
    main()
