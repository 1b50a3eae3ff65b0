"""Finds the truth of a pinned incident again, by all the runs that found it, and compares."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from itbench_sre.world.incidents.judge import judge
from itbench_sre.world.incidents.pins import pinned
from itbench_sre.world.incidents.search import incident_at


def misjudged(place: int) -> Iterator[str]:
    """Yield what is otherwise now than the pinned incident of a place says, one sentence each."""
    entry = pinned()[place]
    incident = incident_at(entry.setting, entry.draw)
    if incident is None:
        yield "its changes have no single explanation any more"
        return
    if incident.label != entry.label:
        yield f"the runs say {incident.label}, pinned is {entry.label}"
        return
    with tempfile.TemporaryDirectory(prefix="itbench-deep-") as folder:
        judged = judge(incident, Path(folder))
    if not judged.is_sufficient:
        yield "the evidence no longer leads to exactly its roots"
    found = json.loads(json.dumps(judged.truth))
    for key in sorted({*found, *entry.truth}):
        if found.get(key) != entry.truth.get(key):
            yield f"its {key} would be another"
