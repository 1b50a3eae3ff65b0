"""Which share of drawn incidents the elimination program solves, and what the evidence costs.

python benchmarks/world_elimination.py [--seed 1] [--incidents 30] [--application otel-demo]
"""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from itbench_sre.world.incidents.eliminate import eliminate
from itbench_sre.world.incidents.evidence import evidence
from itbench_sre.world.incidents.record import recorded
from itbench_sre.world.incidents.search import Incident, incidents
from itbench_sre.world.incidents.sufficient import is_sufficient
from itbench_sre.world.incidents.truth import truth_of


def _judge(incident: Incident) -> tuple[bool, list[str], float]:
    """Return whether the rows suffice, what the program said, and the seconds that files and rows took."""
    began = time.process_time()
    places = range(len(incident.changes))
    with tempfile.TemporaryDirectory() as directory:
        full, quiet, without = (Path(directory, name) for name in ("full", "quiet", "without"))
        world = recorded(incident, places, full)
        recorded(incident, (), quiet)
        innocent = recorded(incident, set(places) - set(incident.label.roots), without)
        rows = evidence(full, quiet)
    truth = truth_of(world, innocent, incident.changes, incident.label)
    page = {"alertname": truth["page"]["alert"], **truth["page"]["labels"]}
    return is_sufficient(rows, truth), eliminate(rows, page), time.process_time() - began


def main() -> None:
    """Judge incidents, print a line each and the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--incidents", type=int, default=30)
    parser.add_argument("--application", default="")
    options = parser.parse_args()
    counts: Counter[tuple[str, bool]] = Counter()
    spent = 0.0
    for incident in incidents(options.seed, options.application):
        if incident.label.page is None:
            continue
        is_solved, said, seconds = _judge(incident)
        spent += seconds
        sort = f"{incident.setting.drawn_application}, {len(incident.label.roots)} root(s)"
        counts[sort, is_solved] += 1
        roots = [incident.changes[place] for place in incident.label.roots]
        told = ", ".join(f"{root.target} ({root.mechanism})" for root in roots)
        print("solved  " if is_solved else "unsolved", sort, told, "" if is_solved else said, flush=True)
        if counts.total() == options.incidents:
            break
    for sort in sorted({key[0] for key in counts}):
        print(f"{sort}: {counts[sort, True]} of {counts[sort, True] + counts[sort, False]}")
    solved = sum(number for (_, is_solved), number in counts.items() if is_solved)
    print(f"solved {solved} of {counts.total()}; {spent / counts.total():.1f} s of processor time each")


if __name__ == "__main__":
    main()
