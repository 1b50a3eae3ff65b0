"""Rules about secrets: nothing that an agent can reach tells the truth."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from itbench.interfaces.json import JsonValue
from itbench.interfaces.task import Task
from itbench.suites.shown import shown_inputs
from itbench.validation.case import Case
from itbench.validation.finding import Finding, Skipped

_BLOCK_BYTES = 1 << 20
# Shorter words stand in a name by chance.
_SHORTEST_TOLD = 4
_WORD = re.compile(r"[a-z0-9]+")


def truth_hidden(case: Case) -> Iterator[Finding | Skipped]:
    """No canary in a task's text or in its inputs; `worlds-open` looks for it in what its workspace holds besides."""
    for task in case.tasks:
        canary = case.truths[task.id]["canary"]
        if canary in task.model_dump_json() or json.dumps(canary)[1:-1] in task.model_dump_json():
            yield _told(task, "its text", "its text holds the canary of its truth")
        for entry in shown_inputs(case.suite, task.id, case.secrets):
            if canary in entry.path:
                yield _told(task, f"input {entry.path!r}", "its name holds the canary of its truth")
            if holds(entry.source, canary.encode()):
                yield _told(task, f"input {entry.path!r}", "it holds the canary of its truth")


def ids_opaque(case: Case) -> Iterator[Finding | Skipped]:
    """No id, tag or file name of a task holds a word of its own truth that the names of others do not."""
    if len(case.tasks) == 1:
        yield Skipped("ids-opaque", "the names of one task have none of another to be compared with")
        return
    seen = {task.id: _names(case, task) for task in case.tasks}
    for task in case.tasks:
        told = {word for value in leaves(case.truths[task.id]) for word in _words(value)}
        for place, name in seen[task.id]:
            for word in sorted(told & _words(name)):
                others = [other for other in case.tasks if other is not task]
                if _is_elsewhere(place, name, word, [seen[other.id] for other in others]):
                    continue
                if _has_siblings(word, name, seen[task.id]):
                    continue
                problem = f"the name {name!r} holds {word!r}, which its truth holds too"
                yield Finding(
                    "ids-opaque", f"task {task.id}: {place}", problem, "give it a name that tells nothing"
                )


def _told(task: Task, place: str, problem: str) -> Finding:
    fix = "take it out; a truth lies only where the scorer reads it"
    return Finding("truth-hidden", f"task {task.id}: {place}", problem, fix)


def _names(case: Case, task: Task) -> list[tuple[str, str]]:
    names = [("$.id", task.id), *(("$.tags", tag) for tag in task.tags)]
    return names + [
        (f"input {entry.path!r}", entry.path) for entry in shown_inputs(case.suite, task.id, case.secrets)
    ]


def _is_elsewhere(place: str, name: str, word: str, others: list[list[tuple[str, str]]]) -> bool:
    """Tell whether another task has the very same name, or most have the word there: then it tells nothing of this one."""
    if any(name == other for names in others for _, other in names):
        return True
    sharing = sum(any(where == place and word in _words(other) for where, other in names) for names in others)
    return 2 * sharing > len(others)


def _has_siblings(word: str, name: str, names: list[tuple[str, str]]) -> bool:
    """Tell whether names of its kind stand beside it (`alpha.df` and `beta.df`, `pod_a.tsv` and `pod_b.tsv`)."""
    own = _kind(word, name)
    return any(
        _kind(word, other)[0] == own[0] or _ends_alike(own, other) for _, other in names if other != name
    )


def _kind(word: str, name: str) -> tuple[str, str]:
    """Return folder and first word of a name, without the word itself, and how the name ends."""
    folder, _, base = name.lower().rpartition("/")
    first = _WORD.search(base)
    begins = first[0] if first and first[0] != word else ""
    return f"{folder}/{begins}", base.partition(word)[2]


def _ends_alike(own: tuple[str, str], other: str) -> bool:
    return own[0].endswith("/") and other.lower().endswith(own[1])


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.lower()) if len(word) >= _SHORTEST_TOLD}


def leaves(value: JsonValue) -> Iterator[str]:
    """Yield all values of a truth but its canary, as text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "canary":
                yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def holds(path: Path, needle: bytes) -> bool:
    """Tell whether a file of any size holds some bytes, reading a block at a time."""
    kept = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            if needle in kept + block:
                return True
            kept = block[-len(needle) :]
    return False
