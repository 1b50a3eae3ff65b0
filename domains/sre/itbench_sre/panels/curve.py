"""What an answer would have scored with those of its names only that a tool's output had shown by each turn."""

from dataclasses import dataclass

from itbench import JsonObject, ShownTrial, Submission
from itbench_sre.panels.answers import Named, names_in, right_names, score_of, without
from itbench_sre.panels.seen import Seen, first_seen


@dataclass(frozen=True, slots=True)
class Curve:
    """One trial, turn by turn.

    Attributes:
        named: what the answer names, in its order.
        seen: when a tool's output first showed each name, by the object's name.
        values: the score of the cut answer from each turn on at which it may change, by turn.
        right_at: the turn in which a root cause was first shown; None if none was.
        turns: of the trial.
    """

    named: list[Named]
    seen: Seen
    values: dict[int, float]
    right_at: int | None
    turns: int

    def value_at(self, turn: int) -> float:
        """Return the score of the answer cut at a turn."""
        return self.values[max(at for at in self.values if at <= turn)]


def curve_of(trial: ShownTrial) -> Curve | None:
    """Return the curve of a trial; None without a truth, an answer, or any output of a tool."""
    truth, submission = trial.truth(), trial.submission()
    if truth is None or submission is None:
        return None
    named = names_in(submission.answer)
    right = right_names(truth)
    seen = first_seen(trial.events(), [*(each.object_name for each in named), *right])
    if not seen.outputs:
        return None
    first_right = [seen.first[name] for name in right if name in seen.first]
    return Curve(
        named=named,
        seen=seen,
        values=_values(named, seen, submission, truth),
        right_at=min(first_right, default=None),
        turns=seen.turns,
    )


def _values(named: list[Named], seen: Seen, submission: Submission, truth: JsonObject) -> dict[int, float]:
    turns = sorted({0, *(seen.first[each.object_name] for each in named if each.object_name in seen.first)})
    found = {}
    for turn in turns:
        hidden = {each.text for each in named if seen.first.get(each.object_name, turn + 1) > turn}
        found[turn] = score_of(without(submission.answer, hidden), submission, truth).value
    return found
