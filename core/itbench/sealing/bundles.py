"""Writes the two bundles of a sealed suite."""

import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from itbench.errors import DataError
from itbench.interfaces.domain import Domain
from itbench.interfaces.json import JsonValue
from itbench.interfaces.progress import Progress
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.interfaces.workspace import Input
from itbench.plugins.code import fingerprint
from itbench.plugins.domains import domain_host
from itbench.sealed.bundle import KEY, OPENING, SEAL
from itbench.sealed.documents import (
    SALT_BYTES,
    DrawnSeed,
    Opening,
    Seal,
    SealedFile,
    SealedTask,
    files_by_task,
    path_problem,
    task_commitment,
)
from itbench.sealed.envelope import Signed, sign
from itbench.sealed.files import sealed_file
from itbench.sealed.keys import SigningKey
from itbench.sealed.new_file import PRIVATE, PUBLIC, copy_to, write_new
from itbench.suites.shown import shown_inputs
from itbench.version import __version__


@dataclass(frozen=True, slots=True)
class Drawn:
    """From what fresh tasks were made: the seed, how many, and with which options."""

    seed: str
    count: int
    options: Mapping[str, str]


def write_bundles(
    domain: Domain, suite: Suite, tasks: Sequence[Task], drawn: Drawn | None, folder: Path, progress: Progress
) -> Signed[Seal]:
    """Write `public` and `private` into a folder, and return the seal.

    Raises:
        DataError: a file has a name that no bundle can hold.
        OSError: the folder cannot be written.
    """
    public, private = folder / "public", folder / "private"
    public.mkdir()
    private.mkdir(mode=0o700)
    for done, task in enumerate(tasks):
        progress("sealing", done, len(tasks))
        _write_task(suite, task, public, private)
    hidden = _sealed(private, "truths", "hidden")
    promised = files_by_task(hidden)
    salts = {task.id: secrets.token_hex(SALT_BYTES) for task in tasks}
    seed, options = None, dict[str, str]()
    if drawn is not None:
        seed = DrawnSeed(salt=secrets.token_hex(SALT_BYTES), value=drawn.seed, count=drawn.count)
        options |= drawn.options
    key = SigningKey.new()
    distribution = domain_host().distribution(domain.name)
    seal = Seal(
        key=key.public,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        domain=domain.name,
        suite=suite.name,
        suite_version=suite.version,
        summary=suite.summary,
        itbench_version=__version__,
        domain_origin=domain_host().origin(domain.name),
        domain_code=None if distribution is None else fingerprint(distribution),
        scoring_version=domain.scoring_version,
        options=options,
        seed_commitment=seed.commitment(options) if seed else None,
        tasks=tuple(
            SealedTask(id=task.id, commitment=task_commitment(task.id, salts[task.id], promised[task.id]))
            for task in tasks
        ),
        files=tuple(_sealed(public, "tasks", "inputs")),
    )
    signed = sign(seal, key)
    opening = Opening(seal=signed.digest, salts=salts, seed=seed, files=tuple(hidden))
    write_new(public / SEAL, signed.data, PUBLIC)
    write_new(private / SEAL, signed.data, PRIVATE)
    write_new(private / OPENING, _json(opening.model_dump(mode="json")), PRIVATE)
    key.write(private / KEY)
    for root in (public, private):
        _forget_times(root)
    return signed


def _write_task(suite: Suite, task: Task, public: Path, private: Path) -> None:
    document = _json(task.model_dump(mode="json"))
    inputs = shown_inputs(suite, task.id)
    for root, mode in ((public, PUBLIC), (private, PRIVATE)):
        write_new(root / "tasks" / f"{task.id}.json", document, mode)
        # Sandboxes show them to another user where itbench runs as root.
        _copy(inputs, root / "inputs" / task.id, PUBLIC)
    write_new(private / "truths" / f"{task.id}.json", _json(suite.truth(task.id)), PRIVATE)
    _copy(suite.hidden(task.id), private / "hidden" / task.id, PRIVATE)


def _copy(entries: Sequence[Input], folder: Path, mode: int) -> None:
    for entry in entries:
        problem = path_problem(entry.path)
        if problem is not None:
            raise DataError(f"{str(entry.source)!r} cannot be sealed: its path {problem}; rename it")
        copy_to(entry.source, folder / entry.path, mode)


def _forget_times(root: Path) -> None:
    """Give everything in a folder one time: when a task was made, and how long that took, may tell something."""
    for folder, _, names in os.walk(root, topdown=False):
        for name in names:
            os.utime(Path(folder, name), (0, 0))
        os.utime(folder, (0, 0))


def _sealed(root: Path, *tops: str) -> list[SealedFile]:
    return [sealed_file(root, path) for path in sorted(_paths(root, tops))]


def _paths(root: Path, tops: Sequence[str]) -> Iterator[str]:
    for top in tops:
        for folder, _, names in os.walk(root / top):
            yield from ((Path(folder) / name).relative_to(root).as_posix() for name in names)


def _json(value: JsonValue) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=True) + "\n").encode()
