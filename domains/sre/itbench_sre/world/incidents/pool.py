"""A pool of incidents that were found, a line of JSON each, from which suites are chosen.

Run `python -m itbench_sre.world.incidents.pool FILE --seed S --minutes M [--processes N]` to add to one.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from itbench_sre.world.clock.randomness import mixed
from itbench_sre.world.incidents.balance import Drawn
from itbench_sre.world.incidents.bins import bins_of
from itbench_sre.world.incidents.label import Label
from itbench_sre.world.incidents.page import Page
from itbench_sre.world.incidents.search import Incident, incidents


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One incident of a pool.

    Attributes:
        seed: of its setting.
        application: its kind.
        draw: number of the draw in that setting.
        label: what the runs said.
        bins: of each change.
        marks: root objects, mechanisms and the like, none of which shall be too frequent.
        cost_s: processor time that it took, rejected draws before it included.
    """

    seed: int
    application: str
    draw: int
    label: Label
    bins: list[dict[str, str]]
    marks: list[str]
    cost_s: float = 0.0

    @property
    def drawn(self) -> Drawn:
        """The entry as `balance.choose` takes it."""
        return Drawn(self.bins, self.label.roots, self.marks)

    def line(self) -> str:
        """Return it as a line of JSON."""
        page = self.label.page
        shown = (
            {"alert": page.alert[0], "labels": dict(page.alert[1]), "onset_ns": page.onset_ns}
            if page
            else None
        )
        return json.dumps(
            {
                "seed": self.seed,
                "application": self.application,
                "draw": self.draw,
                "page": shown,
                "roots": list(self.label.roots),
                "triggers": list(self.label.triggers),
                "bins": self.bins,
                "marks": self.marks,
                "cost_s": round(self.cost_s, 2),
            }
        )


def entry_of(incident: Incident, cost_s: float = 0.0) -> Entry:
    """Return what a pool keeps of an incident."""
    roots = [incident.changes[place] for place in incident.label.roots]
    marks = [f"mechanism {root.mechanism}" for root in roots]
    if incident.setting.drawn_application != "generated":
        marks += [f"object {root.names[0].kind} {root.names[0].name}" for root in roots]
    return Entry(
        seed=incident.setting.seed,
        application=incident.setting.drawn_application,
        draw=incident.draw,
        label=incident.label,
        bins=[dict(bins) for bins in bins_of(incident)],
        marks=marks,
        cost_s=cost_s,
    )


def read_pool(path: Path) -> list[Entry]:
    """Return the entries of a file."""
    return [entry_from(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def entry_from(read: dict[str, Any]) -> Entry:
    """Return the entry that a line of JSON holds."""
    shown = read["page"]
    page = None
    if shown:
        labels = tuple(sorted(shown["labels"].items()))
        page = Page(alert=(shown["alert"], labels), onset_ns=shown["onset_ns"])
    return Entry(
        seed=read["seed"],
        application=read["application"],
        draw=read["draw"],
        label=Label(page, tuple(read["roots"]), tuple(read["triggers"])),
        bins=read["bins"],
        marks=read["marks"],
        cost_s=read["cost_s"],
    )


def found_in(seed: int, seconds: float) -> Iterator[str]:
    """Yield lines of incidents with a page, found within so many seconds of the wall clock."""
    end, before = time.monotonic() + seconds, time.process_time()
    for incident in incidents(seed):
        if incident.label.page is not None:
            now = time.process_time()
            yield entry_of(incident, now - before).line()
            before = now
        if time.monotonic() > end:
            return


def _collect(arguments: tuple[int, float, str]) -> None:
    seed, seconds, path = arguments
    with Path(path).open("a", encoding="utf-8") as file:
        for line in found_in(seed, seconds):
            file.write(line + "\n")
            file.flush()


def main() -> None:
    """Add to a pool for some minutes, in several processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--processes", type=int, default=2)
    read = parser.parse_args()
    parts = [
        (mixed(read.seed, f"process {number}") >> 1, read.minutes * 60, f"{read.file}.{number}")
        for number in range(read.processes)
    ]
    with get_context("spawn").Pool(read.processes) as pool:
        pool.map(_collect, parts)
    lines = [line for _, _, path in parts for line in Path(path).read_text(encoding="utf-8").splitlines()]
    with Path(read.file).open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    for _, _, path in parts:
        Path(path).unlink()


if __name__ == "__main__":
    main()
