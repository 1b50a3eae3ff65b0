"""Which tasks are run, and the fingerprints by which they are known."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from itbench import Input, JsonObject, Suite, Task, UsageError
from itbench.suites.hashing import FileDigests, suite_hash, task_hash
from itbench.suites.select import select

TASKS = [
    Task(id="a-1", title="T", instructions="I", tags=("red",)),
    Task(id="a-2", title="T", instructions="I", tags=("red", "big")),
    Task(id="b-1", title="T", instructions="I"),
]


class Files(Suite):
    """The tasks above, each with the same files."""

    name, version, summary = "files", "1", "Files."

    def __init__(self, inputs: Sequence[Input] = (), hidden: Sequence[Input] = ()) -> None:
        self._inputs, self._hidden = inputs, hidden

    def tasks(self) -> list[Task]:
        return TASKS

    def inputs(self, task_id: str) -> Sequence[Input]:
        return self._inputs

    def hidden(self, task_id: str) -> Sequence[Input]:
        return self._hidden

    def truth(self, task_id: str) -> JsonObject:
        return {"canary": "canary-5f4dcc3b5aa765d6"}


@pytest.mark.parametrize(
    ("globs", "tags", "limit", "ids"),
    [
        ((), (), None, ["a-1", "a-2", "b-1"]),
        (("a-*",), (), None, ["a-1", "a-2"]),
        (("b-1", "a-2"), (), None, ["a-2", "b-1"]),
        ((), ("red",), None, ["a-1", "a-2"]),
        ((), ("red", "big"), None, ["a-2"]),
        ((), (), 1, ["a-1"]),
    ],
)
def test_tasks_are_selected_in_the_suite_s_order(
    globs: tuple[str, ...], tags: tuple[str, ...], limit: int | None, ids: list[str]
) -> None:
    assert [task.id for task in select(TASKS, globs=globs, tags=tags, limit=limit)] == ids


def test_a_glob_that_fits_nothing_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"no task fits 'c-\*'; they are named like 'a-1'"):
        select(TASKS, globs=("a-*", "c-*"))


def test_an_unknown_tag_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="no task has the tag 'blue'; known: big, red"):
        select(TASKS, tags=("blue",))


def test_a_selection_without_tasks_is_refused() -> None:
    with pytest.raises(UsageError, match="no task is left"):
        select(TASKS, globs=("b-*",), tags=("red",))


@pytest.mark.parametrize("size", [10, 3 << 20], ids=["small", "large enough to be remembered"])
def test_a_task_s_hash_changes_with_every_byte_that_an_agent_sees(tmp_path: Path, size: int) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"x" * size)
    before = task_hash(TASKS[0], Files([Input("data", path)]), FileDigests())
    assert before == task_hash(TASKS[0], Files([Input("data", path)]), FileDigests())
    assert before != task_hash(TASKS[0], Files([Input("other", path)]), FileDigests())
    assert before != task_hash(TASKS[1], Files([Input("data", path)]), FileDigests())
    path.write_bytes(b"x" * (size - 1) + b"y")
    assert before != task_hash(TASKS[0], Files([Input("data", path)]), FileDigests())


def test_a_task_s_hash_changes_with_every_byte_that_only_judges_see(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"x")
    files = [Input("data", path)]
    before = task_hash(TASKS[0], Files((), files), FileDigests())
    assert before != task_hash(TASKS[0], Files(), FileDigests())
    path.write_bytes(b"y")
    assert before != task_hash(TASKS[0], Files((), files), FileDigests())


def test_the_order_of_inputs_and_tasks_does_not_matter(tmp_path: Path) -> None:
    inputs = [Input(name, tmp_path / name) for name in ("a", "b")]
    for entry in inputs:
        entry.source.write_text(entry.path)
    one = task_hash(TASKS[0], Files(inputs), FileDigests())
    assert one == task_hash(TASKS[0], Files(inputs[::-1]), FileDigests())
    other = task_hash(TASKS[1], Files(inputs), FileDigests())
    assert suite_hash([one, other]) == suite_hash([other, one])


def test_a_broken_digest_cache_costs_time_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"x" * (2 << 20))
    broken = tmp_path / "digests.sqlite"
    broken.write_text("no database")
    assert FileDigests(broken).digest(path) == FileDigests(tmp_path / "new.sqlite").digest(path)
