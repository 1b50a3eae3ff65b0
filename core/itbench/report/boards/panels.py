"""What is said of several runs together, as panels for the pages of `itbench view`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.panel import Panel, PanelAxis, PanelBar, PanelBars, PanelTable, PanelText
from itbench.report.agent_label import agent_label
from itbench.report.boards.irt import BoardIrt, board_irt, fit_notes
from itbench.report.boards.pairs import BoardPairs, board_pairs
from itbench.report.boards.reliability import Reliability, reliability_of, reliability_panel
from itbench.report.leaderboard import Board

_NO_OTHERS = "none"


def board_panels(board: Board, keys: Mapping[Path, str]) -> Iterator[Panel]:
    """Yield which runs can be told apart, abilities, and reliability where runs have repeats.

    Args:
        board: of the runs.
        keys: by which the page names each run.
    """
    names = _names(board)
    if len(board.standings) > 1:
        yield _pairs_panel(board, names)
        yield _ability_panel(board, names, keys)
    curves = {name: found for name, found in _curves(board, names) if len(found.curve) > 1}
    if curves:
        yield reliability_panel(curves)


def _pairs_panel(board: Board, names: Sequence[str]) -> Panel:
    title = "Which ranks can be told apart"
    try:
        found = board_pairs(board)
    except UsageError as error:
        return Panel(title=title, parts=(PanelText(text=str(error)),))
    rows = [
        (name, ranks.text, ", ".join(_tied_with(found, place, names)) or _NO_OTHERS)
        for place, (name, ranks) in enumerate(zip(names, found.ranks, strict=True))
    ]
    table = PanelTable(columns=("agent", "ranks it may have", "cannot be told from"), rows=tuple(rows))
    return Panel(title=title, parts=(table, PanelText(text="\n".join(found.notes))))


def _tied_with(found: BoardPairs, place: int, names: Sequence[str]) -> Iterator[str]:
    for pair in found.pairs:
        if place in {pair.first, pair.second} and pair.better() is None:
            yield names[pair.first + pair.second - place]


def _ability_panel(board: Board, names: Sequence[str], keys: Mapping[Path, str]) -> Panel:
    title = "Ability"
    try:
        found = board_irt(board)
    except UsageError as error:
        return Panel(title=title, parts=(PanelText(text=str(error)),))
    bars = PanelBars(
        title="ability with 95 % interval",
        axis=PanelAxis(label="logits; 0 is the mean difficulty of the tasks"),
        bars=tuple(_bars(board, found, names, keys)),
    )
    return Panel(title=title, parts=(bars, PanelText(text="\n".join(fit_notes(found.fit)))))


def _bars(
    board: Board, found: BoardIrt, names: Sequence[str], keys: Mapping[Path, str]
) -> Iterator[PanelBar]:
    for standing, name, ability in zip(board.standings, names, found.fit.abilities, strict=True):
        yield PanelBar(
            label=name,
            kind=standing.summary.plan["agent"]["role"],
            note="solved all or nothing" if ability.is_at_end else "",
            trial=keys.get(standing.path, ""),
            value=ability.value,
            low=ability.interval.low,
            high=ability.interval.high,
        )


def _curves(board: Board, names: Sequence[str]) -> Iterator[tuple[str, Reliability]]:
    for standing, name in zip(board.standings, names, strict=True):
        summary = standing.summary
        if summary.estimate.n_scored:
            yield name, reliability_of(standing.path, summary.plan, summary.values)


def _names(board: Board) -> list[str]:
    """Return the agents, with their options or a number where else two would be named alike."""
    labels = [agent_label(standing.summary.plan["agent"]) for standing in board.standings]
    several = Counter(labels)
    full = [
        label if several[label] == 1 else standing.agent
        for label, standing in zip(labels, board.standings, strict=True)
    ]
    counts, seen = Counter(full), Counter[str]()
    names = []
    for name in full:
        seen[name] += 1
        names.append(f"{name}, run {seen[name]}" if counts[name] > 1 else name)
    return names
