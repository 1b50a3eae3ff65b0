"""What a check of a run file, a bundle, a submission or a receipt found, in one line and for machines."""

from itbench.interfaces.json import JsonObject
from itbench.sealing.check import SealedCheck
from itbench.store.check import FileCheck
from itbench.text.harmless import one_line

_SHOWN_FAULTS = 3


def check_line(found: FileCheck | SealedCheck) -> str:
    """Return one line that says whether a file is sound, or what is wrong with it and where."""
    if not found.faults and isinstance(found, SealedCheck):
        facts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in found.facts.items())
        return one_line(f"{found.path}: sound, {found.kind}, {facts}")
    if not found.faults and isinstance(found, FileCheck):
        seals = "sealed" if found.has_seals else "of format 1, which has no seals: changed values do not show"
        return one_line(f"{found.path}: sound, {found.trials} trials, {found.scores} scores, {seals}")
    more = len(found.faults) - _SHOWN_FAULTS
    ending = f"; and {more} more (--json has all)" if more > 0 else ""
    return one_line(f"{found.path}: {'; '.join(found.faults[:_SHOWN_FAULTS])}{ending}")


def check_json(found: FileCheck | SealedCheck) -> JsonObject:
    """Return the same for machines."""
    if isinstance(found, SealedCheck):
        head = {
            "path": str(found.path),
            "is_sound": not found.faults,
            "faults": found.faults,
            "kind": found.kind,
        }
        return head | found.facts
    return {
        "path": str(found.path),
        "is_sound": not found.faults,
        "faults": found.faults,
        "trials": found.trials,
        "scores": found.scores,
        "has_seals": found.has_seals,
    }
