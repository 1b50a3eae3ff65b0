"""The page that called the engineer: the first alert of severity `page` that fires after the changes, and only with them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itbench_sre.world.telemetry.ruler import AlertKey, Ruler


@dataclass(frozen=True, slots=True)
class Page:
    """What the engineer was called for.

    Attributes:
        alert: name and labels.
        onset_ns: when it began to fire.
    """

    alert: "AlertKey"
    onset_ns: int


def paging(ruler: "Ruler") -> "dict[AlertKey, list[int]]":
    """Return when each alert that calls an engineer began to fire."""
    from itbench_sre.world.telemetry.ruler import PAGE

    names = {rule.alert for group in ruler.groups for rule in group.rules if rule.severity == PAGE}
    return {alert: list(times) for alert, times in ruler.fired.items() if alert[0] in names}


def page_of(
    fired: "dict[AlertKey, list[int]]", quiet: "dict[AlertKey, list[int]]", since_ns: int
) -> Page | None:
    """Return the page of a run, if any.

    Parameters:
        fired: of the run, as `paging` returns it.
        quiet: of the run without any change; an alert that fires there is no page.
        since_ns: the time of the first change.
    """
    found = [
        (min(times), alert) for alert, times in fired.items() if alert not in quiet and min(times) > since_ns
    ]
    return Page(alert=min(found)[1], onset_ns=min(found)[0]) if found else None
