"""Runs ranked by score; only runs of the very same tasks stand on one board. `leaderboard_forms` says how a board looks."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import RunFileError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.shard import shard_of
from itbench.interfaces.suite import Floor, PublishedResult
from itbench.plugins.domains import find_suite
from itbench.report.board_title import board_titles
from itbench.report.floor import FLOOR_ROLES, floor_line
from itbench.report.plan_notes import have_other_truths, plan_marks
from itbench.report.shown import newer_rules, shown_metrics
from itbench.report.summary import RunSummary, summarise
from itbench.store.connect import COMPANIONS
from itbench.store.live.file import ENDING
from itbench.store.reader import RunFile

_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Standing:
    """A run on a board.

    Attributes:
        rank: counted from 1; runs of equal score share the best rank among them.
        path: of the run file.
        summary: of the run.
    """

    rank: int
    path: Path
    summary: RunSummary

    @property
    def agent(self) -> str:
        """The agent with its options and arguments, as the command line takes it."""
        agent = self.summary.plan["agent"]
        options = ",".join(f"{key}={value}" for key, value in agent["options"].items())
        words = " ".join(agent["arguments"])
        return f"{agent['name']}{f':{options}' if options else ''}{f' -- {words}' if words else ''}"

    @property
    def marks(self) -> list[str]:
        """What a reader must know of the run beside its numbers, a word or two for each."""
        summary = self.summary
        role = summary.plan["agent"]["role"]
        marks = [] if role == "agent" else [role]
        if summary.leaks:
            marks.append(f"{summary.leaks} leaks")
        if summary.retried:
            marks.append(f"{summary.retried} tried again")
        if summary.plan["sandbox"] == "none":
            marks.append("no sandbox")
        if newer_rules(summary.plan, summary.scoring_version) is not None:
            marks.append(f"rules of version {summary.scoring_version}")
        if not summary.estimate.is_complete:
            marks.append("incomplete")
        return marks + plan_marks(summary.plan)


@dataclass(frozen=True, slots=True)
class Board:
    """The runs over one set of tasks, best first; what others published for the suite stands apart.

    Attributes:
        title: the suite, how many tasks, and what tells this board from others of the suite.
        suite: with its version.
        suite_hash: of the tasks.
        data_warning: why the data is not what was published; others' results are then left out.
        standings: the runs, best first.
        published: results of others, best first; None where they were not asked for.
        suite_floor: the floor that the suite tells of, where these are its own tasks.
    """

    title: str
    suite: str
    suite_hash: str
    data_warning: str | None
    standings: Sequence[Standing]
    published: Sequence[PublishedResult] | None = None
    suite_floor: Floor | None = None

    @property
    def n_tasks(self) -> int:
        """How many tasks each of the runs has."""
        return len(self._plan["tasks"])

    @property
    def shown(self) -> Mapping[str, str]:
        """The metrics beside the headline of all runs, by title."""
        plans = [standing.summary.plan for standing in self.standings]
        return {title: metric for plan in plans for title, metric in shown_metrics(plan).items()}

    @property
    def floor(self) -> JsonObject | None:
        """The best cheat or adversary among the runs and what the suite says of them."""
        summaries = [standing.summary for standing in self.standings]
        floors = [
            {"agent": agent["name"], "value": summary.estimate.mean, "role": agent["role"]}
            for summary in summaries
            if (agent := summary.plan["agent"])["role"] in FLOOR_ROLES and summary.estimate.mean is not None
        ]
        floors += [summary.plan["floor"] for summary in summaries if summary.plan["floor"] is not None]
        if self.suite_floor is not None:
            floors.append(dataclasses.asdict(self.suite_floor))
        return max(floors, key=lambda floor: floor["value"], default=None)

    @property
    def notes(self) -> list[str]:
        """What a reader of the ranking must know, a sentence for each."""
        notes = [f"{title}: {metric}" for title, metric in self.shown.items()]
        if self.data_warning:
            notes.append(f"not the published data, so no published results: {self.data_warning}")
        floor = self.floor
        if floor is not None:
            notes.append(floor_line(floor, self.n_tasks))
        summaries = [standing.summary for standing in self.standings]
        notes += [
            f"{summary.plan['agent']['name']}: {summary.headline}"
            for summary in summaries
            if not summary.estimate.is_complete
        ]
        if have_other_truths([summary.plan for summary in summaries]):
            notes.append(
                "warning: truths or hidden data differ between these runs, so their scores are not comparable"
            )
        return notes

    @property
    def published_notes(self) -> list[str]:
        """What a reader of the published results must know, a sentence for each."""
        if not self.published:
            is_silent = self.published is None or self.data_warning
            return [] if is_silent else ["no published results are known for this suite"]
        counts = sorted({row.tasks for row in self.published if row.tasks is not None})
        notes = []
        if counts and counts != [self.n_tasks]:
            others = " or ".join(map(str, counts))
            notes.append(
                f"warning: published over {others} tasks, the runs above over {self.n_tasks}: not comparable"
            )
        return notes + [f"source: {source}" for source in sorted({row.source for row in self.published})]

    @property
    def _plan(self) -> JsonObject:
        return self.standings[0].summary.plan


def boards(
    paths: Sequence[Path], *, with_published: bool = False, skipped: list[str] | None = None
) -> list[Board]:
    """Return one board for each set of tasks among the runs.

    Args:
        paths: of run files; what else a pattern such as `runs/*` names is left out.
        with_published: whether to add what others published.
        skipped: takes one line for each file that cannot be read.

    Raises:
        RunFileError: none of the runs can be read.
        ITBenchError: a suite is not installed, and published results are wanted.
    """
    told = [] if skipped is None else skipped
    found = boards_of(_summaries(paths, told), with_published=with_published, skipped=told)
    if not found:
        raise RunFileError("; ".join(told))
    return found


def boards_of(
    found: Iterable[tuple[Path, RunSummary]], *, with_published: bool = False, skipped: list[str]
) -> list[Board]:
    """Return one board for each set of tasks among runs that are already summed up, like `boards`."""
    groups: dict[tuple[str, str, str], list[tuple[Path, RunSummary]]] = {}
    for path, summary in _each_once(found, skipped):
        plan = summary.plan
        if shard := shard_of(plan):
            skipped.append(f"{path}: shard {shard} of a run; `itbench merge` makes one run of all its shards")
            continue
        suite = f"{plan['domain']}/{plan['suite']} {plan['suite_version']}"
        key = (suite, plan["suite_hash"], plan.get("data_warning") or "")
        groups.setdefault(key, []).append((path, summary))
    ordered = sorted(groups.items())
    titles = board_titles([group[0][1].plan for _, group in ordered])
    return [
        _board(title, *key, _ranked(group), with_published=with_published)
        for title, (key, group) in zip(titles, ordered, strict=True)
    ]


def _each_once(found: Iterable[tuple[Path, RunSummary]], skipped: list[str]) -> list[tuple[Path, RunSummary]]:
    """Return each run once, of its copies the one with most trials."""
    kept: dict[str, tuple[Path, RunSummary]] = {}
    for path, summary in found:
        first = kept.setdefault(summary.plan["id"], (path, summary))
        if first[0] == path and first[1] is summary:
            continue
        more, less = sorted((first, (path, summary)), key=lambda each: -each[1].trials)
        kept[summary.plan["id"]] = more
        skipped.append(f"{less[0]}: the same run as {more[0]}")
    return list(kept.values())


def _summaries(paths: Sequence[Path], skipped: list[str]) -> Iterator[tuple[Path, RunSummary]]:
    is_empty = True
    for path in paths:
        if path.name.endswith((*COMPANIONS, ENDING)):
            continue  # `runs/*` also names what stands beside a run that is being written.
        try:
            with RunFile(path) as run:
                yield path, summarise(run)
                is_empty = False
        except RunFileError as error:
            skipped.append(str(error))
    if is_empty:
        raise RunFileError("; ".join(skipped) or "none of these files is a run file")


def _board(
    title: str, name: str, digest: str, warning: str, standings: list[Standing], *, with_published: bool
) -> Board:
    if warning or not with_published:
        return Board(title, name, digest, warning or None, standings)
    plan = standings[0].summary.plan
    suite = find_suite(f"{plan['domain']}/{plan['suite']}")[1]
    # Tasks that an option drew have a floor of their own, which their runs tell.
    floor = None if plan["suite_extra"] or plan.get("suite_secret") else suite.floor
    published = sorted(suite.published(), key=lambda row: -row.value)
    return Board(title, name, digest, None, standings, published, floor)


def _ranked(runs: Sequence[tuple[Path, RunSummary]]) -> list[Standing]:
    """Return the runs with their ranks, best first; equal ones share the best rank among them."""
    ordered = sorted(runs, key=_order)
    values = [_certain(summary) for _, summary in ordered]
    return [
        Standing(values.index(value) + 1, path, summary)
        for value, (path, summary) in zip(values, ordered, strict=True)
    ]


def _order(entry: tuple[Path, RunSummary]) -> tuple[bool, float, str]:
    value = _certain(entry[1])
    return (value is None, -(value or 0.0), str(entry[0]))


def _certain(summary: RunSummary) -> float | None:
    """Return the value that ranks a run, to as many digits as mean anything: missing trials count as 0."""
    value = summary.estimate.missing_as_zero
    return None if value is None else round(value, _DIGITS)
