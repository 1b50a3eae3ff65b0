"""What anybody sees of a requirement without understanding it, for `itbench audit`: whose known policy it asks for.

The requirements of the generated suites are few and public, so an adversary needs no skill but to know one policy for each
and to tell which one a task is about. What it then hands in scores 1 (the agent `memorised-policies` does exactly this); the
policy of another requirement is taken to score 0.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from itbench import AuditCase, Candidate, Feature, UsageError
from itbench.kit import GeneratedSuite, Randomness
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import requirement

if TYPE_CHECKING:
    from itbench import Progress, Suite
    from itbench_ciso.controls.control import Control

# Seed of which only the fixed words of a requirement are used.
_ANY_SEED = 1
_WORD = re.compile(r"[a-z][a-zA-Z-]+")


class RequirementCase(AuditCase):
    """One task: the requirements of which a policy is known."""

    def __init__(self, task_id: str, instructions: str, right: str) -> None:
        self.task_id = task_id
        self.family = right.rpartition(".")[0]
        known = list(controls().values())
        self.candidates = [
            Candidate(key=control.number, features=_features(control, instructions)) for control in known
        ]
        self.right: Collection[int] = [
            place for place, control in enumerate(known) if control.number == right
        ]

    def value(self, chosen: Sequence[int]) -> float:
        """Return 1 where the policy of exactly the right requirement is chosen."""
        return float(list(chosen) == list(self.right))


def audit(suite: "Suite", progress: "Progress") -> Iterator[AuditCase]:
    """Yield the tasks of a suite that is made from the known requirements.

    Raises:
        UsageError: its tasks are published ones, of which no policy is known.
    """
    if not isinstance(suite, GeneratedSuite):
        raise UsageError(
            f"the tasks of {suite.name!r} are published ones; no policies are known that could be chosen from"
        )
    suite.prepare(progress)
    for task in suite.tasks():
        yield RequirementCase(task.id, task.instructions, str(suite.truth(task.id)["control"]))


def _features(control: "Control", instructions: str) -> dict[str, Feature]:
    words = set(_WORD.findall(requirement(control, control.parameters(Randomness(_ANY_SEED)))))
    stand = words & set(_WORD.findall(instructions))
    return {
        "share of its words": 1000 * len(stand) // len(words),
        "its title": "stands there" if control.title in instructions else "does not",
    }
