"""A suite of stones, which other processes can make too: it is imported by its name."""

from dataclasses import dataclass
from pathlib import Path

from itbench import Floor, HandIn, JsonObject, Task
from itbench.kit import GeneratedSuite, Job
from itbench.kit.generated.draw import Draw
from itbench.kit.generated.jobs import made_digest, make_one
from itbench.kit.generated.kept import write_record


@dataclass(frozen=True)
class Stone:
    id: str
    seed: int


def make_stone(stone: Stone, directory: Path) -> JsonObject:
    weight = stone.seed
    for folder, text in ((directory, "grey"), (directory.with_name("hidden"), "heavy")):
        folder.mkdir()
        (folder / "stone.txt").write_text(f"{text} {weight}")
        (folder / "more").mkdir()
        (folder / "more" / "data.csv").write_text(f"weight\n{weight}\n" * 100)
    return {"weight": weight, "kinds": {"b": 1, "a": [2.5, None]}}


def stone_task(stone: Stone) -> Task:
    return Task(id=stone.id, title="A stone", instructions="Weigh it.", hand_in=HandIn(answer_schema={}))


class Stones(GeneratedSuite):
    """Some stones; those that are drawn are heavier."""

    name, domain, embedded, version, summary = "stones", "quarry", 2, "1", "Stones."
    floor = Floor(agent="guess", value=0.25)
    digests: dict[str, str] | None = None

    def jobs(self) -> list[Job]:
        first, count = (0, 2) if self.drawn is None else (self.drawn.seed, self.drawn.count)
        stones = [Stone(f"stone-{n}", first + n) for n in range(1, count + 1)]
        return [Job.of(stone, make_stone, stone_task) for stone in stones]

    def pinned(self) -> dict[str, str]:
        return dict(super().pinned()) if self.digests is None else self.digests


def stones(*, is_drawn: bool = False) -> Stones:
    suite = Stones(Draw(1000, 2) if is_drawn else None)
    suite.digests = {job.id: made_digest(job) for job in Stones().jobs()}
    return suite


def pinned_in(manifest: Path) -> Stones:
    """Return the suite as it is with a manifest."""
    suite = Stones()
    suite.manifest = manifest
    return suite


def make_here(suite: Stones) -> None:
    """Make all tasks in this process, which is quicker."""
    suite._root.mkdir(parents=True, exist_ok=True)
    for job in suite.jobs():
        make_one(job, suite._root, suite._pins.get(job.id))
        write_record(suite._root, job, suite._pins.get(job.id))
