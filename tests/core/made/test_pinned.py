"""Tasks that are made are pinned with their truths, in one way for all domains, and what lies in the cache is checked."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from itbench import DataError, HandIn, Task
from itbench.made.digests import digest_of, make_manifest
from itbench.made.jobs import Job, make_one
from itbench.made.suite import MadeSuite
from itbench.plugins.domains import domain_host

SUITES = [
    pytest.param(suite, id=f"{plugin.name}/{suite.name}")
    for plugin in domain_host().listing()
    if plugin.value is not None
    for suite in plugin.value.suites
    if isinstance(suite, MadeSuite)
]


@pytest.mark.parametrize("suite", SUITES)
def test_every_embedded_task_of_every_domain_is_pinned(suite: MadeSuite) -> None:
    ids = [job.id for job in suite.jobs()]
    assert len(ids) == suite.embedded
    assert set(ids) <= set(suite.pinned())
    assert all(len(digest) == 64 for digest in suite.pinned().values())


def make_stone(weight: int, directory: Path) -> dict[str, Any]:
    for folder, text in ((directory, "grey"), (directory.with_name("hidden"), "heavy")):
        folder.mkdir()
        (folder / "stone.txt").write_text(text)
    return {"weight": weight, "kinds": {"b": 1, "a": [2.5, None]}}


class Stones(MadeSuite):
    """Two stones."""

    name, domain, embedded, version, summary = "stones", "quarry", 2, "1", "Stones."
    digests: dict[str, str] = {}  # noqa: RUF012 - set by each test

    def jobs(self) -> list[Job]:
        return [Job(f"stone-{n}", n, partial(make_stone, n)) for n in (1, 2)]

    def pinned(self) -> dict[str, str]:
        return self.digests

    def make_task(self, task_id: str) -> Task:
        return Task(id=task_id, title="A stone", instructions="Weigh it.", hand_in=HandIn(answer_schema={}))


@pytest.fixture
def stones() -> Stones:
    suite = Stones()
    suite.digests = make_manifest([suite])
    return suite


def prepare(suite: Stones) -> None:
    """Make the tasks in this process: another one could not import this module."""
    for job in suite.jobs():
        make_one(job, suite._root, suite.pinned()[job.id])


def test_a_task_that_comes_out_as_pinned_is_sound(stones: Stones) -> None:
    prepare(stones)
    assert [stones.check(name) for name in stones.digests] == [[], []]


@pytest.mark.parametrize("part", ["file", "hidden", "truth"])
def test_a_task_that_comes_out_otherwise_is_refused(part: str, stones: Stones, tmp_path: Path) -> None:
    truth = make_stone(1, tmp_path / "inputs")
    if part == "truth":
        truth["weight"] = 3
    else:
        (tmp_path / {"file": "inputs", "hidden": "hidden"}[part] / "stone.txt").write_text("blue")
    stones.digests["stone-1"] = digest_of(tmp_path / "inputs", truth, tmp_path / "hidden")
    with pytest.raises(DataError, match="task stone-1 came out with hash"):
        prepare(stones)


@pytest.mark.parametrize("part", ["inputs", "hidden", "truths"])
def test_what_was_changed_in_the_cache_is_found(part: str, stones: Stones) -> None:
    prepare(stones)
    if part == "truths":
        (path,) = [path for path in stones.truth_files() if path.stem == "stone-2"]
        path.write_text(json.dumps(json.loads(path.read_text()) | {"weight": 3}))
    else:
        (entry,) = getattr(stones, part)("stone-2")
        entry.source.write_text("blue")
    assert stones.check("stone-1") == []
    (fault,) = stones.check("stone-2")
    assert "the task is not as it was made; remove " in fault
