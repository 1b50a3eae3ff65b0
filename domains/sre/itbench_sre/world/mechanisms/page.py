"""Prints docs/reference/mechanisms.md: `python -m itbench_sre.world.mechanisms.page`."""

import inspect
from collections.abc import Iterator

from itbench_sre.world.mechanisms.breadth import TASKS, UNMODELLED, covered
from itbench_sre.world.mechanisms.catalogue import CATALOGUE, NOT_DRAWN
from itbench_sre.world.mechanisms.mechanism import Mechanism
from itbench_sre.world.mechanisms.notes import NOTES

_HEAD = """# Mechanisms

What can happen to the simulated company's cluster. In an incident, a few mechanisms are drawn, and two to four changes of
each. A change does not know whether it harms: target, depth, hand and moment come from one distribution, and whether
it did is found by running the world with and without it. So each mechanism has harmful and harmless instances, made by
the same code; the last sentence of each paragraph says how the harmless ones differ.

Routine operations (family `routine`) stand among them: some soon after a change that only new pods meet, on a workload
that it concerns, and as many on other workloads. A routine operation that only brings such a change to light is a
trigger, not a root.

An engineer is called by the alerts of severity `page`: `ErrorBudgetBurn` and `LatencyBudgetBurn` of services with an
objective, `TrafficMissing` where users arrive, `ConsumerLagObjective` where messages are read, `KubeHpaMaxedOut`,
`KubeAPILatencyHigh`, and `TelemetryMissing` where the collector is gone.
"""
_NOT = """## What is not modelled

- The control plane's own machines: they are the provider's. Its API can be slow (`api-surge`); its store does not fill.
- Failures of whole machines, of their disks and of the network between zones, other than by drains, taints and pressure.
- Registries and external services that are down by themselves: nothing in the cluster would be the root.
- Kernel, DNS transport and TCP below what calls show: delays, losses, resets and time limits.
- Compliance faults of the published library (host network, sshd, untrusted registries).

Not drawn for incidents, because they harm only under far more load than the applications carry: {not_drawn}.
"""


def page() -> str:
    """Return the text."""
    return "\n".join([_HEAD, *_families(), *_breadth(), _NOT.format(not_drawn=", ".join(sorted(NOT_DRAWN)))])


def _families() -> Iterator[str]:
    families: dict[str, list[Mechanism]] = {}
    for mechanism in CATALOGUE.values():
        families.setdefault(mechanism.family, []).append(mechanism)
    for family, related in sorted(families.items()):
        yield f"## {family.capitalize()}\n"
        for mechanism in sorted(related, key=lambda each: each.name):
            yield f"**{mechanism.name}** {_paragraph(mechanism)}\n"


def _paragraph(mechanism: Mechanism) -> str:
    note = NOTES[mechanism.name]
    text = " ".join(inspect.cleandoc(mechanism.__doc__ or "").split())
    return f"{text} Seen first: {note.seen}. Root: {note.root}. Harmless: {note.twin}."


def _breadth() -> Iterator[str]:
    yield "## Breadth\n"
    yield "What of ITBench's fault library, of its flags, of Chaos Mesh's actions and of removed faults has a mechanism:\n"
    yield "| published | mechanism |\n| --- | --- |"
    for what, names in covered().items():
        yield f"| {what} | {', '.join(names)} |"
    for what, reason in UNMODELLED.items():
        yield f"| {what} | none: {reason} |"
    yield "\nThe scenarios of ITBench-AA's 40 public tasks:\n"
    yield "| scenario | mechanism |\n| --- | --- |"
    for number, name in sorted(TASKS.items()):
        yield f"| {number} | {name} |"
    yield ""


if __name__ == "__main__":
    print(page())  # noqa: T201 - this is what it is for
