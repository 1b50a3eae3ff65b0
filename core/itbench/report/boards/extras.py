"""What is added to leaderboards on request: tests of all pairs, and the fit of difficulty and ability."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from itbench.errors import UsageError
from itbench.interfaces.json import JsonObject
from itbench.report.boards.irt import BoardIrt, board_irt
from itbench.report.boards.pairs import BoardPairs, board_pairs
from itbench.report.document import Section
from itbench.report.leaderboard import Board


@dataclass(frozen=True, slots=True)
class Extras:
    """What is added to one board.

    Attributes:
        board: the board.
        pairs: None where it was not asked for.
        irt: None where it was not asked for, or could not be fitted.
        problem: why it could not be.
    """

    board: Board
    pairs: BoardPairs | None
    irt: BoardIrt | None
    problem: str | None

    @property
    def parts(self) -> list[BoardPairs | BoardIrt]:
        """What there is of it."""
        return [part for part in (self.pairs, self.irt) if part is not None]


def board_extras(found: Sequence[Board], *, pairwise: bool, irt: bool) -> list[Extras]:
    """Return what is added to each board.

    Raises:
        UsageError: a fit was asked for, and no board has enough runs and tasks.
    """
    extras = [_extras(board, pairwise=pairwise, irt=irt) for board in found]
    problems = [each.problem for each in extras if each.problem is not None]
    if problems and len(problems) == len(extras):
        raise UsageError("; ".join(dict.fromkeys(problems)))
    return extras


def extra_sections(extras: Sequence[Extras]) -> Iterator[Section]:
    """Yield what is added for people."""
    for each in extras:
        where = f": {each.board.title}" if len(extras) > 1 else ""
        if each.pairs is not None:
            yield each.pairs.section(f"which ranks can be told apart{where}")
        if each.irt is not None:
            yield from each.irt.sections(f"ability and difficulty{where}")
        if each.problem is not None:
            yield Section(title=f"ability and difficulty{where}", notes=[each.problem])


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
    added: JsonObject = {}
    if extras.pairs is not None:
        added["pairwise"] = extras.pairs.json()
    if extras.irt is not None or extras.problem is not None:
        added["irt"] = {"problem": extras.problem} if extras.irt is None else extras.irt.json()
    return added


def _extras(board: Board, *, pairwise: bool, irt: bool) -> Extras:
    fit, problem = None, None
    if irt:
        try:
            fit = board_irt(board)
        except UsageError as error:
            problem = str(error)
    return Extras(board, board_pairs(board) if pairwise else None, fit, problem)
