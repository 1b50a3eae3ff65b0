"""`itbench pin` writes the hashes of a domain's tasks and truths, and a suite believes no other ones."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench import DataError, StorageError, Suite, SuiteOptions, UsageError
from itbench.kit.generated.pins import made_digest, made_digests, pin_suites

pytestmark = pytest.mark.slow  # Makes tasks in processes of their own.

DOMAIN = """
from dataclasses import replace
from pathlib import Path
import itbench_sums
from quarry import Stones

class Pinned(Stones):
    domain = "quarry"
    manifest = Path({manifest!r})

DOMAIN = replace(itbench_sums.DOMAIN, name="quarry", suites=(Pinned(),), agents=())
"""


def expected(quarry: Any) -> dict[str, str]:
    return {job.id: made_digest(job) for job in quarry.Stones().jobs()}


def test_hashes_are_those_of_tasks_hidden_files_and_truths_whichever_process_makes_them(quarry: Any) -> None:
    steps: list[tuple[int, int]] = []
    found = made_digests([quarry.Stones()], lambda _, done, total: steps.append((done, total)))
    assert found == expected(quarry)
    assert len(set(found.values())) == 2
    assert steps == [(1, 2), (2, 2)]


def test_a_manifest_is_written_once_for_all_suites_that_share_it(quarry: Any, tmp_path: Path) -> None:
    first, second = quarry.pinned_in(tmp_path / "m.json"), quarry.pinned_in(tmp_path / "m.json")
    second.embedded, second.name = 3, "more-stones"
    second.jobs = lambda: [quarry.Job.of(quarry.Stone("pebble-1", 7), quarry.make_stone, quarry.stone_task)]
    outcome = pin_suites([first, second])
    assert [(each.name, each.tasks, each.changed) for each in outcome] == [
        ("quarry/stones", 2, ()),
        ("quarry/more-stones", 1, ()),
    ]
    assert list(json.loads((tmp_path / "m.json").read_text())) == ["stone-1", "stone-2", "pebble-1"]
    assert {**first.pinned()} == {**second.pinned()}


BROKEN = {
    "none": None,
    "empty": b"",
    "cut off": b'{"stone-1": "',
    "not text": b"\xff\xfe",
    "a list": b"[]",
    "a number": b'{"stone-1": 7}',
    "a hash cut off": b'{"stone-1": "abc"}',
    "too deep": b"[" * 100_000,
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_manifest_that_cannot_be_used_stops_the_suite_and_pinning_repairs_it(
    case: str, quarry: Any, tmp_path: Path
) -> None:
    suite, path = quarry.pinned_in(tmp_path / "m.json"), tmp_path / "m.json"
    data = BROKEN[case]
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(DataError) as raised:
        suite.prepare()
    assert str(raised.value).startswith(f"{path}: ")
    assert "run `itbench pin`" in str(raised.value)
    assert "\n" not in str(raised.value)
    (outcome,) = pin_suites([suite])
    assert (outcome.tasks, outcome.added, outcome.changed) == (2, ("stone-1", "stone-2"), ())
    assert suite.pinned() == expected(quarry)


def test_a_task_that_is_not_pinned_is_not_made(quarry: Any, tmp_path: Path) -> None:
    suite = quarry.pinned_in(tmp_path / "m.json")
    pin_suites([suite])
    suite.manifest.write_text(json.dumps({"stone-1": suite.pinned()["stone-1"]}))
    for make in (suite.prepare, suite.prepare_to_run, lambda: suite.restore(["stone-2"])):
        with pytest.raises(DataError, match=r"no pinned hash of task 'stone-2'; run `itbench pin quarry`"):
            make()
    suite.restore(["stone-1"])
    assert [path.name for path in (suite._root / "inputs").iterdir()] == ["stone-1"]


def test_a_damaged_pin_is_told_when_its_task_is_made_and_when_it_is_pinned_again(
    quarry: Any, tmp_path: Path
) -> None:
    """Slow: it starts processes that make tasks."""
    suite = quarry.pinned_in(tmp_path / "m.json")
    pin_suites([suite])
    suite.prepare()
    damaged = {**suite.pinned(), "stone-2": "0" * 64, "stone-9": "1" * 64}
    suite.manifest.write_text(json.dumps(damaged))
    with pytest.raises(DataError, match=r"task stone-2 came out with hash .* pinned is 0{12}"):
        suite.prepare()
    (outcome,) = pin_suites([suite])
    assert (outcome.changed, outcome.added) == (("stone-2",), ())
    assert list(suite.pinned()) == ["stone-1", "stone-2"]
    suite.prepare()
    assert [suite.check(job.id) for job in suite.jobs()] == [[], []]


def test_only_suites_with_a_manifest_can_be_pinned(quarry: Any) -> None:
    class Empty(Suite):
        name = "empty"

        def tasks(self) -> list[Any]:
            return []

        def truth(self, task_id: str) -> Any:
            raise AssertionError

    with pytest.raises(UsageError, match="nothing to pin: no suite is a GeneratedSuite with a manifest"):
        pin_suites([Empty(), quarry.Stones()])


def test_a_manifest_that_cannot_be_written_is_told(quarry: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot write"):
        pin_suites([quarry.pinned_in(tmp_path / "file" / "m.json")])


def test_tasks_of_a_seed_are_others_with_no_pins_and_no_floor(quarry: Any, tmp_path: Path) -> None:
    suite = quarry.pinned_in(tmp_path / "missing.json")
    drawn = suite.configured(SuiteOptions(extra={"seed": "5", "count": "3"}))
    assert [job.seed for job in drawn.jobs()] == [6, 7, 8]
    assert (suite.drawn, drawn.floor, suite.floor.value) == (None, None, 0.25)
    assert (drawn.settings(), suite.settings()) == ({"tasks": "drawn from a seed"}, {"tasks": "embedded"})
    suite.is_floor_of_draws = True
    assert suite.configured(SuiteOptions(extra={"seed": "5"})).floor == suite.floor


def test_the_tasks_of_a_seed_need_no_manifest_and_are_made_the_same_again(
    quarry: Any, tmp_path: Path
) -> None:
    suite = quarry.pinned_in(tmp_path / "missing.json")
    suite.pinned = dict  # What is drawn lies in a folder that is named after the pins.
    first, again = (suite.configured(SuiteOptions(extra={"seed": seed, "count": "2"})) for seed in ("5", "5"))
    assert [made_digest(job) for job in first.jobs()] == [made_digest(job) for job in again.jobs()]
    other = suite.configured(SuiteOptions(extra={"seed": "6", "count": "2"}))
    assert {made_digest(job) for job in other.jobs()} != {made_digest(job) for job in first.jobs()}


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"count": "2"}, "takes `count` only with `seed`; the embedded tasks are 2"),
        ({"seed": "zero"}, "suite option seed='zero' must be an integer from 1 to"),
        ({"colour": "grey"}, "suite 'stones' has no option 'colour'; it knows: count, seed"),
    ],
)
def test_wrong_options_are_refused(extra: dict[str, str], message: str, quarry: Any) -> None:
    with pytest.raises(UsageError) as raised:
        quarry.Stones().configured(SuiteOptions(extra=extra))
    assert message in str(raised.value)


def test_the_command_pins_a_domain_and_says_what_changed(
    quarry: Any,
    sums: Path,
    distribution: Callable[..., Path],
    itbench: Callable[..., Any],
    tmp_path: Path,
) -> None:
    """Slow: it starts processes that make tasks."""
    path = tmp_path / "pins" / "manifest.json"
    code = {"itbench_quarry": DOMAIN.format(manifest=str(path))}
    distribution(
        "itbench-quarry", group="itbench.domains", points={"quarry": "itbench_quarry:DOMAIN"}, code=code
    )
    done = itbench("pin", "quarry")
    assert (done.code, "note: " in done.err) == (0, False)
    assert "quarry/stones" in done.out
    assert json.loads(path.read_text()) == expected(quarry)
    path.write_text(json.dumps(expected(quarry) | {"stone-1": "0" * 64}))
    done = itbench("pin", "quarry")
    assert "note: quarry/stones has changed tasks; raise its version" in done.err
    (again,) = json.loads(itbench("pin", "quarry", "--json").out)
    assert (again["tasks"], again["changed"], again["manifest"]) == (2, [], str(path))
    refused = itbench("pin", "sums")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "nothing to pin" in refused.err
