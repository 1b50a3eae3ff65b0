"""Compares the events and states of recorded cases with those of the simulated incidents, as a page of the documentation.

`python benchmarks/recorded_events.py CLONE > docs/reference/recorded-events.md`, with the root of a clone of Cloud-OpsBench.
"""

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from itbench_sre.snapshot import read_events, read_objects
from itbench_sre.suites.incidents import INCIDENTS

SHAPES = 6
LONGEST = 130
HEAD = """\
# Recorded and simulated events

What {cases} cases of [Cloud-OpsBench](../how-to/bring-a-dataset.md) print, a real cluster's `kubectl describe`, beside what the {incidents} embedded
incidents of `sre/incidents` hold. Cases and incidents are counted, not events: a reason that stands in 40 of 50 cases is common.
Of each reason, the six most frequent shapes of messages of each side are shown; in them, names, addresses, numbers and times are replaced. A dash means that the other side never says it.

The page is written by `python benchmarks/recorded_events.py CLONE`; what the left side has and the right side lacks is what the simulated
cluster could still learn.
"""
# What differs from case to case, in the order in which it is looked for.
REPLACED = (
    (r'"[^"]*"', '"…"'),
    (r"https?://\S+", "URL"),
    (r"\b\d+(\.\d+){3}(:\d+)?(/\d+)?\b", "IP"),
    (r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b", "UID"),
    (r"\b[a-z0-9.-]+(/[a-z0-9.-]+)+(:[\w.-]+)?(@sha256:\w+)?", "PATH"),
    (r"\b(worker-\d+|master|node-\d+|i-[0-9a-f]{17})\b", "NODE"),
    (r"(?<=container )(?!failed)\S+|(?<=container: )\S+", "NAME"),
    (r"(?<=Container )[a-z]\S+(?= failed| \w+ing)", "NAME"),
    (r"(?<=replica set )\S+", "NAME"),
    (r"(?<=Created pod: )\S+", "NAME"),
    (
        r"\b[a-z][a-z0-9]*(-[a-z0-9]+)*-[a-z0-9]{5,10}(-[a-z0-9]{5})?(_\w[\w-]*(\(UID\))?)?\b|NAME-\d+_[\w-]+(\(UID\))?",
        "NAME",
    ),
    (r"\b\d+(\.\d+)?(ms|s|m|h|Gi|Mi|Ki)?\b", "N"),
)
EVENT = re.compile(
    r"^ +(Normal|Warning) +(\S+) +(?:\S+ \(x(\d+) over [^)]*\)|\S+) +(\S+) +(.*)$", re.MULTILINE
)
STATE = re.compile(r"^ +(State|Last State): +(\w+)\n(?: +Reason: +(\S+)\n)?", re.MULTILINE)
CONDITIONS = re.compile(r"^Conditions:\n +Type +Status.*?\n((?: +\S.*\n)+)", re.MULTILINE)

Found = dict[tuple[str, ...], set[str]]


def main(root: Path) -> None:
    """Print the page."""
    cases, real = recorded(root)
    incidents, made = simulated()
    print(HEAD.format(cases=cases, incidents=incidents))
    for title, part, names in (
        ("Reasons of events", "event", ("type", "reason", "component")),
        ("How often one event was counted", "often", ("type", "reason", "times")),
        ("Shapes of messages", "shape", ("reason", "message")),
        ("States of containers", "state", ("state", "kind", "reason")),
        ("Conditions of pods and nodes", "condition", ("kind", "condition", "status")),
    ):
        print(f"## {title}\n\n{table(names, real[part], made[part])}")


def recorded(root: Path) -> tuple[int, Mapping[str, Found]]:
    """Return how many cases a clone has, and in which of them each thing stands."""
    found: Mapping[str, Found] = defaultdict(lambda: defaultdict(set))
    paths = sorted(root.glob("benchmark/*/*/*/raw_data/k8s_states.json"))
    for path in paths:
        for command, text in json.loads(path.read_text(encoding="utf-8")).items():
            if " describe " not in command or not isinstance(text, str):
                continue
            for type_, reason, times, component, message in EVENT.findall(text):
                note(found, str(path), (type_, reason, component), message, int(times or 1))
            if " pod" in command:
                for state, kind, reason in STATE.findall(text):
                    found["state"][state.lower(), kind, reason or "-"].add(str(path))
            for name, status in conditions(text) if re.search(r" (pods?|nodes?) ", command) else ():
                kind = "Node" if " node" in command else "Pod"
                found["condition"][kind, name, status].add(str(path))
    return len(paths), found


def simulated() -> tuple[int, Mapping[str, Found]]:
    """Return how many incidents are embedded, and in which of them each thing stands."""
    found: Mapping[str, Found] = defaultdict(lambda: defaultdict(set))
    INCIDENTS.prepare()
    tasks = list(INCIDENTS.tasks())
    for task in tasks:
        for entry in INCIDENTS.inputs(task.id):
            name = entry.path.rpartition("/")[2]
            if name == "k8s_events_raw.tsv":
                for event in read_events(entry.source):
                    note(found, task.id, (event.type, event.reason, event.source), event.message, event.count)
            elif name == "k8s_objects_raw.tsv":
                for each in read_objects(entry.source, is_wanted=lambda id_: id_.kind in {"Pod", "Node"}):
                    note_object(found, task.id, each.id.kind, each.body.get("status") or {})
    return len(tasks), found


def note(
    found: Mapping[str, Found], where: str, about: tuple[str, str, str], message: str, times: int
) -> None:
    """Note one event: its type, reason and component, what it says, and how often it happened."""
    type_, reason, component = about
    # A provisioner's own name has an id in it.
    found["event"][type_, reason, re.sub(r"/.*", "", component)].add(where)
    found["shape"][reason, shape(message)].add(where)
    if times > 1:
        found["often"][type_, reason, decade(times)].add(where)


def decade(times: int) -> str:
    """Return how often something happened, roughly."""
    return next(
        text for most, text in ((9, "2 to 9"), (99, "10 to 99"), (10**9, "100 and more")) if times <= most
    )


def note_object(found: Mapping[str, Found], where: str, kind: str, status: Mapping[str, Any]) -> None:
    """Note the conditions of an object and the states of its containers."""
    for condition in status.get("conditions") or ():
        found["condition"][kind, condition["type"], condition["status"]].add(where)
    for container in status.get("containerStatuses") or ():
        for label, key in (("state", "state"), ("last state", "lastState")):
            for name, about in (container.get(key) or {}).items():
                found["state"][label, name.capitalize(), (about or {}).get("reason") or "-"].add(where)


def conditions(text: str) -> Iterator[tuple[str, str]]:
    """Yield the conditions in what `kubectl describe` prints, each with its status."""
    for block in CONDITIONS.findall(text):
        for line in block.splitlines():
            words = line.split()
            if len(words) >= 2 and words[1] in {"True", "False", "Unknown"}:
                yield words[0], words[1]


def shape(message: str) -> str:
    """Return a message without what differs from case to case."""
    for pattern, word in REPLACED:
        message = re.sub(pattern, word, message)
    return " ".join(message.split())[:LONGEST]


def frequent(found: Found) -> list[tuple[str, ...]]:
    """Return the shapes that stand in the most cases, of each reason."""
    ranks: Counter[str] = Counter()
    shown = []
    for key in sorted(found, key=lambda key: (-len(found[key]), key)):
        ranks[key[0]] += 1
        if ranks[key[0]] <= SHAPES:
            shown.append(key)
    return shown


def table(names: Iterable[str], real: Found, made: Found) -> str:
    """Return the rows of both sides; of shapes, the most frequent of each reason that was recorded."""
    keys = sorted({*real, *made})
    if tuple(names)[-1] == "message":
        keys = sorted([*frequent(real), *frequent({key: made[key] for key in made if key not in real})])
        keys = [key for key in keys if any(key[0] == other[0] for other in real)]
    head = [*names, "recorded", "simulated"]
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    for key in keys:
        cells = [cell.replace("|", "\\|").replace("<", "&lt;") for cell in key]
        counts = [str(len(side[key])) if key in side else "-" for side in (real, made)]
        lines.append(f"| {' | '.join([*cells, *counts])} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
