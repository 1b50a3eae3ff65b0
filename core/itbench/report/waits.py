"""Lines about what trials wait for, where a run has no display: each once, and again only when it has lasted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from itbench.interfaces.activity import Activity
from itbench.interfaces.record import TrialKey
from itbench.store.live.state import Doing, TrialState

# A reply that takes longer than this is worth a word, and so is a world that is not open by then.
_QUIET_S: Final = {Activity.MODEL: 30.0, Activity.PROVIDER: 30.0, Activity.ENVIRONMENT: 3.0}
_AGAIN_S: Final = 20.0
_MOST_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class _Said:
    """What a line was last written about, and when."""

    activity: Activity
    at: float


class Waits:
    """Keeps which waits were told."""

    def __init__(self) -> None:
        self._said: dict[TrialKey, _Said] = {}

    def news(self, trials: Iterable[TrialState], now: float) -> list[str]:
        """Return a line for each wait that nothing was said about yet, or not for some time; for many, the number only."""
        waiting = {trial.key: trial.doing for trial in trials if _is_due(trial.doing, now)}
        self._said = {
            key: said
            for key, said in self._said.items()
            if key in waiting and waiting[key].activity is said.activity
        }
        fresh = [
            (key, doing)
            for key, doing in waiting.items()
            if key not in self._said or now - self._said[key].at >= _AGAIN_S
        ]
        self._said |= {key: _Said(doing.activity, now) for key, doing in fresh}
        lines = [f"{trial_name(key)}: {_line(doing, now)}" for key, doing in fresh[:_MOST_LINES]]
        more = len(fresh) - _MOST_LINES
        return lines + ([f"{more} more trials wait"] if more > 0 else [])


def trial_name(key: TrialKey) -> str:
    """Return a trial as users name it: its task and repeat, and which attempt it is where that is not the first."""
    return f"{key.task}:{key.repeat}" + (f":{key.attempt}" if key.attempt else "")


def _is_due(doing: Doing, now: float) -> bool:
    """Tell whether it is a wait, and one with a known end or one that has lasted."""
    if doing.activity is Activity.ENVIRONMENT and not doing.text:
        return False  # Its world tells nothing of how far it is.
    quiet_s = _QUIET_S.get(doing.activity)
    return quiet_s is not None and (doing.until is not None or now - doing.since >= quiet_s)


def _line(doing: Doing, now: float) -> str:
    what = {Activity.MODEL: "its model to answer", Activity.ENVIRONMENT: f"its world: {doing.text}"}.get(
        doing.activity, doing.text
    )
    if doing.until is None:
        return f"has waited {now - doing.since:.0f} s for {what}"
    if now >= doing.until:
        return f"waits for {what}, asked {now - doing.until:.0f} s ago"
    return f"waits {doing.until - now:.0f} s for {what}"
