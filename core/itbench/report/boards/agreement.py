"""Whether several suites rank agents alike: convergent validity."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.json import JsonObject
from itbench.report.agent_label import model_of
from itbench.report.boards.comparable import require_comparable
from itbench.report.boards.intervals import interval_columns, signed_cell
from itbench.report.document import Section, Table
from itbench.report.leaderboard import Board, Standing, boards
from itbench.report.table import number
from itbench.statistics import (
    RankAgreement,
    Values,
    estimate,
    rank_agreement,
    rank_reliability,
)
from itbench.statistics.rank_bootstrap import FEWEST_AGENTS, FEWEST_FOR_INTERVAL


@dataclass(frozen=True, slots=True)
class SuiteScores:
    """What agents scored on one set of tasks.

    Attributes:
        title: of the board.
        values: of each agent; several runs of one are taken together.
    """

    title: str
    values: dict[str, Values]

    @property
    def n_incomplete(self) -> int:
        """How many agents have no score for some task."""
        return sum(
            any(all(value is None for value in repeats) for repeats in values.values())
            for values in self.values.values()
        )

    @property
    def scores(self) -> dict[str, float]:
        """The mean score of each agent that has one."""
        means = {agent: estimate(values).mean for agent, values in self.values.items()}
        return {agent: mean for agent, mean in means.items() if mean is not None}


@dataclass(frozen=True, slots=True)
class SuitePair:
    """Two suites and how alike they rank.

    Attributes:
        first, second: titles.
        agents: those that both have a score for.
        found: without any correlation for fewer than 3 of them.
        reliabilities: how alike as many other tasks of each would rank the same agents.
        n_incomplete: how many agents, over both suites, lack a score for some task.
    """

    first: str
    second: str
    agents: Sequence[str]
    found: RankAgreement
    reliabilities: tuple[float | None, float | None]
    n_incomplete: int


def suite_agreement(paths: Sequence[Path], *, skipped: list[str]) -> list[SuitePair]:
    """Compare each pair of the suites that runs are of.

    Args:
        paths: of run files.
        skipped: takes one line for each that cannot be read.

    Raises:
        UsageError: all runs are of the same tasks, those of one suite were not scored alike, or no two suites have 3 agents in common.
        RunFileError: none of the runs can be read.
    """
    found = boards(paths, skipped=skipped)
    for board in found:
        require_comparable(board)
    suites = [_scores(board) for board in found]
    if len(suites) < 2:
        raise UsageError(
            f"all these runs are of the same tasks ({suites[0].title}); name runs of the same agents on other suites too"
        )
    pairs = [_pair(one, other) for one, other in combinations(suites, 2)]
    most = max(len(pair.agents) for pair in pairs)
    if most < FEWEST_AGENTS:
        raise UsageError(
            f"no two of these suites have more than {most} agents in common; at least {FEWEST_AGENTS} are needed (an agent is "
            "the same where its name, options, arguments and model are)"
        )
    return pairs


def agreement_sections(pairs: Sequence[SuitePair]) -> list[Section]:
    """Return the comparisons for people."""
    head = [
        "suite",
        "other suite",
        "agents",
        "Kendall's tau-b",
        "Spearman's rho",
        "tau-b of each with itself",
    ]
    rows = [
        [
            pair.first,
            pair.second,
            str(len(pair.agents)),
            signed_cell(pair.found.kendall, pair.found.kendall_interval),
            signed_cell(pair.found.spearman, pair.found.spearman_interval),
            " and ".join(number(value, 2) for value in pair.reliabilities),
        ]
        for pair in pairs
    ]
    return [Section(table=Table(head=head, rows=rows, numbers=["agents"]), notes=list(_notes(pairs)))]


def agreement_rows(pairs: Sequence[SuitePair]) -> list[JsonObject]:
    """Return a row for each pair of suites."""
    return [
        {
            "first": pair.first,
            "second": pair.second,
            "agents": len(pair.agents),
            **interval_columns("kendall", pair.found.kendall, pair.found.kendall_interval),
            **interval_columns("spearman", pair.found.spearman, pair.found.spearman_interval),
            "first_reliability": pair.reliabilities[0],
            "second_reliability": pair.reliabilities[1],
        }
        for pair in pairs
    ]


def agreement_json(pairs: Sequence[SuitePair]) -> list[JsonObject]:
    """Return the comparisons for machines."""
    rows = agreement_rows(pairs)
    return [row | {"agents": list(pair.agents)} for row, pair in zip(rows, pairs, strict=True)]


def _scores(board: Board) -> SuiteScores:
    values: dict[str, dict[str, list[float | None]]] = {}
    for standing in board.standings:
        of_agent = values.setdefault(_agent(standing), {})
        for task, repeats in standing.summary.values.items():
            of_agent.setdefault(task, []).extend(repeats)
    return SuiteScores(board.title, dict(values))


def _agent(standing: Standing) -> str:
    model = model_of(standing.summary.plan["agent"])
    return standing.agent if model is None else f"{standing.agent} ({model})"


def _pair(one: SuiteScores, other: SuiteScores) -> SuitePair:
    scores = one.scores, other.scores
    agents = sorted(scores[0].keys() & scores[1].keys())
    if len(agents) < FEWEST_AGENTS:
        return SuitePair(one.title, other.title, agents, _none(len(agents)), (None, None), 0)
    found = rank_agreement(*([each[agent] for agent in agents] for each in scores))
    reliabilities = [rank_reliability([suite.values[agent] for agent in agents]) for suite in (one, other)]
    n_incomplete = one.n_incomplete + other.n_incomplete
    return SuitePair(
        one.title, other.title, agents, found, (reliabilities[0], reliabilities[1]), n_incomplete
    )


def _none(n_agents: int) -> RankAgreement:
    return RankAgreement(
        n_agents=n_agents, kendall=None, spearman=None, kendall_interval=None, spearman_interval=None
    )


def _notes(pairs: Sequence[SuitePair]) -> Iterator[str]:
    yield (
        "95 % intervals: agents drawn again 1,000 times; tau-b of a suite with itself: by halves of its tasks, about what as many other "
        "tasks of its kind would agree with it"
    )
    incomplete = max(pair.n_incomplete for pair in pairs)
    if incomplete:
        yield (
            f"some agents have no score for some tasks ({incomplete} over two suites), and are ranked by the mean of the others"
        )
    counts = [len(pair.agents) for pair in pairs]
    if min(counts) < FEWEST_AGENTS:
        yield f"no correlation for fewer than {FEWEST_AGENTS} agents"
    if any(FEWEST_AGENTS <= count < FEWEST_FOR_INTERVAL for count in counts):
        yield f"no interval for fewer than {FEWEST_FOR_INTERVAL} agents"
    if any(len(pair.agents) >= FEWEST_AGENTS and pair.found.kendall is None for pair in pairs):
        yield "no correlation where a suite gives all agents the same score"
