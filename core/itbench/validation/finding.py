"""What a check of a suite finds."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a suite breaks a rule.

    Attributes:
        rule: the name of the rule.
        place: where: a task, a file, a JSON path.
        problem: what was found there, and what is allowed.
        fix: what to do about it.
    """

    rule: str
    place: str
    problem: str
    fix: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.place}: {self.problem}; {self.fix}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """Part of a rule that was not checked, and why."""

    rule: str
    reason: str

    def __str__(self) -> str:
        return f"{self.rule}: skipped: {self.reason}"


@dataclass(slots=True)
class ValidationReport:
    """How many tasks and rules were checked, and everything that was found.

    Attributes:
        name: of the suite.
        tasks: how many it has here.
        rules: names of those that were checked.
        findings: what breaks them.
        skipped: what was not checked.
        data_warning: why the data is not what was published, or not all of it; None where nothing tells.
    """

    name: str
    tasks: int = 0
    rules: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    data_warning: str | None = None

    @property
    def conclusion(self) -> str:
        """One line that says how it went."""
        count = len(self.findings)
        faults = "no fault" if not count else f"{count} faults" if count > 1 else "1 fault"
        skipped = len({each.rule for each in self.skipped})
        left_out = f", {skipped} skipped in part" if skipped else ""
        return f"{self.name}: {self.tasks} tasks, {len(self.rules)} rules{left_out}, {faults}"
