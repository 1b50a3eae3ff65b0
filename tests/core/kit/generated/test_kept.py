"""The cache is not believed: what does not lie there as it was made is made again, or is a fault of the task."""

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from itbench import DataError
from itbench.kit.generated.jobs import hidden_dir, inputs_dir, truths_dir

if TYPE_CHECKING:
    from quarry import Stones


@pytest.fixture(params=[False, True], ids=["embedded", "drawn"])
def stones(request: pytest.FixtureRequest, quarry: Any) -> "Stones":
    suite: Stones = quarry.stones(is_drawn=request.param)
    return suite


def replaced_by(source: Path, target: Path) -> None:
    target.unlink()
    target.symlink_to(source)


def swapped(one: Path, other: Path) -> None:
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


def linked_folder(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to("elsewhere")


def parts(root: Path) -> tuple[Path, Path, Path, Path]:
    """Return a file of the inputs, one of the hidden files, the truth and the record of the second stone."""
    table = Path("more", "data.csv")
    return (
        inputs_dir(root, "stone-2") / table,
        hidden_dir(root, "stone-2") / table,
        truths_dir(root) / "stone-2.json",
        root / "records" / "stone-2.json",
    )


def changed_truth(root: Path, **changes: object) -> None:
    path = parts(root)[2]
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


CHANGES: dict[str, Callable[[Path], object]] = {
    "an empty table": lambda root: parts(root)[0].write_bytes(b""),
    "a random table": lambda root: parts(root)[0].write_bytes(os.urandom(900)),
    "a table cut off": lambda root: parts(root)[0].write_bytes(parts(root)[0].read_bytes()[:-1]),
    "one bit": lambda root: parts(root)[0].write_bytes(b"u" + parts(root)[0].read_bytes()[1:]),
    "no table": lambda root: parts(root)[0].unlink(),
    "no inputs": lambda root: shutil.rmtree(inputs_dir(root, "stone-2")),
    "the inputs of another task": lambda root: swapped(
        inputs_dir(root, "stone-1"), inputs_dir(root, "stone-2")
    ),
    "one more file": lambda root: (inputs_dir(root, "stone-2") / "hint.txt").write_text("weigh it"),
    "a file that is a folder": lambda root: (parts(root)[0].unlink(), parts(root)[0].mkdir()),
    "a file that is a link": lambda root: replaced_by(
        inputs_dir(root, "stone-1") / "stone.txt", parts(root)[0]
    ),
    "a file that is a link to the same": lambda root: (
        shutil.copy(parts(root)[0], root / "copy"),
        replaced_by(root / "copy", parts(root)[0]),
    ),
    "a folder that is a link": lambda root: linked_folder(inputs_dir(root, "stone-2") / "more"),
    "inputs that are a link": lambda root: linked_folder(inputs_dir(root, "stone-2")),
    "a link to nothing": lambda root: replaced_by(root / "nothing", parts(root)[0]),
    "a pipe": lambda root: os.mkfifo(inputs_dir(root, "stone-2") / "pipe"),
    "a file that nobody may read": lambda root: parts(root)[0].chmod(0o000),
    "a file for its owner only": lambda root: parts(root)[0].chmod(0o600),
    "a folder that nobody may enter": lambda root: parts(root)[0].parent.chmod(0o600),
    "a file that all may write": lambda root: parts(root)[0].chmod(0o666),
    "other hidden data": lambda root: parts(root)[1].write_text("weight\n7\n"),
    "no hidden data": lambda root: shutil.rmtree(hidden_dir(root, "stone-2")),
    "the hidden data of another task": lambda root: swapped(
        hidden_dir(root, "stone-1"), hidden_dir(root, "stone-2")
    ),
    "another weight": lambda root: changed_truth(root, weight=7),
    "the canary of another task": lambda root: changed_truth(root, canary="itbench-canary-of-another-task"),
    "the truth of another task": lambda root: shutil.copy(truths_dir(root) / "stone-1.json", parts(root)[2]),
    "a truth that is a list": lambda root: parts(root)[2].write_text("[]"),
    "a truth that is no JSON": lambda root: parts(root)[2].write_bytes(b"\xff{"),
    "a truth that nests too deep": lambda root: parts(root)[2].write_text("[" * 100_000),
    "a truth that is a link": lambda root: replaced_by(truths_dir(root) / "stone-1.json", parts(root)[2]),
    "an empty truth": lambda root: parts(root)[2].write_bytes(b""),
    "no truth": lambda root: parts(root)[2].unlink(),
    "a truth written anew": lambda root: parts(root)[2].write_text(
        json.dumps(json.loads(parts(root)[2].read_text()))
    ),
    "no record": lambda root: parts(root)[3].unlink(),
    "a record that is no JSON": lambda root: parts(root)[3].write_bytes(b"\0" * 80),
    "the record of another task": lambda root: shutil.copy(root / "records" / "stone-1.json", parts(root)[3]),
}


def test_a_task_that_lies_there_as_it_was_made_is_sound(stones: "Stones", quarry: Any) -> None:
    quarry.make_here(stones)
    assert [stones.check(job.id) for job in stones.jobs()] == [[], []]
    assert stones.truth("stone-2")["weight"] % 1000 == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_whatever_was_changed_is_found(name: str, stones: "Stones", quarry: Any) -> None:
    quarry.make_here(stones)
    CHANGES[name](stones._root)
    assert bool(stones.check("stone-1")) == name.startswith(("the inputs of", "the hidden data of"))
    (line,) = stones.check("stone-2")
    assert "the task is not as it was made: " in line
    assert "\n" not in line


@pytest.mark.parametrize(
    "name", [name for name in CHANGES if "truth" in name or "record" in name or "weight" in name]
)
def test_another_truth_scores_nothing(name: str, stones: "Stones", quarry: Any) -> None:
    quarry.make_here(stones)
    CHANGES[name](stones._root)
    with pytest.raises(DataError, match="truth"):
        stones.truth("stone-2")


@pytest.mark.slow
def test_what_was_changed_is_made_again_and_the_rest_is_left(stones: "Stones", quarry: Any) -> None:
    """Slow: it starts a process that makes tasks for each of the kinds."""
    quarry.make_here(stones)
    untouched = parts(stones._root)[0].parents[2] / "stone-1" / "stone.txt"
    before = untouched.stat().st_ino
    for name in ("a folder that is a link", "the truth of another task"):
        CHANGES[name](stones._root)
        stones.restore(["stone-1"])
        assert stones.check("stone-2") != [], name
        stones.restore(["stone-2"])
        assert stones.check("stone-2") == [], name
    assert untouched.stat().st_ino == before


@pytest.mark.slow
def test_a_cache_of_before_there_were_records_is_made_again(stones: "Stones", quarry: Any) -> None:
    quarry.make_here(stones)
    shutil.rmtree(stones._root / "records")
    parts(stones._root)[0].write_text("changed long ago")
    stones.prepare()
    assert [stones.check(job.id) for job in stones.jobs()] == [[], []]


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="embedded", marks=pytest.mark.soak),
        pytest.param(["-S", "seed=77", "-S", "count=2"], id="drawn"),
    ],
)
def test_a_run_on_a_changed_cache_gives_the_same_scores(
    itbench: Any, tmp_path: Path, options: list[str]
) -> None:
    """Slow: it makes fleets three times."""
    words = ["run", "finops/right-sizing", "-n", "2", "-a", "baseline", "--json", *options]
    scores = [json.loads(itbench(*words).out)["score"]]
    (root,) = (tmp_path / "cache" / "finops").glob("right-sizing-*")
    one, other = sorted((root / "inputs").iterdir())[:2]
    swapped(one / "workloads.json", other / "workloads.json")
    scores.append(json.loads(itbench(*words).out)["score"])
    one, other = sorted((root / "truths").iterdir())[:2]
    swapped(one, other)
    done = itbench(*words)
    assert (done.code, [*scores, json.loads(done.out)["score"]]) == (0, [scores[0]] * 3)
    assert itbench("score", json.loads(done.out)["path"], "--json").code == 0


def found_of(suite: "Stones", count: int) -> int:
    """Change a random byte of a random file of the second stone many times, and return how often that was found."""
    root, chance = suite._root, random.Random(9)
    paths = [path for path in root.rglob("*") if path.is_file() and "stone-2" in str(path.relative_to(root))]
    truth, found = suite.truth("stone-2"), 0
    for _ in range(count):
        path = chance.choice(paths)
        data = path.read_bytes()
        at = chance.randrange(len(data))
        length = chance.choice([0, 1, 1, 16, len(data)])
        changed = data[:at] + chance.randbytes(length) + data[at + chance.choice([0, length]) :]
        path.write_bytes(changed)
        # A record of other spaces says the same.
        is_seen = suite.check("stone-2") != []
        assert is_seen == (changed != data) or b"".join(changed.split()) == data.strip(), (path, at)
        try:
            assert suite.truth("stone-2") == truth
        except DataError:
            found += 1
        path.write_bytes(data)
        assert suite.check("stone-2") == []
    return found


def test_no_byte_is_changed_unseen(stones: "Stones", quarry: Any) -> None:
    quarry.make_here(stones)
    assert found_of(stones, 40) > 0


@pytest.mark.soak
def test_no_byte_of_very_many_is_changed_unseen(stones: "Stones", quarry: Any) -> None:
    quarry.make_here(stones)
    assert found_of(stones, 800) > 100
