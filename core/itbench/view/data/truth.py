"""The truth of a task, for trials that ended; it is read where the suite is installed, and is in no run file."""

from itbench.errors import ITBenchError
from itbench.interfaces.json import JsonObject
from itbench.suites.reopen import planned_suite


def truth_of(plan: JsonObject, task: str) -> JsonObject | str:
    """Return the truth of a task, or why it is not available here; nothing is simulated to have it."""
    try:
        return planned_suite(plan)[1].truth(task)
    except ITBenchError as error:
        return f"not available here: {error}"
    except Exception as error:  # noqa: BLE001 - a plugin's code; the page stands and says what happened
        return f"not available here: the suite failed with {type(error).__name__}: {error}"
