"""Events of Chaos Mesh: its recorder writes each as an object of its own, with its parts as annotations."""

from itbench_sre.world.controllers.events import EventWriter
from itbench_sre.world.store.refs import JsonObject

_TYPES = {
    "FinalizerInited": ("finalizer-inited", "Finalizer has been inited"),
    "FinalizerRemoved": ("finalizer-removed", "Finalizer has been removed"),
    "Started": ("started", "Experiment has started"),
    "Paused": ("paused", "Experiment has been paused"),
    "TimeUp": ("time-up", "Time up according to the duration"),
    "Deleted": ("deleted", "Experiment has been deleted"),
    "Applied": ("applied", "Successfully apply chaos for {id}"),
    "Recovered": ("recovered", "Successfully recover chaos for {id}"),
    "Updated": ("updated", "Successfully update {field} of resource"),
    "Failed": ("failed", "Failed to {activity}: {err}"),
    "Spawned": ("schedule-spawn", "Create new object: {name}"),
    "Forbid": ("schedule-forbid", "Forbid spawning new job because: {running-name} is still running"),
    "Skip": ("schedule-skip-remove-history", "Skip removing history: {running-name} is still running"),
    "MissSchedule": ("missed-schedule", "Missed scheduled time to start a job: {missed-run}"),
}
_WARNINGS = ("Failed", "Forbid", "Skip", "MissSchedule")


def tell(events: EventWriter, about: JsonObject, component: str, reason: str, **parts: str) -> None:
    """Report something about a schedule or an experiment."""
    name, words = _TYPES[reason]
    named = {key.replace("_", "-"): value for key, value in parts.items()}
    annotations = {f"chaos-mesh.org/{key}": value for key, value in sorted({**named, "type": name}.items())}
    for key, value in named.items():
        words = words.replace(f"{{{key}}}", value)
    events.write_once(
        about,
        reason,
        words,
        component=component,
        type="Warning" if reason in _WARNINGS else "Normal",
        annotations=annotations,
    )
