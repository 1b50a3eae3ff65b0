"""Whatever is changed on either side is found and named, also by who could sign again what was changed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as some
from tests.core.sealing.conftest import Sealed, flip

from itbench.errors import DataError
from itbench.sealed.bundle import read_bundle
from itbench.sealed.canonical import sha256
from itbench.sealed.documents import files_by_task, task_commitment
from itbench.sealed.envelope import sign
from itbench.sealed.keys import SigningKey
from itbench.sealing.submission import read_submission

# Slow: they seal a suite, whose tasks are made by processes of their own.
pytestmark = pytest.mark.slow
Itbench = Callable[..., Any]
Row = dict[str, Any]
INPUT, OTHER_INPUT = "inputs/sum-0000/a b/data ü.txt", "inputs/sum-0001/a b/data ü.txt"
TRUTH, OTHER_TRUTH = "truths/sum-0000.json", "truths/sum-0001.json"
HIDDEN = "hidden/sum-0000/a b/data ü.txt"


def faults_of(root: Path) -> str:
    try:
        return "; ".join(read_bundle(root).faults())
    except DataError as error:
        return str(error)


def swap(one: Path, other: Path) -> None:
    one.rename("aside")
    other.rename(one)
    Path("aside").rename(other)


def edit(path: Path, change: Callable[[Row], None]) -> None:
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def link(path: Path) -> None:
    path.rename("aside")
    path.symlink_to(Path("aside").resolve())


CHANGES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "an input": ("public", lambda root: flip(root / INPUT), f"{INPUT!r} was changed"),
    "an input that grew": (
        "public",
        lambda root: (root / INPUT).write_bytes((root / INPUT).read_bytes() + b"x"),
        f"{INPUT!r} was changed: it has ",
    ),
    "an input cut off": ("public", lambda root: (root / INPUT).write_bytes(b"s"), f"{INPUT!r} was cut off: it has 1 of "),
    "an empty input": ("public", lambda root: (root / INPUT).write_bytes(b""), f"{INPUT!r} was cut off: it has 0 of "),
    "an input removed": ("public", lambda root: (root / INPUT).unlink(), f"{INPUT!r} was removed"),
    "an input renamed": (
        "public",
        lambda root: (root / INPUT).rename(root / "inputs/sum-0000/b"),
        f"{INPUT!r} was renamed to 'inputs/sum-0000/b'",
    ),
    "inputs that changed places": (
        "public",
        lambda root: swap(root / INPUT, root / OTHER_INPUT),
        f"{INPUT!r} was ",
    ),
    "a link in place of an input": ("public", lambda root: link(root / INPUT), f"{INPUT!r} is no plain file"),
    "a linked folder": ("public", lambda root: link(root / "inputs/sum-0001"), "'inputs/sum-0001' is no plain file"),
    "a file added": ("public", lambda root: (root / "inputs/sum-0000/hint").touch(), "'inputs/sum-0000/hint' was added"),
    "a folder of truths added": (
        "public",
        lambda root: shutil.copytree("s/private/truths", root / "truths"),
        f"{TRUTH!r} was added",
    ),
    "a file beside": ("public", lambda root: (root / "README").touch(), "'README' was added"),
    "a task": (
        "public",
        lambda root: edit(root / "tasks/sum-0002.json", lambda task: task.update(title="Easy")),
        "'tasks/sum-0002.json' was c",
    ),
    "a task removed": ("public", lambda root: (root / "tasks/sum-0002.json").unlink(), "'tasks/sum-0002.json' was removed"),
    "the seal of another suite": (
        "public",
        lambda root: shutil.copy("other/public/seal.json", root),
        f"{INPUT!r} was ",
    ),
    "no seal": ("public", lambda root: (root / "seal.json").unlink(), "cannot be read: No such file"),
    "a link in place of the seal": ("public", lambda root: link(root / "seal.json"), "it is no plain file"),
    "a truth": ("private", lambda root: flip(root / TRUTH, 3), f"{TRUTH!r} was changed"),
    "truths that changed places": ("private", lambda root: swap(root / TRUTH, root / OTHER_TRUTH), f"{TRUTH!r} was "),
    "a truth removed": ("private", lambda root: (root / TRUTH).unlink(), f"{TRUTH!r} was removed"),
    "a truth renamed": (
        "private",
        lambda root: (root / TRUTH).rename(root / "truths/sum-0009.json"),
        f"{TRUTH!r} was renamed to 'truths/sum-0009.json'",
    ),
    "hidden data": ("private", lambda root: flip(root / HIDDEN), f"{HIDDEN!r} was changed"),
    "hidden data added": ("private", lambda root: (root / "hidden/sum-0000/c").touch(), "'hidden/sum-0000/c' was added"),
    "a private input": ("private", lambda root: flip(root / INPUT), f"{INPUT!r} was changed"),
    "a salt": (
        "private",
        lambda root: edit(root / "opening.json", lambda each: each["salts"].update({"sum-0001": "0" * 32})),
        "task 'sum-0001': its truth, its hidden data or its salt is not the one that was promised",
    ),
    "a salt of odd length": (
        "private",
        lambda root: edit(root / "opening.json", lambda each: each["salts"].update({"sum-0001": "0"})),
        "a salt is not 16 bytes in hexadecimal",
    ),
    "a salt removed": (
        "private",
        lambda root: edit(root / "opening.json", lambda each: each["salts"].pop("sum-0001")),
        "'opening.json' has no salt of task 'sum-0001'",
    ),
    "a salt added": (
        "private",
        lambda root: edit(root / "opening.json", lambda each: each["salts"].update(more="0" * 32)),
        "'opening.json' has a salt of 'more', which is no task",
    ),
    "another seed": (
        "private",
        lambda root: edit(root / "opening.json", lambda each: each["seed"].update(value="5")),
        "the seed is not the one that was promised",
    ),
    "no seed": (
        "private",
        lambda root: edit(root / "opening.json", lambda each: each.update(seed=None)),
        "the seed is not the one that was promised",
    ),
    "files in another order": (
        "private",
        lambda root: edit(root / "opening.json", lambda each: each["files"].reverse()),
        "not in the order of their paths",
    ),
    "a private file of no task": (
        "private",
        lambda root: edit(
            root / "opening.json",
            lambda each: each["files"].append({"path": "truths/x.json", "size": 0, "sha256": sha256(b"")}),
        ),
        "'opening.json' has files of 'x', which is no task",
    ),
    "a path that leads outside": (
        "private",
        lambda root: edit(root / "opening.json", lambda each: each["files"][0].update(path="../a")),
        "is no path below a folder",
    ),
    "the opening of another suite": (
        "private",
        lambda root: shutil.copy("other/private/opening.json", root),
        "'opening.json' is of another seal",
    ),
    "an opening cut off": (
        "private",
        lambda root: (root / "opening.json").write_text('{"format"'),
        "opening.json: it was changed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGES)
def test_a_bundle_that_was_changed_is_refused_and_the_change_named(
    case: str, sealed: Sealed, other: None
) -> None:
    bundle, change, told = CHANGES[case]
    root = Path("s") / bundle
    assert faults_of(root) == ""
    change(root)
    assert told in faults_of(root), faults_of(root)


def test_a_changed_bundle_is_neither_run_nor_scored_with(
    itbench: Itbench, sealed: Sealed, submission: Path
) -> None:
    for root, words in (
        (sealed.public, ["run", "s/public"]),
        (sealed.private, ["score", "--sealed", "s/private", submission]),
    ):
        flip(root / INPUT)
        done = itbench(*words)
        assert (
            done.code,
            f"s is not as it was sealed: {INPUT!r} was" in done.err.replace(f"{root}", "s"),
        ) == (3, True), done.err
        checked = itbench("check", root)
        assert (checked.code, f"{INPUT!r} was" in checked.out) == (3, True)
    assert not list(Path().glob("runs/*"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=some.integers(0, 1 << 20), change=some.integers(1, 255))
def test_no_byte_of_a_seal_or_a_submission_can_be_changed(
    place: int, change: int, sealed: Sealed, submission: Path
) -> None:
    for path, read in ((sealed.public / "seal.json", lambda: read_bundle(sealed.public)), (submission, None)):
        before = path.read_bytes()
        data = bytearray(before)
        data[place % len(data)] ^= change
        path.write_bytes(data)
        try:
            with pytest.raises(DataError):
                (read or (lambda: read_submission(submission)))()
        finally:
            path.write_bytes(before)


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


LINES: dict[str, tuple[Callable[[list[bytes], list[bytes]], list[bytes]], str]] = {
    "a record changed": (
        lambda own, _: [*own[:2], own[2].replace(b'"sum":', b'"sum":1'), *own[3:]],
        "trial sum-0001 repeat 0 attempt 0 was changed",
    ),
    "a record that is no JSON": (lambda own, _: [*own[:2], b"{\n", *own[3:]], "line 3 was added or changed; trial sum-0001 repeat 0"),
    "a record removed": (lambda own, _: own[:2] + own[3:], "trial sum-0001 repeat 0 attempt 0 was removed"),
    "a record twice": (lambda own, _: own[:3] + own[2:], "trial sum-0001 repeat 0 attempt 0 is there twice, again in line 4"),
    "records that changed places": (
        lambda own, _: [own[0], own[2], own[1], *own[3:]],
        "trial sum-0001 repeat 0 attempt 0 was moved; trial sum-0000 repeat 0 attempt 0 was moved",
    ),
    "a record of another run": (lambda own, their: [*own[:2], their[2], *own[3:]], "trial sum-0001 repeat 0 attempt 0 was changed"),
    "a record added": (
        lambda own, their: [*own[:-1], their[1], own[-1]],
        "line 8, trial sum-0000 repeat 0 attempt 0, was added or changed",
    ),
    "the plan": (lambda own, _: [own[0].replace(b'"seed":0', b'"seed":1'), *own[1:]], "its first line, with the plan, was changed"),
    "the plan of another run": (lambda own, their: [their[0], *own[1:]], "its first line, with the plan, was changed"),
    "the index of another run": (lambda own, their: [*own[:-1], their[-1]], "its first line, with the plan, was changed"),
    "cut off before the index": (lambda own, _: own[:-1], "it is no signed document, or was cut off"),
    "cut off within the index": (lambda own, _: [*own[:-1], own[-1][:-20]], "its last line has no end"),
    "cut off at the end": (lambda own, _: [*own[:-1], own[-1][:-1]], "its last line has no end"),
    "cut off in the middle": (lambda own, _: [*own[:3], own[3][:50]], "its last line has no end"),
    "only the first line": (lambda own, _: own[:1], "it has 1 lines"),
    "nothing": (lambda _, __: [], "it has 0 lines"),
}  # fmt: skip


@pytest.mark.parametrize("case", LINES)
def test_a_submission_that_was_changed_is_refused_and_the_change_named(
    case: str, itbench: Itbench, sealed: Sealed, submission: Path, kept: Path
) -> None:
    if not (kept / "their.submission").exists():
        assert itbench("run", sealed.public, "-k", "2", "--max-trials", "1", "--out", "theirs").code == 0
        assert (
            itbench("submit", next(Path("theirs").glob("*.itbench")), "--out", kept / "their.submission").code
            == 0
        )
    change, told = LINES[case]
    read_submission(submission)
    submission.write_bytes(b"".join(change(lines_of(submission), lines_of(kept / "their.submission"))))
    with pytest.raises(DataError) as refused:
        read_submission(submission)
    assert told in str(refused.value)


def promise_again(private: Path) -> None:
    """Change a truth, and all that tells of it but the seal: what a cheating owner can do after the seal was published."""
    path = private / TRUTH
    edit(path, lambda truth: truth.update(sum=truth["sum"] + 1))

    def tell(opening: Row) -> None:
        (entry,) = [each for each in opening["files"] if each["path"] == TRUTH]
        entry.update(size=path.stat().st_size, sha256=sha256(path.read_bytes()))

    edit(private / "opening.json", tell)


def test_an_owner_who_changes_a_truth_after_the_seal_was_published_is_found_out(
    itbench: Itbench, sealed: Sealed, submission: Path
) -> None:
    promise_again(sealed.private)
    told = "task 'sum-0000': its truth, its hidden data or its salt is not the one that was promised"
    assert told in faults_of(sealed.private)
    refused = itbench("score", "--sealed", sealed.private, submission)
    assert (refused.code, told in refused.err) == (3, True)
    # With a seal of their own for it, it is another suite than the one that was run, and not what was published.
    bundle = read_bundle(sealed.private)
    key = SigningKey.read(sealed.private / "key.pem")
    assert bundle.opening is not None
    salt, files = bundle.opening.salts["sum-0000"], files_by_task(bundle.opening.files)["sum-0000"]
    tasks = [
        each.model_copy(update={"commitment": task_commitment(each.id, salt, files)})
        if each.id == "sum-0000"
        else each
        for each in bundle.seal.document.tasks
    ]
    again = sign(bundle.seal.document.model_copy(update={"tasks": tuple(tasks)}), key)
    (sealed.private / "seal.json").write_bytes(again.data)
    edit(sealed.private / "opening.json", lambda opening: opening.update(seal=again.digest))
    assert faults_of(sealed.private) == ""
    checked = itbench("check", sealed.private, "--seal", sealed.seal)
    assert (checked.code, f"its seal is {again.digest}, promised was {sealed.seal}" in checked.out) == (
        3,
        True,
    )
    scored = itbench("score", "--sealed", sealed.private, submission)
    assert (scored.code, "the submission is of the suite with" in scored.err) == (3, True)
