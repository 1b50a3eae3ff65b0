"""How hard an incident is, measured: never a name somebody gave it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.incidents.rows import OBJECTS
from itbench_sre.world.incidents.symptoms import component

if TYPE_CHECKING:
    from itbench_sre.world.incidents.label import Label
    from itbench_sre.world.incidents.rows import Row
    from itbench_sre.world.incidents.spread import Spread
    from itbench_sre.world.mechanisms.change import Change
    from itbench_sre.world.store.refs import JsonObject

# An innocent change is near in time where an engineer who looks back from the page would meet it as early as a root.
_NEAR_US: Final = 5 * MINUTE_US
_SYMPTOMS_ONLY: Final = frozenset({"added", "changed"})


def difficulty(
    changes: "Sequence[Change]",
    label: "Label",
    found: "Spread",
    rows: "Sequence[Row]",
    services: Sequence[str],
) -> "JsonObject":
    """Return the measures of an incident that has a root.

    Parameters:
        found: how the failure spread.
        rows: of the evidence of the roots.
        services: names in telemetry that the page is about.

    Returns: `propagation_length`, steps from the root to the page's service; `evidence_share`, the part of the roots'
    objects and harmed workloads that some row shows; `fitting_innocents`, the innocent changes near in time to a root
    or to the page that touch a workload which was harmed; `delay_s`, from the first root to the page.
    """
    roots = [changes[place] for place in label.roots]
    innocents = [
        change for place, change in enumerate(changes) if place not in (*label.roots, *label.triggers)
    ]
    page_us = label.page.onset_ns // 1000
    hops = found.hops()
    paged = [hops[name] for service in services for name in found.telemetry.get(service, ()) if name in hops]
    return {
        "propagation_length": min(paged, default=0),
        "evidence_share": round(_share(roots, found, rows), 3),
        "fitting_innocents": sum(_fits(change, roots, found, page_us) for change in innocents),
        "delay_s": (page_us - min(root.at_us for root in roots)) // 1_000_000,
    }


def _share(roots: "Sequence[Change]", found: "Spread", rows: "Sequence[Row]") -> float:
    """Return which part of what happened left a trace: each root's object, and each workload that was harmed."""
    keys = {row.key.rpartition("@")[0].rpartition("/")[2] for row in rows if row.file == OBJECTS}
    told = {text for row in rows if row.what in _SYMPTOMS_ONLY for text in _names(row)} | keys
    wanted = [*(root.target.name for root in roots), *found.reached]
    if not wanted:
        return 0.0
    return sum(any(_is_of(name, each) for each in told) for name in wanted) / len(wanted)


def _names(row: "Row") -> list[str]:
    fields = row.fields
    about = fields.get("involvedObject") or {}
    labels = fields.get("labels") or {}
    found = (
        about.get("name"),
        fields.get("service"),
        fields.get("pod"),
        labels.get("service_name"),
        labels.get("destination_canonical_service"),
    )
    return [text for text in found if text]


def _is_of(name: str, told: str) -> bool:
    return component(told) == component(name) or told.startswith(f"{name}-")


def _fits(change: "Change", roots: "Sequence[Change]", found: "Spread", page_us: int) -> bool:
    """Whether an innocent change could be a root by its time and its place."""
    moments = [page_us, *(root.at_us for root in roots)]
    is_near = any(abs(change.at_us - moment) <= _NEAR_US for moment in moments) and change.at_us <= page_us
    touched = {*change.affects, change.target.name}
    harmed = set(found.reached)
    harmed |= {service for name in found.reached for service in found.services.get(name, ())}
    return is_near and (bool(touched & harmed) or not change.affects)
