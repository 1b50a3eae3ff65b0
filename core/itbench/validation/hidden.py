"""Rules about secrets: nothing that an agent can reach tells the truth."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

from itbench.interfaces.environment import FilesEnvironment
from itbench.interfaces.json import JsonValue
from itbench.interfaces.task import Task
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench.suites.shown import shown_inputs
from itbench.validation.finding import Case, Finding

_BLOCK_BYTES = 1 << 20
# Shorter words stand in a name by chance.
_SHORTEST_TOLD = 4
_WORD = re.compile(r"[a-z0-9]+")


def truth_hidden(case: Case) -> Iterator[Finding]:
    """No canary in a task's text, in what its workspace holds, or in what its tools say of themselves."""
    for task in case.tasks:
        canary = case.truths[task.id]["canary"]
        if canary in task.model_dump_json() or json.dumps(canary)[1:-1] in task.model_dump_json():
            yield _told(task, "its text", "its text holds the canary of its truth")
        yield from asyncio.run(_workspace_findings(case, task, canary))


def ids_opaque(case: Case) -> Iterator[Finding]:
    """No id, tag or file name of a task holds a word of its own truth that the names of others do not."""
    seen = {task.id: _names(case, task) for task in case.tasks}
    for task in case.tasks:
        told = {word for value in _leaves(case.truths[task.id]) for word in _words(value)}
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


async def _workspace_findings(case: Case, task: Task, canary: str) -> list[Finding]:
    make = case.domain.environment or FilesEnvironment
    environment = make(task, shown_inputs(case.suite, task.id, case.secrets), LocalSandbox())
    async with environment.open() as workspace:
        root = Path(workspace.path)
        found = [
            _told(task, f"tool {tool.name}", "its description holds the canary of its truth")
            for tool in workspace.tools
            if canary in f"{tool.name} {tool.description} {json.dumps(tool.parameters)}"
        ]
        times: dict[str, float] = {}
        for path in await workspace.list_files():
            if canary in path:
                found.append(_told(task, f"input {path!r}", "its name holds the canary of its truth"))
            if holds(root / path, canary.encode()):
                found.append(_told(task, f"input {path!r}", "it holds the canary of its truth"))
            times[path] = (root / path).lstat().st_mtime
    return found + _time_findings(case, task, times)


def _time_findings(case: Case, task: Task, times: dict[str, float]) -> list[Finding]:
    """Say where the time of a file tells: the framework gives all inputs one time, so another was set on purpose."""
    sources = {
        entry.path: entry.source.stat().st_mtime for entry in shown_inputs(case.suite, task.id, case.secrets)
    }
    odd = [
        path for path, moment in times.items() if path not in sources and moment < max(times.values()) - 60
    ]
    told = {
        value for value in _leaves(case.truths[task.id]) if value.isdecimal() and len(value) >= _SHORTEST_TOLD
    }
    odd += [path for path, moment in sources.items() if any(value in str(int(moment)) for value in told)]
    fix = "set the same time for all files of a task"
    problem = "its time is not that of the others, or holds a number of the truth"
    return [Finding("truth-hidden", f"task {task.id}: input {path!r}", problem, fix) for path in odd]


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


def _leaves(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "canary":
                yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
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
