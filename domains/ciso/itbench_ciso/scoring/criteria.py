"""IBM's four criteria, in their order: where one is not met, the later ones are not either.

Source: the CISO evaluator of ITBench (`required_files_exist`, `fetch_generates_data`, `violation_detection`,
`compliance_validation`). Where a task has sets `static-resources-violation-*`, all of them have to be detected;
where it has none, `static-resources` has.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from itbench import Submission
from itbench_ciso.judging.sets import COMPLIANT, SHOWN
from itbench_ciso.scoring.observed import observed_set

NAMES = ("required_files_exist", "fetch_generates_data", "violation_detection", "compliance_validation")
REQUIRED = ("fetch.sh", "policy.rego")


@dataclass(frozen=True, slots=True)
class Criteria:
    """How many of the four were met, and why not the next one."""

    met: int
    reason: str | None

    @property
    def are_all_met(self) -> bool:
        """Whether there is nothing left to complain of."""
        return self.met == len(NAMES)

    @property
    def metrics(self) -> dict[str, float | None]:
        """Each criterion as 0 or 1."""
        return {name: float(place < self.met) for place, name in enumerate(NAMES)}


def criteria(submission: Submission, violation_sets: Sequence[str]) -> Criteria:
    """Return which criteria a submission meets."""
    checks = (
        _missing_files(submission),
        _missing_data(submission),
        _undetected(submission, violation_sets or [SHOWN]),
        _unconfirmed(submission),
    )
    for place, reason in enumerate(checks):
        if reason is not None:
            return Criteria(place, f"{NAMES[place]}: {reason}")
    return Criteria(len(NAMES), None)


def _missing_files(submission: Submission) -> str | None:
    missing = [name for name in REQUIRED if name not in submission.files]
    return f"{' and '.join(missing)} not handed in" if missing else None


def _missing_data(submission: Submission) -> str | None:
    found = observed_set(submission.observed, SHOWN)
    return None if found.has_data else found.problem or "fetch.sh was not run"


def _undetected(submission: Submission, names: Sequence[str]) -> str | None:
    for name in names:
        found = observed_set(submission.observed, name)
        if not found.has_data or found.verdict != "false":
            return f"{name} should be judged false, found {found.in_words}"
    return None


def _unconfirmed(submission: Submission) -> str | None:
    found = observed_set(submission.observed, COMPLIANT)
    if found.has_data and found.verdict == "true":
        return None
    return f"{COMPLIANT} should be judged true, found {found.in_words}"
