"""What is added to leaderboards on request: tests of all pairs, and the fit of difficulty and ability."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from itbench.errors import UsageError
from itbench.interfaces.json import JsonObject
from itbench.report.boards.irt import BoardIrt, board_irt
from itbench.report.boards.pairs import BoardPairs, board_pairs
from itbench.report.document import Section
from itbench.report.leaderboard import Board

Part = TypeVar("Part", BoardPairs, BoardIrt)
_TITLES = {"pairwise": "which ranks can be told apart", "irt": "ability and difficulty"}


@dataclass(frozen=True, slots=True)
class Extras:
    """What is added to one board.

    Attributes:
        board: the board.
        pairs: None where it was not asked for, or could not be tested.
        irt: None where it was not asked for, or could not be fitted.
        problems: why something that was asked for could not be, by "pairwise" and "irt".
    """

    board: Board
    pairs: BoardPairs | None
    irt: BoardIrt | None
    problems: Mapping[str, str]

    @property
    def parts(self) -> list[BoardPairs | BoardIrt]:
        """What there is of it."""
        return [part for part in (self.pairs, self.irt) if part is not None]


def board_extras(found: Sequence[Board], *, pairwise: bool, irt: bool) -> list[Extras]:
    """Return what is added to each board.

    Raises:
        UsageError: nothing of what was asked for can be told of any board.
    """
    extras = [_extras(board, pairwise=pairwise, irt=irt) for board in found]
    problems = [problem for each in extras for problem in each.problems.values()]
    if problems and not any(each.parts for each in extras):
        raise UsageError("; ".join(dict.fromkeys(problems)))
    return extras


def extra_sections(extras: Sequence[Extras]) -> Iterator[Section]:
    """Yield what is added for people."""
    for each in extras:
        where = f": {each.board.title}" if len(extras) > 1 else ""
        if each.pairs is not None:
            yield each.pairs.section(f"{_TITLES['pairwise']}{where}")
        if each.irt is not None:
            yield from each.irt.sections(f"{_TITLES['irt']}{where}")
        for name, problem in each.problems.items():
            yield Section(title=f"{_TITLES[name]}{where}", notes=[problem])


def with_extra_rows(rows: Sequence[JsonObject], extras: Sequence[Extras]) -> list[JsonObject]:
    """Return the rows of boards with more columns for runs, and with rows for pairs and tasks."""
    columns: dict[str, JsonObject] = {}
    more: list[JsonObject] = []
    for each in extras:
        for part in each.parts:
            for standing, added in zip(each.board.standings, part.run_columns(), strict=True):
                columns.setdefault(standing.summary.plan["id"], {}).update(added)
            more += part.rows()
    return [*(row | columns.get(row.get("run", ""), {}) for row in rows), *more]


def with_extra_json(found: Sequence[JsonObject], extras: Sequence[Extras]) -> list[JsonObject]:
    """Return boards for machines with what is added to each."""
    return [board | _json(each) for board, each in zip(found, extras, strict=True)]


def _json(extras: Extras) -> JsonObject:
    added: JsonObject = {name: {"problem": problem} for name, problem in extras.problems.items()}
    if extras.pairs is not None:
        added["pairwise"] = extras.pairs.json()
    if extras.irt is not None:
        added["irt"] = extras.irt.json()
    return added


def _extras(board: Board, *, pairwise: bool, irt: bool) -> Extras:
    problems: dict[str, str] = {}
    pairs = _told(board_pairs, board, "pairwise", problems) if pairwise else None
    return Extras(board, pairs, _told(board_irt, board, "irt", problems) if irt else None, problems)


def _told(tell: Callable[[Board], Part], board: Board, name: str, problems: dict[str, str]) -> Part | None:
    try:
        return tell(board)
    except UsageError as error:
        problems[name] = str(error)
        return None
