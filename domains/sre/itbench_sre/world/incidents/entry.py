"""An incident that was found, as a line of JSON: where to find it again, what the runs said, and its truth."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from itbench_sre.world.incidents.balance import Drawn
from itbench_sre.world.incidents.label import Label
from itbench_sre.world.incidents.page import Page

if TYPE_CHECKING:
    from itbench_sre.world.incidents.search import Incident
    from itbench_sre.world.incidents.setting import Setting
    from itbench_sre.world.store.refs import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One incident of a pool or of the pinned ones.

    Attributes:
        seed: of its setting.
        application: its kind.
        family: that each draw in that setting has.
        draw: number of the draw in that setting.
        label: what the runs said.
        truth: of the task.
        bins: of each change; empty for pinned ones.
        marks: root objects, mechanisms and the like, none of which should be too frequent.
        cost_s: processor time that it took, draws that were thrown away before it included.
        draws: how many were drawn for it, itself included.
        suites: names of the suites that it is in.
    """

    seed: int
    application: str
    family: str
    draw: int
    label: Label
    truth: "JsonObject"
    bins: list[dict[str, str]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    cost_s: float = 0.0
    draws: int = 0
    suites: tuple[str, ...] = ()

    @property
    def drawn(self) -> Drawn:
        """The entry as `balance.choose` takes it."""
        return Drawn(self.bins, self.label.roots, self.marks)

    @property
    def setting(self) -> "Setting":
        """Where and when it happens."""
        from itbench_sre.world.incidents.setting import Setting

        return Setting(seed=self.seed, application=self.application, family=self.family)

    def incident(self) -> "Incident":
        """Return the incident, ready to run."""
        from itbench_sre.world.incidents.search import Incident, drawn_changes

        world = self.setting.world()
        changes = tuple(drawn_changes(self.setting, self.draw, world))
        return Incident(self.setting, self.draw, world, changes, self.label)

    def line(self) -> str:
        """Return it as a line of JSON, without what is empty."""
        page = self.label.page
        shown = {
            "seed": self.seed,
            "application": self.application,
            "family": self.family,
            "draw": self.draw,
            "page": {"alert": page.alert[0], "labels": dict(page.alert[1]), "onset_ns": page.onset_ns},
            "roots": list(self.label.roots),
            "triggers": list(self.label.triggers),
            "bins": self.bins,
            "marks": self.marks,
            "cost_s": round(self.cost_s, 2),
            "draws": self.draws,
            "suites": list(self.suites),
            "truth": self.truth,
        }
        return json.dumps({key: value for key, value in shown.items() if value or value == 0})


def entry_from(line: str) -> Entry:
    """Return the entry of a line.

    Raises:
        ValueError, KeyError: it is none.
    """
    read: dict[str, Any] = json.loads(line)
    shown = read["page"]
    page = Page(alert=(shown["alert"], tuple(sorted(shown["labels"].items()))), onset_ns=shown["onset_ns"])
    return Entry(
        seed=read["seed"],
        application=read["application"],
        family=read.get("family", ""),
        draw=read["draw"],
        label=Label(page, tuple(read.get("roots", ())), tuple(read.get("triggers", ()))),
        truth=read["truth"],
        bins=read.get("bins", []),
        marks=read.get("marks", []),
        cost_s=read.get("cost_s", 0.0),
        draws=read.get("draws", 0),
        suites=tuple(read.get("suites", ())),
    )
