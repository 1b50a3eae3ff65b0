"""Writes an incident as a recorded snapshot, with or without some of its changes."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.recorder.recorder import Recorder

if TYPE_CHECKING:
    from itbench_sre.world.incidents.search import Incident
    from itbench_sre.world.world import World


def recorded(incident: "Incident", kept: Iterable[int], directory: Path, scale: int = 1) -> "World":
    """Run an incident with the changes of these places, write what was recorded, and return the world at the end.

    Parameters:
        directory: made where it is not there.
        scale: how much is written, 1 for about 15 MB.

    Raises:
        OSError: the files cannot be written.
    """
    world = incident.world.copy()
    recorder = Recorder.of(world, scale)
    recorder.start(_watch_us(incident))
    for place in sorted(kept):
        incident.changes[place].schedule(world)
    world.run_until(incident.end_us)
    recorder.write(directory)
    return world


def _watch_us(incident: "Incident") -> int:
    """Return when somebody begins to look for the alerts of the page: soon after it."""
    random = Randomness(mixed(incident.setting.seed, "watch"))
    return incident.label.page.onset_ns // 1000 + random.delay_us(5, 60)
