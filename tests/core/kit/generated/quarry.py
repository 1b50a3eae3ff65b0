"""A suite of stones, which other processes can make too: it is imported by its name."""

from functools import partial
from pathlib import Path
from typing import Any

from itbench import HandIn, Task
from itbench.kit.generated.draw import Draw
from itbench.kit.generated.jobs import Job, make_one
from itbench.kit.generated.kept import write_record
from itbench.kit.generated.pins import make_manifest
from itbench.kit.generated.suite import GeneratedSuite


def make_stone(weight: int, directory: Path) -> dict[str, Any]:
    for folder, text in ((directory, "grey"), (directory.with_name("hidden"), "heavy")):
        folder.mkdir()
        (folder / "stone.txt").write_text(f"{text} {weight}")
        (folder / "more").mkdir()
        (folder / "more" / "data.csv").write_text(f"weight\n{weight}\n" * 100)
    return {"weight": weight, "kinds": {"b": 1, "a": [2.5, None]}}


class Stones(GeneratedSuite):
    """Some stones; those that are drawn are heavier."""

    name, domain, embedded, version, summary = "stones", "quarry", 2, "1", "Stones."
    digests: dict[str, str] = {}  # noqa: RUF012 - set by each test

    def jobs(self) -> list[Job]:
        first, count = (0, 2) if self._drawn is None else (self._drawn.seed, self._drawn.count)
        return [Job(f"stone-{n}", first + n, partial(make_stone, first + n)) for n in range(1, count + 1)]

    def pinned(self) -> dict[str, str]:
        return self.digests

    def make_task(self, task_id: str) -> Task:
        return Task(id=task_id, title="A stone", instructions="Weigh it.", hand_in=HandIn(answer_schema={}))


def stones(*, is_drawn: bool = False) -> Stones:
    suite = Stones(Draw(1000, 2) if is_drawn else None)
    suite.digests = make_manifest([Stones()])
    return suite


def make_here(suite: Stones) -> None:
    """Make all tasks in this process, which is quicker."""
    for job in suite.jobs():
        make_one(job, suite._root, suite._pins.get(job.id))
        write_record(suite._root, job, suite._pins.get(job.id))
