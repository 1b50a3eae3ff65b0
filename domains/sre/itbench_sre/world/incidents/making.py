"""Makes one incident of a suite: finds it, or takes what is pinned, writes the snapshot, and returns the truth."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from itbench import DataError
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.incidents.acceptance import is_accepted
from itbench_sre.world.incidents.record import recorded
from itbench_sre.world.incidents.search import Incident, drawn_changes, incidents
from itbench_sre.world.incidents.setting import Setting
from itbench_sre.world.incidents.spec import IncidentSpec, pinned
from itbench_sre.world.incidents.truth import truth_of
from itbench_sre.world.mechanisms.catalogue import CATALOGUE

if TYPE_CHECKING:
    from itbench_sre.world.incidents.spec import Pinned
    from itbench_sre.world.store.refs import JsonObject


def make_incident(spec: IncidentSpec, directory: Path) -> "JsonObject":
    """Write the snapshot of `spec` below `directory` and return its truth.

    Raises:
        DataError: `directory` holds files already.
        OSError: the files cannot be written.
    """
    if directory.exists() and any(directory.iterdir()):
        raise DataError(f"{str(directory)!r} is not empty; an incident is written to a new directory")
    if spec.pin >= 0:
        known = pinned()[spec.pin]
        incident = pinned_incident(known)
        recorded(incident, range(len(incident.changes)), directory, spec.scale)
        return known.truth
    incident = found_incident(spec.seed)
    return truth_with_files(incident, directory, spec.scale)


def pinned_incident(known: "Pinned") -> Incident:
    """Return a pinned incident, ready to run; what the runs said is taken from the pin."""
    entry = known.entry
    setting = Setting(seed=entry.seed, application=entry.application)
    world = setting.world()
    return Incident(setting, entry.draw, world, tuple(drawn_changes(setting, entry.draw, world)), entry.label)


def found_incident(seed: int) -> Incident:
    """Return the first incident that a search from a seed finds and that is accepted."""
    random = Randomness(mixed(seed, "acceptance"))
    for incident in incidents(seed):
        if is_accepted(incident, random):
            return incident
    raise AssertionError("a search goes on until it finds one")


def truth_with_files(incident: Incident, directory: Path, scale: int = 1) -> "JsonObject":
    """Write an incident and its twin without the roots, and return its truth; only the incident is kept."""
    places = range(len(incident.changes))
    full = recorded(incident, places, directory, scale)
    innocent = [place for place in places if place not in incident.label.roots]
    with tempfile.TemporaryDirectory(prefix="itbench-twin-") as folder:
        without = recorded(incident, innocent, Path(folder))
        truth = truth_of(full, without, incident.changes, incident.label)
    roots = [incident.changes[place] for place in incident.label.roots]
    families = sorted({CATALOGUE[root.mechanism].family for root in roots}) or ["nothing"]
    return {**truth, "family": " and ".join(families)}
