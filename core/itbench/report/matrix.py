"""The runs of a study beside each other: agents by suites, each score with its interval, coverage and floor."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from itbench.errors import ITBenchError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.study import Study
from itbench.report.leaderboard import Board, Standing, boards_of
from itbench.report.run_cost import RunCost, run_cost, total_cost
from itbench.report.summary import RunSummary, summarise
from itbench.runs.study.entries import study_agents, study_suites
from itbench.runs.study.state import StudyRun, read_state
from itbench.store.reader import RunFile

_WARNING = "warning: "
_NOTHING = RunCost(None, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One run of a study.

    Attributes:
        suite: title of its suite.
        agent: title of its agent.
        path: of its file; None where it has not begun.
        summary: of the run; None where there is none.
        cost: of all its attempts.
        problem: why it could not begin or go on, if so.
    """

    suite: str
    agent: str
    path: Path | None = None
    summary: RunSummary | None = None
    cost: RunCost = _NOTHING
    problem: str | None = None

    @property
    def is_sound(self) -> bool:
        """Whether every planned trial has a valid score."""
        return self.problem is None and self.summary is not None and self.summary.is_sound

    @property
    def score(self) -> float | None:
        """The headline value; None without any."""
        return None if self.summary is None else self.summary.estimate.mean

    @property
    def marks(self) -> list[str]:
        """What a reader must know of the run beside its numbers."""
        if self.path is None or self.summary is None:
            return []
        return [mark for mark in Standing(1, self.path, self.summary).marks if mark != "incomplete"]

    def __str__(self) -> str:
        """Return suite and agent in a few words."""
        return f"{self.suite} with {self.agent}"


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """All runs of a study.

    Attributes:
        folder: of the study.
        study_file: from which it was begun.
        suites: their titles, in the order of the file.
        agents: their titles, likewise.
        cells: the runs, in their order; not every agent works on every suite.
        max_cost_usd: US dollars that all runs may cost; None without a limit.
    """

    folder: Path
    study_file: str
    suites: Sequence[str]
    agents: Sequence[str]
    cells: Sequence[Cell]
    max_cost_usd: float | None

    @property
    def is_sound(self) -> bool:
        """Whether every run is complete and has valid scores."""
        return all(cell.is_sound for cell in self.cells)

    @property
    def cost(self) -> RunCost:
        """What all runs cost together."""
        return total_cost(cell.cost for cell in self.cells)

    @cached_property
    def boards(self) -> Mapping[str, Sequence[Board]]:
        """The boards of each suite: one, unless its tasks have changed between its runs."""
        return {suite: self._boards(suite) for suite in self.suites}

    def cell(self, suite: str, agent: str) -> Cell | None:
        """Return the run of an agent on a suite; None where it does not work on it."""
        return next((cell for cell in self.cells if (cell.suite, cell.agent) == (suite, agent)), None)

    def floor(self, suite: str) -> JsonObject | None:
        """Return the best score of agents without skill on a suite, as the plan of a run tells it."""
        floors = [board.floor for board in self.boards[suite] if board.floor is not None]
        return max(floors, key=lambda floor: floor["value"], default=None)

    def warnings(self) -> Iterator[str]:
        """Yield what makes numbers of a column less comparable, one sentence each."""
        for suite, boards in self.boards.items():
            if len(boards) > 1:
                yield f"{suite}: its runs have different tasks or data, so they are not comparable: see `itbench leaderboard`"
            notes = [note for board in boards for note in board.notes if note.startswith(_WARNING)]
            yield from (f"{suite}: {note.removeprefix(_WARNING)}" for note in notes)
        versions = {version for cell in self.cells for version in _versions(cell.summary)}
        if len(versions) > len({version.rsplit(" ", 1)[0] for version in versions}):
            yield f"the runs are of different versions: {', '.join(sorted(versions))}"

    def _boards(self, suite: str) -> list[Board]:
        found = [
            (cell.path, cell.summary)
            for cell in self.cells
            if cell.suite == suite and cell.path is not None and cell.summary is not None
        ]
        return boards_of(found, skipped=[]) if found else []


def study_matrix(folder: Path, failures: Mapping[int, str] | None = None) -> Matrix:
    """Return the runs of the study in a folder; failures say, by the place of a run, why it could not begin or go on.

    Raises:
        ITBenchError: the folder holds no study.
    """
    state = read_state(folder)
    study = Study.model_validate(state.study)
    told = failures or {}
    return Matrix(
        folder=folder,
        study_file=state.study_file,
        suites=[title for title, _ in study_suites(study)],
        agents=[title for title, _ in study_agents(study)],
        cells=[_cell(folder, run, told.get(place)) for place, run in enumerate(state.runs)],
        max_cost_usd=state.max_cost_usd,
    )


def _cell(folder: Path, run: StudyRun, problem: str | None) -> Cell:
    path = None if run.file is None else folder / run.file
    if path is None or not path.exists():
        return Cell(suite=run.suite, agent=run.agent, problem=problem)
    try:
        with RunFile(path) as file:
            return Cell(
                suite=run.suite,
                agent=run.agent,
                path=path,
                summary=summarise(file),
                cost=run_cost(file),
                problem=problem,
            )
    except ITBenchError as error:
        return Cell(suite=run.suite, agent=run.agent, path=path, problem=problem or str(error))


def _versions(summary: RunSummary | None) -> list[str]:
    if summary is None:
        return []
    return [f"itbench {summary.plan['itbench_version']}", summary.plan["domain_origin"]]
