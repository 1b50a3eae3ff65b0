"""Makes one incident of a suite: takes what is pinned, or searches; writes the snapshot, and returns the truth."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from itbench import DataError
from itbench_sre.world.incidents.judge import judge
from itbench_sre.world.incidents.pins import pinned
from itbench_sre.world.incidents.record import recorded
from itbench_sre.world.incidents.search import incidents
from itbench_sre.world.mechanisms.catalogue import CATALOGUE

if TYPE_CHECKING:
    from itbench_sre.world.incidents.specs import IncidentSpec
    from itbench_sre.world.store.refs import JsonObject


def make_incident(spec: "IncidentSpec", directory: Path) -> "JsonObject":
    """Write the snapshot of `spec` below `directory` and return its truth.

    Raises:
        DataError: `directory` holds files already.
        OSError: the files cannot be written.
    """
    if directory.exists() and any(directory.iterdir()):
        raise DataError(f"{str(directory)!r} is not empty; an incident is written to a new directory")
    if spec.pin >= 0:
        entry = pinned()[spec.pin]
        incident = entry.incident()
        recorded(incident, range(len(incident.changes)), directory, spec.scale)
        return entry.truth
    return _found(spec, directory)


def _found(spec: "IncidentSpec", directory: Path) -> "JsonObject":
    """Write the first incident that a search finds, that has a root of the wanted family, and whose files lead to its roots."""
    for incident in incidents(spec.seed, family=spec.family):
        families = {CATALOGUE[incident.changes[place].mechanism].family for place in incident.label.roots}
        if spec.family and families != {spec.family}:
            continue
        judged = judge(incident, directory)
        if judged.is_sufficient:
            if spec.scale > 1:
                shutil.rmtree(directory)
                recorded(incident, range(len(incident.changes)), directory, spec.scale)
            return judged.truth
        shutil.rmtree(directory)
    raise AssertionError("a search goes on until it finds one")
