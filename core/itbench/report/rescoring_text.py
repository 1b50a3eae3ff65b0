"""What scoring a run again changed, and why."""

import dataclasses

from itbench.interfaces.json import JsonObject
from itbench.report.table import counted, number
from itbench.runs.rescore import ChangedValue, Rescoring
from itbench.text.harmless import one_line

_SHOWN_REASONS = 3


def rescoring_text(done: Rescoring) -> str:
    """Return how many values changed, what changed in the rules, and each changed trial with its new reasons."""
    if done.from_version is None:
        return f"{counted(done.trials, 'trial')} scored\n"
    lines = [f"{counted(done.trials, 'trial')} re-scored, {counted(len(done.changes), 'value')} changed"]
    if done.rules:
        lines.append(f"the rules changed from scoring version {done.from_version} to {done.to_version}:")
        lines += [f"- {sentence}" for sentence in done.rules]
    else:
        lines.append(f"by the same rules (scoring version {done.to_version})")
    return "\n".join([*lines, *map(_line, done.changes), ""])


def rescoring_json(done: Rescoring) -> JsonObject:
    """Return the same for machines."""
    return dataclasses.asdict(done)


def _line(change: ChangedValue) -> str:
    shown = "; ".join(change.reasons[:_SHOWN_REASONS]) or "its score gives no new reason"
    more = len(change.reasons) - _SHOWN_REASONS
    values = f"{number(change.before)} -> {number(change.after)}"
    text = f"{change.task} repeat {change.repeat}: {values}: {shown}"
    return one_line(f"{text} (and {more} more)" if more > 0 else text)
