"""The verdicts on the variants of a task, with their labels."""

from collections.abc import Iterator
from dataclasses import dataclass

from itbench import JsonObject, ShownTrial
from itbench_ciso.judging.sets import COMPLIANT, SHOWN
from itbench_ciso.scoring.observed import observed_set
from itbench_ciso.scoring.variants import judged_variants

NO_VERDICT = "no verdict"


@dataclass(frozen=True, slots=True)
class Labelled:
    """What was said of one set of manifests, and what is so.

    Attributes:
        way: in which it violates the control or complies with it.
        is_compliant: its label.
        verdict: `true`, `false`, or why there is neither.
        message: what the engine said.
    """

    way: str
    is_compliant: bool
    verdict: str
    message: str

    @property
    def is_right(self) -> bool:
        """Whether the verdict is the label."""
        return self.verdict == ("true" if self.is_compliant else "false")


def labelled(trial: ShownTrial, truth: JsonObject) -> list[Labelled]:
    """Return all sets of a task; of a published one each by its name, which is all that is told of it."""
    submission = trial.submission()
    observed = submission.observed if submission is not None else {}
    if truth["kind"] == "published":
        return list(_published(observed, truth))
    return [
        Labelled(
            each.way,
            each.is_compliant,
            each.found.verdict or NO_VERDICT,
            each.found.message or each.found.problem,
        )
        for each in judged_variants(truth, observed)
    ]


def control_of(trial: ShownTrial, truth: JsonObject) -> str:
    """Return the number of the control; of a published task its title."""
    return str(truth.get("control") or trial.task.title)


def _published(observed: JsonObject, truth: JsonObject) -> Iterator[Labelled]:
    for name in (*(truth["violation_sets"] or [SHOWN]), COMPLIANT):
        found = observed_set(observed, name)
        yield Labelled(name, name == COMPLIANT, found.verdict or NO_VERDICT, found.message or found.problem)
