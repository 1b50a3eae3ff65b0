"""From a suite to scores: sealed, run without truths, handed in, scored elsewhere, revealed, and scored by anybody."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.core.sealing.conftest import Sealed, only

from itbench.store.reader import RunFile

Itbench = Callable[..., Any]


def values(path: Path) -> dict[tuple[str, int], float | None]:
    with RunFile(path) as run:
        return {(row["task"], row["repeat"]): row["value"] for row in run.outcomes()}


def bytes_in(root: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file())


def test_scores_from_elsewhere_are_those_of_a_run_beside_the_truths(
    itbench: Itbench, sealed: Sealed, submission: Path
) -> None:
    done = itbench("score", "--sealed", sealed.private, submission, "--out", "theirs")
    assert (done.code, "6 of 6 trials" in done.out) == (0, True)
    assert itbench("run", sealed.private, "-k", "2", "--out", "direct").code == 0
    assert values(only("theirs")) == values(only("direct"))
    assert set(values(only("theirs")).values()) <= {0.5, 1.0}
    assert not [path for path in Path("theirs").iterdir() if path.suffix not in {".itbench", ".json"}]
    assert itbench("check", only("theirs"), "--receipt", only("theirs", ".json")).code == 0
    shown = json.loads(itbench("show", only("theirs"), "sum-0001", "--json").out)
    assert shown["truth"]["seen"].startswith("hidden ")


def test_nothing_is_scored_where_no_truth_is(itbench: Itbench, sealed: Sealed) -> None:
    done = itbench("run", sealed.public)
    assert (
        done.code,
        "not scored: 3 submissions are kept; `itbench submit RUN` hands them in" in done.out,
    ) == (0, True)
    assert "the truths are sealed: this run gets no score here" in done.err
    refused = itbench("score", "latest")
    assert (refused.code, "are sealed; hand it in with `itbench submit`" in refused.err) == (2, True)
    shown = json.loads(itbench("show", "latest", "sum-0000", "--json").out)
    assert shown["truth"].startswith("not available here: the truth of task 'sum-0000' is sealed")
    oracle = itbench("run", sealed.public, "--agent", "oracle", "--out", "cheat")
    assert oracle.code == 1
    assert set(values(only("cheat")).values()) == {None}
    assert "sum-0002" in itbench("list-tasks", sealed.public).out


def test_a_run_of_a_public_bundle_is_resumed_and_refuses_another_one(
    itbench: Itbench, sealed: Sealed
) -> None:
    assert itbench("run", sealed.public, "--out", "mine").code == 0
    assert itbench("resume", only("mine")).code == 0
    Path("s").rename("away")
    gone = itbench("resume", only("mine"))
    assert (gone.code, "is not at" in gone.err, "put the bundle back there" in gone.err) == (2, True, True)
    assert itbench("seal", "held", "--tasks", "3", "--out", "s").code == 0
    other = itbench("resume", only("mine"))
    assert (other.code, "has another seal than the one that the run is of" in other.err) == (2, True)


def test_no_truth_and_nothing_it_is_made_from_is_public(
    itbench: Itbench, sealed: Sealed, submission: Path
) -> None:
    opening = json.loads((sealed.private / "opening.json").read_text())
    truths = [json.loads(path.read_text()) for path in sorted(sealed.private.glob("truths/*.json"))]
    hidden = [path.read_bytes() for path in sealed.private.glob("hidden/**/*") if path.is_file()]
    secrets = [
        opening["seed"]["value"].encode(), opening["seed"]["salt"].encode(), f"{int(opening['seed']['value']):x}".encode(),
        *(salt.encode() for salt in opening["salts"].values()),
        *(truth["canary"].encode() for truth in truths),
        *(truth["seen"].encode() for truth in truths),
        *(each["sha256"].encode() for each in opening["files"]),
        *hidden,
    ]  # fmt: skip
    assert len(secrets) == 3 + 3 + 3 + 3 + 6 + 3
    for shown in (
        bytes_in(sealed.public),
        submission.read_bytes(),
        bytes_in(Path("mine")),
        bytes_in(Path("cache")),
    ):
        assert [secret for secret in secrets if secret in shown] == []
    assert bytes_in(sealed.private).count(b'"canary"') == 3


def test_two_seals_have_nothing_in_common_that_could_be_compared(itbench: Itbench, sealed: Sealed) -> None:
    """Not even where tasks and truths are the same: a promise is salted."""
    for out in ("a", "b"):
        assert itbench("seal", "held/fixed", "--out", out).code == 0
    one, other = (json.loads(Path(out, "private/opening.json").read_text()) for out in "ab")
    assert one["files"] == other["files"]
    assert one["seed"] is None
    assert not {*one["salts"].values()} & {*other["salts"].values()}
    drawn = json.loads((sealed.private / "opening.json").read_text())
    assert int(drawn["seed"]["value"]).bit_length() == 129
    assert {len(salt) for salt in drawn["salts"].values()} == {32}


def test_only_its_owner_can_read_the_private_bundle_whatever_the_umask(
    itbench: Itbench, sealed: Sealed
) -> None:
    before = os.umask(0)
    try:
        assert itbench("seal", "held", "--tasks", "2", "--out", "open").code == 0
    finally:
        os.umask(before)
    private = Path("open/private")
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    modes = {
        path.relative_to(private).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in private.rglob("*")
        if path.is_file()
    }
    assert len(modes) == 3 + 2 * 4
    # Inputs are public, and a sandbox may show them to another user.
    assert {mode for path, mode in modes.items() if not path.startswith("inputs/")} == {0o600}
    assert {path.stat().st_mtime for path in (*Path("open/public").rglob("*"), *private.rglob("*"))} == {0}
    assert sorted(path.name for path in Path("open").iterdir()) == ["private", "public"]


def test_what_is_revealed_is_scored_by_anybody_and_holds_no_key(
    itbench: Itbench, sealed: Sealed, submission: Path
) -> None:
    assert itbench("score", "--sealed", sealed.private, submission, "--out", "theirs").code == 0
    assert itbench("reveal", sealed.private, "--out", "revealed").code == 0
    assert not {path.name for path in Path("revealed").iterdir()} & {"key.pem", "scored"}
    assert itbench("check", "revealed", "--seal", sealed.seal, "--key", sealed.document["key"]).code == 0
    done = itbench("score", "--sealed", "revealed", submission, "--out", "anybody")
    assert (done.code, "receipt: none, since the bundle has no key" in done.out) == (0, True)
    assert values(only("anybody")) == values(only("theirs"))
    seed = json.loads(Path("revealed/opening.json").read_text())["seed"]
    assert itbench("make", "held", "--seed", seed["value"], "--tasks", "3", "--out", "again").code == 0
    for path in Path("again/inputs").rglob("*.txt"):
        assert path.read_bytes() == Path("revealed", path.relative_to("again")).read_bytes()


def test_a_submission_holds_no_secret_of_those_who_ran_it(
    itbench: Itbench, sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "hunter2-hunter2-hunter2"
    monkeypatch.setenv("MY_API_KEY", secret)
    assert itbench("run", sealed.public, "--out", secret).code == 0
    assert itbench("run", sealed.public, "--out", "mine", "--agent", "replay", "--", only(secret)).code == 0
    done = itbench("submit", only("mine"), "--out", "my.submission")
    assert "it holds no truth, no score, and no secret" in done.out
    text = Path("my.submission").read_text()
    assert secret not in text
    assert "[secret]/" in text
    assert str(Path.cwd()) not in text
    strange = itbench("submit", only(secret), "--out", "x", "--key", "my.submission")
    assert (strange.code, "is no private key in PEM" in strange.err) == (3, True)


def test_only_runs_of_a_public_bundle_are_handed_in(itbench: Itbench, sealed: Sealed) -> None:
    for words, told in (
        (["sums", "-n", "1"], "is not a run of a sealed suite"),
        ([sealed.private, "-n", "1"], "was run and scored where the truths are"),
    ):
        folder = f"runs of {words[0]}".replace("/", " ")
        assert itbench("run", *words, "--out", folder).code == 0
        done = itbench("submit", only(folder), "--out", "x")
        assert (done.code, told in done.err) == (2, True)
    assert not Path("x").exists()


REFUSED = {
    "an acting domain": (["acting"], "would have to be believed to those who run the agent"),
    "a world that is planted": (
        ["held/planted"],
        "the world of task 'sum-0000' is set up with what no agent may know",
    ),
    "a published suite": (["finops/itbench-lite"], "are published, so there is nothing to seal"),
    "a seed": (["held", "-S", "seed=5"], "sealing draws a secret seed by itself"),
    "a number of tasks that are there": (
        ["held/fixed", "-n", "2"],
        "has the tasks that it has; leave out --tasks",
    ),
    "a sealed suite": (["s/public"], "is sealed already"),
    "an unknown option": (["held", "-S", "a=b"], "has no option 'a'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_sealed_is_refused_and_leaves_nothing(
    case: str, itbench: Itbench, sealed: Sealed
) -> None:
    words, told = REFUSED[case]
    before = sorted(Path().rglob("*"))
    done = itbench("seal", *words, "--out", "new")
    assert (done.code, told in done.err) == (2, True), done.err
    new = [path for path in sorted(Path().rglob("*")) if path not in before]
    assert [path for path in new if not {"cache", "__pycache__"} & set(path.parts)] == []


@pytest.mark.parametrize("name", ["tab\there.txt", "back\\slash.txt", b"latin-\xfc.txt"])
def test_a_file_that_no_bundle_can_hold_is_named(name: str | bytes, itbench: Itbench) -> None:
    assert itbench("make", "held", "--seed", "5", "--tasks", "1", "--out", "made").code == 0
    folder = Path("made/inputs/sum-0000")
    Path(os.fsdecode(os.path.join(os.fsencode(folder), os.fsencode(name)))).touch()  # noqa: PTH118 - bytes
    done = itbench("seal", "made", "--out", "s")
    assert (done.code, "cannot be sealed: its path" in done.err) == (3, True), done.err
    assert not Path("s").exists()


def test_links_are_neither_followed_nor_sealed_and_other_names_of_a_truth_are_refused(
    itbench: Itbench,
) -> None:
    assert itbench("make", "held", "--seed", "5", "--tasks", "1", "--out", "made").code == 0
    folder = Path("made/inputs/sum-0000")
    (folder / "link").symlink_to("/etc/passwd")
    done = itbench("seal", "made", "--out", "s")
    assert (done.code, "only as secret as whatever they were made from" in done.out) == (0, True)
    assert [path.name for path in Path("s/public/inputs/sum-0000").iterdir()] == ["a b"]
    (folder / "other name").hardlink_to("made/truths/sum-0000.json")
    refused = itbench("seal", "made", "--out", "t")
    assert (refused.code, "another name of a truth; remove it" in refused.err) == (3, True)


def test_a_private_bundle_is_validated_by_all_rules(itbench: Itbench, sealed: Sealed) -> None:
    done = itbench("validate", sealed.private, "--json")
    report = json.loads(done.out)
    assert (report["suite"], report["tasks"], report["findings"]) == ("held/fresh", 3, [])
    assert {"tasks-valid", "truth-valid", "truth-hidden"} <= set(report["rules"])


def test_an_agent_is_shown_nothing_of_a_private_bundle(itbench: Itbench, sealed: Sealed) -> None:
    for name in ("opening.json", "key.pem", "truths/sum-0000.json"):
        words = ("--agent", f"command:copy={sealed.private / name}", "--", "true")
        done = itbench("run", sealed.private, *words)
        assert done.code == 2, done.err
        assert "cannot be copied into the sandbox" in done.err


def test_options_of_a_suite_are_sealed_with_it(itbench: Itbench) -> None:
    assert itbench("seal", "held", "-n", "1", "-S", "size=large", "--out", "s").code == 0
    (shown,) = Path("s/public/inputs").rglob("*.txt")
    assert shown.read_text().endswith(" large")
    assert itbench("check", "s/private").code == 0
    refused = itbench("run", "s/public", "-S", "size=small")
    assert (refused.code, "is sealed as it is; leave out --data" in refused.err) == (2, True)
