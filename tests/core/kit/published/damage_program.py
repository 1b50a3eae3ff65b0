"""Fetches a dataset again and again in processes that are killed, or after its files were damaged, and prints what was said.

The hub's client is imported once, and each download is a fork of this process.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import huggingface_hub  # noqa: F401 - so that no fork has to import it

from itbench.errors import DataError
from itbench.kit.published.dataset import HubDataset
from itbench.kit.published.download import download
from itbench.kit.published.locate import locate
from itbench.kit.published.whole import changed_files

CACHE = Path(os.environ["HF_HUB_CACHE"])
FILES: dict[str, str] = json.loads(sys.argv[1])
apples = HubDataset(
    repository="orchard/Fruit-Set",
    domain="fruit",
    suite="fruit-set",
    folder="fruit",
    expected="directory of an apple",
    holds_tasks=lambda directory: any(directory.glob("apple-*")),
)


def forked(work: Callable[[], object]) -> int:
    """Return the exit code of some work in a fork, negative where a signal ended it."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except DataError as error:
            print(error, file=sys.stderr)
            os._exit(3)
        except BaseException as error:  # noqa: BLE001 - a fork must not go on as its parent
            print(repr(error), file=sys.stderr)
            os._exit(9)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_at(event: int, counted: Path) -> None:
    """Download, and be killed at an event: when a file is opened, made, renamed or removed."""
    seen = 0

    def count(name: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if name == "open" or name.startswith("os."):
            seen += 1
            if seen == event:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    download(apples)
    counted.write_text(str(seen))


def state() -> str:
    """Return what is said of the dataset: an error, what was changed, or that it is whole."""
    try:
        found = locate(apples, None, None, {"HF_HUB_CACHE": str(CACHE)})
    except DataError as error:
        return f"error: {error}"
    lines = [line for number in (1, 2) for line in changed_files(apples, found.directory / f"apple-{number}")]
    if lines:
        return f"changed: {lines[0]}"
    root = found.directory.parent
    files = {
        str(path.relative_to(root)): path.read_text() for path in root.glob("fruit/**/*") if path.is_file()
    }
    return "whole" if files == FILES else f"silently another: {sorted(files)}"


def kills(count: int) -> dict[str, Any]:
    counted = CACHE.with_name("counted")
    assert forked(lambda: killed_at(0, counted)) == 0
    events, results = int(counted.read_text()), []
    few = min(count, events)
    for event in sorted({1 + (2 * at + 1) * (events - 1) // (2 * few) for at in range(few)}):
        shutil.rmtree(CACHE)
        code = forked(partial(killed_at, event, counted))
        before = state()
        results.append([event, code, before, forked(lambda: download(apples)), state()])
    return {"events": events, "results": results}


def root() -> Path:
    (found,) = CACHE.glob("datasets--*/snapshots/*")
    return found


def blob(path: str) -> Path:
    return (root() / path).resolve()


SEED = "fruit/apple-1/seed"


def link_to_another_file() -> None:
    (root() / SEED).unlink()
    (root() / SEED).symlink_to(blob("fruit/apple-1/skin"))


def add_a_task() -> None:
    (root() / "fruit/apple-9").mkdir()
    (root() / "fruit/apple-9/seed").write_text("9")


DAMAGES: dict[str, Callable[[], object]] = {
    "a file cut off": lambda: blob(SEED).write_text(FILES[SEED][:-1]),
    "an empty file": lambda: blob(SEED).write_text(""),
    "another content of the same size": lambda: blob(SEED).write_text("x" * len(FILES[SEED])),
    "no content": lambda: blob(SEED).unlink(),
    "no link": lambda: (root() / SEED).unlink(),
    "a link to another file": link_to_another_file,
    "no task": lambda: shutil.rmtree(root() / "fruit/apple-1"),
    "one more file": lambda: (root() / "fruit/apple-1/worm").write_text("hello"),
    "one more task": add_a_task,
    "one more link": lambda: (root() / "fruit/apple-1/worm").symlink_to("/etc"),
    "a marker that is no JSON": lambda: next(root().glob(".itbench-*")).write_text("{"),
    "an empty marker": lambda: next(root().glob(".itbench-*")).write_text(""),
    "a marker of nothing": lambda: next(root().glob(".itbench-*")).write_text("{}"),
    "a list of the client that is no JSON": lambda: [
        path.write_text("[") for path in CACHE.glob("datasets--*/trees/*")
    ],
    "an empty list of the client": lambda: [
        path.write_text("{}") for path in CACHE.glob("datasets--*/trees/*")
    ],
    "all of it cut off": lambda: [
        path.write_bytes(path.read_bytes()[:3]) for path in root().glob("fruit/*/*")
    ],
}


def damages(names: list[str]) -> dict[str, Any]:
    results = {}
    for name in names or DAMAGES:
        shutil.rmtree(CACHE, ignore_errors=True)
        assert forked(lambda: download(apples)) == 0
        DAMAGES[name]()
        results[name] = [state(), forked(lambda: download(apples)), state()]
    return results


print(json.dumps(kills(int(sys.argv[3])) if sys.argv[2] == "kills" else damages(sys.argv[3:])))
