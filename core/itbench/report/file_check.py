"""What a check of a run file found, in one line and for machines."""

from itbench.interfaces.json import JsonObject
from itbench.store.check import FileCheck
from itbench.text.harmless import one_line

_SHOWN_FAULTS = 3


def check_line(found: FileCheck) -> str:
    """Return one line that says whether a file is sound, or what is wrong with it and where."""
    if not found.faults:
        seals = "sealed" if found.has_seals else "of format 1, which has no seals: changed values do not show"
        return one_line(f"{found.path}: sound, {found.trials} trials, {found.scores} scores, {seals}")
    more = len(found.faults) - _SHOWN_FAULTS
    ending = f"; and {more} more (--json has all)" if more > 0 else ""
    return one_line(f"{found.path}: {'; '.join(found.faults[:_SHOWN_FAULTS])}{ending}")


def check_json(found: FileCheck) -> JsonObject:
    """Return the same for machines."""
    return {
        "path": str(found.path),
        "is_sound": not found.faults,
        "faults": found.faults,
        "trials": found.trials,
        "scores": found.scores,
        "has_seals": found.has_seals,
    }
