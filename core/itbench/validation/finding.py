"""What a check of a suite finds, and what it looks at."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from itbench.interfaces.domain import Domain
from itbench.interfaces.json import JsonObject
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.run.trial.judge import Judge
from itbench.suites.shown import Secrets


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


@dataclass(frozen=True)
class Case:
    """A prepared suite that is looked at, with its tasks loaded."""

    domain: Domain
    suite: Suite
    tasks: Sequence[Task]

    @cached_property
    def judge(self) -> Judge:
        """Scores by the domain's rules."""
        return Judge(self.domain, self.suite)

    @cached_property
    def secrets(self) -> Secrets:
        """The files that no agent may be shown."""
        return Secrets.of_tasks(self.suite, self.tasks)

    @cached_property
    def truths(self) -> dict[str, JsonObject]:
        """The truths by task; each is known to be valid when a rule but `truth-valid` looks."""
        return {task.id: self.suite.truth(task.id) for task in self.tasks}


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that must hold for every suite of every domain."""

    name: str
    summary: str
    check: Callable[[Case], Iterator[Finding]]


@dataclass(slots=True)
class ValidationReport:
    """How many tasks and rules were checked, and everything that was found.

    Attributes:
        name: of the suite.
        tasks: how many it has here.
        rules: names of those that were checked.
        findings: what breaks them.
        data_warning: why the data is not what was published, or not all of it; None where nothing tells.
    """

    name: str
    tasks: int = 0
    rules: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    data_warning: str | None = None

    @property
    def conclusion(self) -> str:
        """One line that says how it went."""
        count = len(self.findings)
        faults = "no fault" if not count else f"{count} faults" if count > 1 else "1 fault"
        return f"{self.name}: {self.tasks} tasks, {len(self.rules)} rules, {faults}"
