"""Records an incident with its twins, and derives its truth: what broke, how it spread, the evidence, how hard it is."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from itbench_sre.world.incidents.difficulty import difficulty
from itbench_sre.world.incidents.evidence import evidence, stored
from itbench_sre.world.incidents.record import recorded
from itbench_sre.world.incidents.spread import spread
from itbench_sre.world.incidents.sufficient import is_sufficient
from itbench_sre.world.incidents.truth import service_of_alert, truth_of

if TYPE_CHECKING:
    from itbench_sre.world.incidents.rows import Row
    from itbench_sre.world.incidents.search import Incident
    from itbench_sre.world.store.refs import JsonObject
    from itbench_sre.world.world import World


@dataclass(frozen=True, slots=True)
class Judged:
    """What an incident is as a task.

    Attributes:
        truth: as `itbench_sre.truth` reads it.
        is_sufficient: whether its files lead to exactly its roots.
    """

    truth: "JsonObject"
    is_sufficient: bool


def judge(incident: "Incident", directory: Path) -> Judged:
    """Write an incident's snapshot into an empty directory and return its truth.

    Raises:
        OSError: the files cannot be written.
    """
    places = range(len(incident.changes))
    innocent = [place for place in places if place not in incident.label.roots]
    full = recorded(incident, places, directory)
    with tempfile.TemporaryDirectory(prefix="itbench-twins-") as name:
        quiet, twin = Path(name, "quiet"), Path(name, "twin")
        recorded(incident, (), quiet)
        without = recorded(incident, innocent, twin) if incident.label.roots else full
        truth = truth_of(full, without, incident.changes, incident.label)
        if not is_sufficient(evidence(directory, quiet), truth):
            return Judged(truth, False)
        if incident.label.roots:
            truth |= _measured(incident, full, without, evidence(directory, twin))
    return Judged(truth, True)


def _measured(incident: "Incident", full: "World", without: "World", rows: "list[Row]") -> "JsonObject":
    """Return the evidence of the roots and the measures of difficulty."""
    roots = [incident.changes[place] for place in incident.label.roots]
    service = service_of_alert(incident.label.page.alert)
    found = spread(full, without, roots, [service])
    return {
        "evidence": stored(rows),
        "difficulty": difficulty(incident.changes, incident.label, found, rows, [service]),
    }
