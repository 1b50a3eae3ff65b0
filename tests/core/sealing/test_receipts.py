"""What binds both sides: each run is handed in once and counted, receipts tell what was scored and nothing of a truth, plans are promised."""

import json
import os
import shutil
import stat
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.core.sealing.conftest import Sealed, flip, only, resigned, same

from itbench.errors import StorageError, UsageError
from itbench.sealed.bundle import read_bundle
from itbench.sealed.canonical import joined, sha256
from itbench.sealed.envelope import sign
from itbench.sealed.keys import SigningKey
from itbench.sealing.receipt import ScoredTrial, read_receipt, scored_trials
from itbench.sealing.score import score_submission
from itbench.store.connect import open_run
from itbench.store.reader import RunFile
from itbench.store.seals import row_digest, seal_all, work_digest

# Slow: they seal a suite, whose tasks are made by processes of their own.
pytestmark = pytest.mark.slow
Itbench = Callable[..., Any]
Row = dict[str, Any]


def other_answer(head: Row, trials: list[Row]) -> None:
    trials[0]["handed_in"]["answer"] = {"sum": -1}


def other_run(head: Row, trials: list[Row]) -> None:
    head["plan"]["id"] = "another1"


def test_a_submission_does_not_come_again_under_another_name(
    itbench: Itbench, sealed: Sealed, submission: Path, other: None
) -> None:
    score = ("score", "--sealed", sealed.private)
    assert itbench(*score, submission, "--out", "once").code == 0
    assert itbench(*score, submission, "--out", "again").code == 0, "the very same may be scored again"
    key = SigningKey.new()
    for change, told in (
        (same, "each run can be handed in once"),
        (other_run, "was handed in before, scored at "),
    ):
        done = itbench(*score, resigned(submission, Path("stolen"), change, key), "--out", "stolen-runs")
        assert (done.code, told in done.err) == (3, True), done.err
    wrong = itbench("score", "--sealed", "other/private", submission)
    assert (
        wrong.code,
        f"the submission is of the suite with {sealed.seal}, this bundle has" in wrong.err,
    ) == (3, True)
    strange = itbench(*score, submission, "--submitter", key.public, "--out", "third")
    assert (strange.code, f"expected was {key.public}" in strange.err) == (3, True)
    public = itbench("score", "--sealed", sealed.public, submission)
    assert (public.code, "is the public bundle; the truths are in the private one" in public.err) == (2, True)
    ledger = next((sealed.private / "scored").iterdir())
    ledger.write_text("{}")
    unknown = itbench(*score, submission, "--out", "fourth")
    assert (unknown.code, "it is not known what was scored before" in unknown.err) == (3, True)


def test_a_receipt_binds_both_sides(itbench: Itbench, sealed: Sealed, submission: Path) -> None:
    assert itbench("score", "--sealed", sealed.private, submission, "--out", "o").code == 0
    run, receipt = next(Path("o").glob("*.itbench")), next(Path("o").glob("*.json"))
    for path in (run, submission):
        assert itbench("check", path, "--receipt", receipt, "--key", sealed.document["key"]).code == 0
    assert "canary" not in receipt.read_text()
    changed = resigned(submission, Path("changed"), other_answer, SigningKey.new())
    told = itbench("check", changed, "--receipt", receipt).out
    assert "the receipt is of the submission sha256:" in told
    assert (
        "trial sum-0000 repeat 0 attempt 0 was scored from another record than the one in this submission"
        in told
    )
    # What somebody who can write the run file can make of it, seals and all.
    for query, words in (
        ("UPDATE score SET value = 0.25 WHERE trial = 2", "got 0.25 (scored), the receipt says"),
        (
            "UPDATE score SET metrics = '{}' WHERE trial = 2",
            "its submission, its trace or its score is not the one of the receipt",
        ),
        (
            "UPDATE event SET at_s = at_s + 1 WHERE trial = 3",
            "its submission, its trace or its score is not the one of the receipt",
        ),
    ):
        shutil.copy(run, "forged.itbench")
        with closing(open_run(Path("forged.itbench"), is_writable=True)) as connection:
            connection.execute("BEGIN")
            connection.execute(query)
            seal_all(connection)
            connection.execute("COMMIT")
        assert itbench("check", "forged.itbench").code == 0
        done = itbench("check", "forged.itbench", "--receipt", receipt)
        assert (done.code, words in done.out) == (3, True), done.out
    flip(receipt, 40)
    assert itbench("check", run, "--receipt", receipt).code == 3
    assert itbench("check", receipt).code == 3


def test_a_plan_that_was_promised_is_checked_after_the_run(itbench: Itbench, sealed: Sealed) -> None:
    words = ("run", sealed.public, "-k", "2", "--seed", "7")
    promised = json.loads(itbench(*words, "--dry-run", "--json").out)["plan_hash"]
    assert promised in itbench(*words, "--dry-run").out
    assert itbench(*words, "--max-trials", "1", "--out", "mine").code == 0
    run = next(Path("mine").glob("*"))
    assert itbench("check", run, "--plan-hash", promised, "--seal", sealed.seal).code == 0
    assert itbench("submit", run, "--out", "mine.submission").code == 0
    assert itbench("check", "mine.submission", "--plan-hash", promised, "--seal", sealed.seal).code == 0
    changes = {"-k": "3", "--seed": "8", "--turn-limit": "3", "--agent": "null", "-n": "2", "--attempts": "3"}
    for option, value in changes.items():
        given = {"-k": "2", "--seed": "7", option: value}
        again = itbench(
            "run", sealed.public, *(word for pair in given.items() for word in pair), "--dry-run", "--json"
        )
        assert json.loads(again.out)["plan_hash"] != promised, option
    refused = itbench("check", run, "mine.submission", "--plan-hash", "sha256:" + "0" * 64)
    assert (refused.code, refused.out.count(f"its plan has the hash {promised}, promised was sha256:00")) == (
        3,
        2,
    )
    unsigned = itbench("check", run, "--key", sealed.document["key"])
    assert (unsigned.code, "name its receipt with --receipt" in unsigned.out) == (3, True)


def test_no_truth_can_be_tried_until_it_fits_a_receipt(sealed: Sealed, submission: Path) -> None:
    """Its author knows all of a submission, and with a right guess of a truth all of its score: what is missing is the salt."""
    done = score_submission(sealed.private, submission, Path("o"))
    assert done.receipt is not None
    opening, receipt = read_bundle(sealed.private).opening, read_receipt(done.receipt).document
    assert opening is not None
    records = dict.fromkeys(_names(receipt.trials), "0" * 64)
    with RunFile(done.path) as run:
        results = [each.result for each in scored_trials(run, records, opening.salts)]
        guesses = {
            each.result
            for salt in ("", "00" * 16, *list(opening.salts.values())[:1])
            for each in scored_trials(run, records, dict.fromkeys(opening.salts, salt))
        }
        for trial in run.connection.execute("SELECT id FROM trial").fetchall():
            row = dict(run.connection.execute("SELECT * FROM trial WHERE id = ?", tuple(trial)).fetchone())
            guesses |= {
                work_digest(run.connection, trial[0]),
                row_digest(row),
                sha256(joined("itbench result v1")),
            }
    assert results == [each.result for each in receipt.trials]
    first = [each.result for each in receipt.trials if each.task == "sum-0000"]
    assert {each.result for each in receipt.trials} & guesses == set(first), (
        "only where the salt is the right one"
    )


def _names(trials: Sequence[ScoredTrial]) -> list[str]:
    return [f"trial {each.task} repeat {each.repeat} attempt {each.attempt}" for each in trials]


def test_a_receipt_is_of_the_owner_of_the_seal_and_checked_beside_the_salts(
    itbench: Itbench, sealed: Sealed, submission: Path, other: None
) -> None:
    done = score_submission(sealed.private, submission, Path("o"))
    assert done.receipt is not None
    forger = SigningKey.new()
    receipt = read_receipt(done.receipt).document
    forged = sign(receipt.model_copy(update={"key": forger.public}), forger)
    Path("forged.json").write_bytes(forged.data)
    signed_by = f"the receipt is signed by {forger.public}, the seal by {sealed.document['key']}"
    for path in (done.path, sealed.public, sealed.private):
        assert itbench("check", path, "--receipt", done.receipt).code == 0
        told = itbench("check", path, "--receipt", "forged.json")
        assert (told.code, signed_by in told.out) == (3, True), told.out
    told = itbench("check", submission, "--receipt", "forged.json", "--key", sealed.document["key"])
    assert (told.code, f"its receipt's key is {forger.public}, promised was" in told.out) == (3, True)
    shown = json.loads(itbench("check", submission, "--receipt", "forged.json", "--json").out)[0]
    assert shown["receipt_key"] == forger.public, "who signed it is told to those who promised nothing"
    told = itbench("check", "other/public", "--receipt", done.receipt)
    assert (told.code, f"the receipt is of the seal {sealed.seal}, this one is" in told.out) == (3, True)
    for change in ({"submitter": forger.public}, {"run": "another1"}, {"plan_hash": "sha256:" + "0" * 64}):
        Path("changed.json").write_bytes(
            sign(receipt.model_copy(update={"key": forger.public, **change}), forger).data
        )
        assert itbench("check", submission, "--receipt", "changed.json").code == 3, change
    sealed.private.rename("away")
    told = itbench("check", done.path, "--receipt", done.receipt)
    assert (told.code, "its private bundle, which a receipt is checked with, is not at" in told.out) == (
        3,
        True,
    )


def test_no_promise_is_passed_over(itbench: Itbench, sealed: Sealed, submission: Path) -> None:
    done = score_submission(sealed.private, submission, Path("o"))
    assert done.receipt is not None
    plan_hash = read_receipt(done.receipt).document.plan_hash
    assert itbench("check", done.path, done.receipt, submission, "--plan-hash", plan_hash).code == 0
    for words, told in (
        ((sealed.public, "--plan-hash", plan_hash), "a bundle has no plan; leave out --plan-hash"),
        ((done.receipt, "--receipt", done.receipt), "it is a receipt itself; leave out --receipt"),
        ((done.receipt, "--plan-hash", "sha256:" + "0" * 64), f"its plan hash is {plan_hash}, promised was"),
        ((done.receipt, "--seal", "sha256:" + "0" * 64), f"its seal is {sealed.seal}, promised was"),
        ((submission, "--key", "ed25519:" + "0" * 64), "its key is ed25519:"),
    ):
        found = itbench("check", *words)
        assert (found.code, told in found.out) == (3, True), found.out


def test_a_submission_whose_scoring_fails_does_not_count(sealed: Sealed, submission: Path) -> None:
    first = score_submission(sealed.private, submission, Path("o"))
    with pytest.raises(UsageError, match="is there already; name another folder with --out"):
        score_submission(sealed.private, submission, Path("o"))
    Path("no folder").touch()
    with pytest.raises(StorageError):
        score_submission(
            sealed.private, resigned(submission, Path("x"), new_run, SigningKey.new()), Path("no folder")
        )
    assert len(list((sealed.private / "scored").iterdir())) == 1
    again = score_submission(sealed.private, submission, Path("again"))
    third = score_submission(
        sealed.private, resigned(submission, Path("x"), new_run, SigningKey.new()), Path("o")
    )
    shutil.move("s/private/scored", "aside")
    Path("s/private/scored").touch()
    with pytest.raises(StorageError, match="scored', in which it is noted what was scored: File exists"):
        score_submission(sealed.private, submission, Path("fourth"))
    receipts = [read_receipt(done.receipt).document for done in (first, again, third) if done.receipt]
    assert [(each.number, each.number_of_submitter) for each in receipts] == [(1, 1), (1, 1), (2, 1)]


def new_run(head: Row, trials: list[Row]) -> None:
    head["plan"]["id"] = "another1"
    for trial in trials:
        trial["trial"]["wall_s"] += 1


def test_shards_are_handed_in_as_one_run_and_keep_its_promise(itbench: Itbench, sealed: Sealed) -> None:
    words = ("run", sealed.public, "-k", "2", "--max-trials", "1")
    promised = json.loads(itbench(*words, "--dry-run", "--json").out)["plan_hash"]
    for number in (1, 2):
        assert itbench(*words, "--shard", f"{number}/2", "--out", f"shard{number}").code == 0
    part = only("shard1")
    refused = itbench("submit", part, "--out", "x")
    assert (refused.code, "is shard 1/2 of a run; hand in what `itbench merge` makes" in refused.err) == (
        2,
        True,
    )
    told = itbench("check", part, "--plan-hash", promised)
    assert (told.code, "(it is shard 1/2 of a run), promised was" in told.out) == (3, True)
    assert itbench("merge", part, only("shard2"), "--out", "whole.itbench").code == 0
    assert itbench("check", "whole.itbench", "--plan-hash", promised).code == 0
    assert itbench("submit", "whole.itbench", "--out", "whole.submission").code == 0
    done = itbench("score", "--sealed", sealed.private, "whole.submission", "--out", "o")
    assert (done.code, "6 of 6 trials" in done.out) == (0, True), done.err


def test_only_its_owner_can_read_a_run_file_with_scores(sealed: Sealed, submission: Path) -> None:
    before = os.umask(0)
    try:
        done = score_submission(sealed.private, submission, Path("o"))
    finally:
        os.umask(before)
    assert stat.S_IMODE(done.path.stat().st_mode) == 0o600
    assert [path.suffix for path in sorted(Path("o").iterdir())] == [".itbench", ".json"]


def test_options_that_would_be_passed_over_are_refused(
    itbench: Itbench, sealed: Sealed, submission: Path
) -> None:
    for words, told in (
        (("--sealed", sealed.private, submission, "--truths", "t"), "--truths does not go with --sealed"),
        (("x.itbench", "--submitter", "ed25519:x"), "--submitter and --out go with --sealed only"),
        (("x.itbench", "--out", "o"), "--submitter and --out go with --sealed only"),
    ):
        done = itbench("score", *words)
        assert (done.code, told in done.err) == (2, True), done.err


def test_what_is_no_file_is_named_and_not_waited_for(
    itbench: Itbench, sealed: Sealed, submission: Path
) -> None:
    os.mkfifo("pipe")
    for words in (
        ("check", submission, "--receipt", "pipe"),
        ("check", "pipe"),
        ("score", "--sealed", sealed.private, "pipe"),
        ("submit", only("mine"), "--out", "x", "--key", "pipe"),
    ):
        done = itbench(*words)
        assert (done.code, "plain file" in done.err + done.out) == (3, True), (words, done.err)
