"""Which tasks are run, and the fingerprints by which they are known."""

import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from itbench import Input, JsonObject, Suite, SuiteOptions, Task, UsageError
from itbench.host.digests import FileDigests
from itbench.suites.hashing import content_hash, deciding_options, private_hash, suite_hash
from itbench.suites.select import select

TASKS = [
    Task(id="a-1", title="T", instructions="I", tags=("red",)),
    Task(id="a-2", title="T", instructions="I", tags=("red", "big")),
    Task(id="b-1", title="T", instructions="I"),
]


class Files(Suite):
    """The tasks above."""

    name, version, summary = "files", "1", "Files."

    def tasks(self) -> list[Task]:
        return TASKS

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
    with pytest.raises(UsageError, match=r"no task matches 'c-\*'; ids look like 'a-1'"):
        select(TASKS, globs=("a-*", "c-*"))


def test_an_unknown_tag_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="no task has the tag 'blue'; known: big, red"):
        select(TASKS, tags=("blue",))


def test_a_selection_without_tasks_is_refused() -> None:
    with pytest.raises(UsageError, match="no task is left"):
        select(TASKS, globs=("b-*",), tags=("red",))


TRUTH = {"canary": "canary-5f4dcc3b5aa765d6", "cause": "rain"}


def shown(task: Task, inputs: Sequence[Input] = (), **options: object) -> str:
    return content_hash(task.model_dump_json(), inputs, FileDigests(), options)


def secret(truth: JsonObject, hidden: Sequence[Input] = ()) -> str:
    return private_hash(truth, hidden, FileDigests())


@pytest.mark.parametrize("size", [10, 3 << 20], ids=["small", "large enough to be remembered"])
def test_the_public_hash_changes_with_all_that_an_agent_sees(tmp_path: Path, size: int) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"x" * size)
    before = shown(TASKS[0], [Input("data", path)])
    assert before == shown(TASKS[0], [Input("data", path)])
    others = [
        shown(TASKS[0], [Input("other", path)]),
        shown(TASKS[1], [Input("data", path)]),
        shown(TASKS[0]),
        shown(TASKS[0], [Input("data", path)], level="hard"),
        shown(TASKS[0], [Input("data", path)], level="easy"),
        shown(TASKS[0], [Input("data", path)], as_published=True),
    ]
    path.write_bytes(b"x" * (size - 1) + b"y")
    others.append(shown(TASKS[0], [Input("data", path)]))
    assert len({before, *others}) == len(others) + 1


def test_a_file_that_was_changed_behind_its_size_and_time_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"x" * (2 << 20))
    before = FileDigests().digest(path)
    status = path.stat()
    path.write_bytes(b"y" * (2 << 20))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_mtime_ns == status.st_mtime_ns
    assert FileDigests().digest(path) != before


@pytest.mark.parametrize(
    "truth",
    [TRUTH | {"cause": "snow"}, TRUTH | {"canary": "canary-of-another-kind"}, TRUTH | {"more": None}],
    ids=["another value", "another canary", "one more key"],
)
def test_the_private_hash_changes_with_the_truth(truth: JsonObject) -> None:
    assert secret(truth) != secret(TRUTH) == secret(dict(reversed(TRUTH.items())))


def test_the_private_hash_changes_with_every_byte_that_only_judges_see(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"x")
    before = secret(TRUTH, [Input("data", path)])
    others = [secret(TRUTH), secret(TRUTH, [Input("other", path)])]
    path.write_bytes(b"y")
    others.append(secret(TRUTH, [Input("data", path)]))
    assert len({before, *others}) == 4


def test_without_the_canary_nobody_can_try_whether_a_guess_is_the_truth() -> None:
    text = json.dumps(TRUTH, sort_keys=True).encode()
    found = secret(TRUTH).removeprefix("hmac-sha256:")
    assert found == hmac.new(TRUTH["canary"].encode(), text, hashlib.sha256).hexdigest()
    assert found != hashlib.sha256(text).hexdigest()


def test_options_that_only_choose_data_do_not_count() -> None:
    suite = Files()
    suite.data_options = frozenset({"revision"})
    options = SuiteOptions(data=Path("anywhere"), extra={"revision": "main", "level": "hard"})
    assert deciding_options(suite, options) == {"level": "hard"}
    assert deciding_options(suite, replace(options, as_published=True)) == {
        "level": "hard",
        "as_published": True,
    }


def test_the_order_of_inputs_and_tasks_does_not_matter(tmp_path: Path) -> None:
    inputs = [Input(name, tmp_path / name) for name in ("a", "b")]
    for entry in inputs:
        entry.source.write_text(entry.path)
    one = shown(TASKS[0], inputs)
    assert one == shown(TASKS[0], inputs[::-1])
    other = shown(TASKS[1], inputs)
    assert suite_hash([one, other]) == suite_hash([other, one])


def test_a_broken_digest_cache_costs_time_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"x" * (2 << 20))
    broken = tmp_path / "digests.sqlite"
    broken.write_text("no database")
    assert FileDigests(broken).digest(path) == FileDigests(tmp_path / "new.sqlite").digest(path)


def test_a_file_that_is_rewritten_in_the_same_tick_is_read_again(tmp_path: Path) -> None:
    path, digests = tmp_path / "data", FileDigests()
    path.write_bytes(b"a" * (1 << 20))
    found = set()
    for letter in b"abc":
        # Size and inode stay, and a quick machine writes all of them within one tick of the clock.
        with path.open("r+b") as file:
            file.write(bytes([letter]))
        os.utime(path, ns=(0, 0))
        found |= {digests.digest(path), FileDigests().digest(path)}
    assert len(found) == 3
