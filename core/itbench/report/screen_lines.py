"""The lines of the display of a run: how it stands, and what each trial in flight does; whatever fits on the terminal."""

from collections.abc import Sequence
from dataclasses import dataclass

from itbench.interfaces.activity import Activity
from itbench.report.table import counted, dollars, long_time
from itbench.report.waits import trial_name
from itbench.store.live.state import TrialState
from itbench.text.harmless import beginning, one_line, padded, width

_NARROW = 60
_LONGEST_NAME = 24
_LONGEST_BAR = 40
_LEAST_BAR = 8
_SHOWS_LAST_TOOL = frozenset({Activity.MODEL, Activity.PROVIDER, Activity.AGENT})
_WORDS = {
    Activity.ROOM: "room on this machine",
    Activity.TURN: "its turn",
    Activity.PROVIDER: "provider's wait",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """How a run stands.

    Attributes:
        title: what is run.
        done, total: trials.
        time_left: in words; empty where it is not known.
        score: with its interval.
        faults: by stage; empty without any.
    """

    title: str
    done: int
    total: int
    time_left: str
    score: str
    faults: str


@dataclass(frozen=True, slots=True)
class Paper:
    """How much can be shown.

    Attributes:
        columns, rows: of the terminal.
        is_ascii: whether it shows nothing else.
    """

    columns: int
    rows: int
    is_ascii: bool = False

    def fitted(self, text: str, columns: int | None = None) -> str:
        """Return a text as one harmless line of so many columns at most."""
        columns = self.columns if columns is None else columns
        text = one_line(text)
        if self.is_ascii:
            text = text.encode("ascii", "backslashreplace").decode()
        if width(text) <= columns:
            return text
        mark = "..." if self.is_ascii else "…"
        if columns <= len(mark):
            return mark[:columns]
        return beginning(text, columns - len(mark)) + mark


def screen_lines(state: RunState, trials: Sequence[TrialState], paper: Paper, now: float) -> list[str]:
    """Return the lines, no more and no wider than the paper has; of too many trials, how many more there are.

    Args:
        state: of the run.
        trials: in flight.
        paper: to fill.
        now: seconds of the epoch.
    """
    head = [_title(state, paper), *map(paper.fitted, filter(None, (state.score, state.faults)))]
    if not trials:
        return head[: paper.rows]
    room = paper.rows - len(head) - 1
    if room < min(2, len(trials)):
        count = paper.fitted(f"{counted(len(trials), 'trial')} under way")
        return [*head[: max(1, paper.rows - 1)], count][: paper.rows]
    shown = trials if len(trials) <= room else trials[: room - 1]
    lines = [*head, *_table(shown, paper, now)]
    more = len(trials) - len(shown)
    return [*lines, paper.fitted(f"{counted(more, 'more trial')} under way")] if more else lines


def _title(state: RunState, paper: Paper) -> str:
    end = "  ".join(filter(None, (f"{state.done}/{state.total}", state.time_left)))
    bar = min(_LONGEST_BAR, paper.columns - width(state.title) - width(end) - 4)
    if bar < _LEAST_BAR:
        return paper.fitted(f"{end}  {state.title}")
    full = round(bar * state.done / state.total) if state.total else 0
    done, left = ("#", "-") if paper.is_ascii else ("━", "─")
    return paper.fitted(f"{state.title}  {done * full}{left * (bar - full)}  {end}")


def _table(trials: Sequence[TrialState], paper: Paper, now: float) -> list[str]:
    rows = [["trial", "turn", "tokens in/out", "cost", "waits for"]]
    for trial in trials:
        name = paper.fitted(trial_name(trial.key), _LONGEST_NAME)
        rows.append([name, str(trial.turn or "-"), _tokens(trial), _cost(trial), _doing(trial, now)])
    if paper.columns < _NARROW:
        rows = [[name, turn, doing] for name, turn, _, _, doing in rows]
    widths = [max(map(width, column)) for column in list(zip(*rows, strict=True))[:-1]]
    return [
        paper.fitted(
            "  ".join(
                [
                    padded(cell, most, is_right=at > 0)
                    for at, (cell, most) in enumerate(zip(row, widths, strict=False))
                ]
                + row[-1:]
            )
        )
        for row in rows
    ]


def _tokens(trial: TrialState) -> str:
    if not trial.replies:
        return "-"
    return f"{_count(trial.total('input_tokens'))}/{_count(trial.total('output_tokens'))}"


def _count(amount: float | None) -> str:
    if amount is None:
        return "?"
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if amount >= size:
            return f"{amount / size:.1f}{unit}"
    return f"{amount:.0f}"


def _cost(trial: TrialState) -> str:
    if not trial.replies:
        return "-"
    cost = trial.total("cost_usd")
    return "?" if cost is None else dollars(cost)


def _doing(trial: TrialState, now: float) -> str:
    doing = trial.doing
    word = _WORDS.get(doing.activity, doing.activity)
    if doing.until is not None and doing.until > now:
        time = f"{long_time(doing.until - now)} left"
    else:
        time = long_time(max(0.0, now - doing.since))
    text = f"{word} {time}" + (f": {doing.text}" if doing.text else "")
    if trial.last_tool and doing.activity in _SHOWS_LAST_TOOL:
        text += f", after {trial.last_tool}"
    return text
