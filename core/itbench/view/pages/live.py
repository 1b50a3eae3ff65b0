"""The page of a trial under way: what happened so far."""

from itbench.errors import UsageError
from itbench.view.data.catalogue import Catalogue
from itbench.view.data.live import LiveEvent, events_of, under_way
from itbench.view.data.trace import Event, object_of
from itbench.view.pages.page import Asked, Page, Trail, number_of
from itbench.view.pages.transcript import Transcript


def live_page(catalogue: Catalogue, _asked: Asked, run: str, task: str, repeat: str) -> Page:
    """Return the page of a trial under way; once it has ended, the page of the trial is told.

    Raises:
        UsageError: there is no such run, or nothing is known of such a trial.
    """
    entry, number = catalogue.entry(run), number_of(repeat, "repeat")
    trials = [each for each in under_way(entry.path) if (each.task, each.repeat) == (task, number)]
    found = trials[-1] if trials else None
    with catalogue.open(run) as file:
        rows = [row for row in file.trials_of(task) if row["repeat"] == number]
    if found is None and not rows:
        raise UsageError(f"nothing is known yet of task {task!r}, repeat {number}")
    transcript = Transcript({})
    context = {
        "under_way": found,
        "ended": rows[-1]["id"] if rows and found is None else None,
        "events": [transcript.shown(_event(each)) for each in events_of(entry.path, task, number)],
        "run": run,
        "repeat": number,
        "task": task,
    }
    trail: Trail = (("Runs", "runs", {}), ("Run", "run", {"run": run}))
    scripts = ("view.js", "trial.js")
    return Page(
        template="live.html", title=f"{task}, repeat {number}", context=context, trail=trail, scripts=scripts
    )


def _event(found: LiveEvent) -> Event:
    data = object_of(found.data) if found.is_whole else None
    head = found.data if data is None else ""
    return Event(found.position, found.at_s, found.kind, found.length, data, head)
