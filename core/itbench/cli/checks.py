"""What `run`, `resume` and `score` are to demand of a run, and to tell programs that test software."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from itbench.cli.output import print_note
from itbench.report.ci.fail_on import FailOn

if TYPE_CHECKING:
    from itbench.report.ci.demands import Demands
    from itbench.runs.session import Session


@dataclass(frozen=True, slots=True)
class Checks:
    """The options of a command that are about the end of a run.

    Attributes:
        fail_under: the lowest score; None for any.
        fail_on: the faults that fail the command.
        worse_than: run file of the run than which it may not be worse; None for none.
        junit: file for JUnit XML; None for none.
        is_github: whether GitHub Actions is told.
    """

    fail_under: float | None = None
    fail_on: Sequence[FailOn] = ()
    worse_than: Path | None = None
    junit: str | None = None
    is_github: bool = False

    @property
    def demands(self) -> "Demands":
        """What is demanded of each run."""
        from itbench.report.ci.demands import Demands

        return Demands(fail_under=self.fail_under, fail_on=self.fail_on, worse_than=self.worse_than)

    def before(self, session: "Session") -> None:
        """Refuse what could not be checked at the end of a run, before it begins.

        Raises:
            ITBenchError: the other run cannot be compared with it.
        """
        if self.worse_than is not None:
            from itbench.report.ci.drop import require_comparable

            plan = session.plan.model_dump(mode="json")
            require_comparable(plan, session.domain.scoring_version, self.worse_than)

    def tell(self, failures: Sequence[tuple[Path, Sequence[str]]]) -> None:
        """Write what other programs read.

        Args:
            failures: the run files, each with why the command is going to fail.

        Raises:
            StorageError: a file cannot be written.
        """
        if self.junit is not None:
            from itbench.report.ci.junit import write_junit

            write_junit(self.junit, [path for path, _ in failures])
        if self.is_github:
            # GitHub reads commands on standard error too, and standard output stays as it is.
            for line in _told_github(failures):
                print_note(line)


def _told_github(failures: Sequence[tuple[Path, Sequence[str]]]) -> Iterator[str]:
    from itbench.report.ci.cases import Verdict
    from itbench.report.ci.github import SUMMARY_VARIABLE, Annotations, add_step_summary
    from itbench.report.summary import summarise
    from itbench.store.reader import RunFile

    told, has_summary = Annotations(), True
    for path, why in failures:
        with RunFile(path) as run:
            yield from told.failing(run, why)
            has_summary = add_step_summary(run, summarise(run), why)
    for verdict in (Verdict.ERROR, Verdict.FAILED):
        for path, _ in failures:
            with RunFile(path) as run:
                yield from told.trials(run, verdict)
    if not has_summary:
        yield f"note: no summary of the step, since {SUMMARY_VARIABLE} is not set"
