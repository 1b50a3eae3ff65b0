"""`sre/incidents`: simulated incidents in the published format, made on first use into the cache."""

from pathlib import Path
from typing import TYPE_CHECKING

from itbench.errors import UsageError
from itbench.interfaces.json import JsonObject
from itbench.interfaces.suite import Floor, Progress, Suite, SuiteOptions, no_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itbench.interfaces.task import Task
    from itbench.interfaces.workspace import Input
    from itbench_sre.simulator.specs import IncidentSpec

VERSION = "1"
_DRAWN_COUNT = 16
_LARGEST_COUNT = 1000


class IncidentsSuite(Suite):
    """The 16 embedded incidents, or as many fresh ones as asked for, drawn from a seed of the user's own."""

    name = "incidents"
    version = VERSION
    summary = "16 simulated incidents: quotas, rollouts, connection pools, network partitions."

    def __init__(
        self, seed: int | None = None, count: int = _DRAWN_COUNT, floor: Floor | None = None
    ) -> None:
        self._seed = seed
        self._count = count
        # What cheats score was measured on the embedded incidents only.
        self.floor = floor if seed is None else None

    def configured(self, options: SuiteOptions) -> Suite:
        """Take `seed` and `count`: another set of incidents, never published, made from a secret number.

        Raises:
            UsageError: another option, or one that is no number.
        """
        extra = dict(options.extra)
        seed, count = extra.pop("seed", None), extra.pop("count", None)
        super().configured(SuiteOptions(data=options.data, as_published=options.as_published, extra=extra))
        if seed is None:
            if count is not None:
                raise UsageError("suite 'incidents' takes `count` only with `seed`; the embedded ones are 16")
            return self
        return IncidentsSuite(_number("seed", seed, 2**63), _number("count", count or "16", _LARGEST_COUNT))

    def settings(self) -> JsonObject:
        """Return whether these are the embedded incidents."""
        return {"incidents": "embedded" if self._seed is None else "drawn from a seed"}

    def prepare(self, progress: Progress = no_progress) -> None:
        """Make what is not in the cache yet.

        Raises:
            DataError: an embedded incident does not come out as pinned.
        """
        from itbench_sre.incidents.make import make_missing

        make_missing(self._specs(), self._root, is_pinned=self._seed is None, progress=progress)

    def tasks(self) -> "list[Task]":
        """Return a task for each incident."""
        from itbench_sre.published.task import make_task

        return [
            make_task(
                spec.id,
                int(spec.id.removeprefix("sre-")),
                suite=self.name,
                title="sre/incidents",
                public_id="",
            )
            for spec in self._specs()
        ]

    def inputs(self, task_id: str) -> "Sequence[Input]":
        """Return every file of the snapshot."""
        from itbench.interfaces.workspace import Input
        from itbench_sre.incidents.make import snapshot_dir

        root = snapshot_dir(self._root, task_id)
        return [
            Input(str(path.relative_to(root)), path) for path in sorted(root.rglob("*")) if path.is_file()
        ]

    def truth(self, task_id: str) -> JsonObject:
        """Return what the simulator broke, and whom it reached."""
        from itbench_sre.incidents.make import truths_dir

        return self.truth_from(task_id, truths_dir(self._root))

    @property
    def _root(self) -> Path:
        from itbench_sre.incidents.make import cache_root

        return cache_root(VERSION, self._seed, self._count)

    def _specs(self) -> "list[IncidentSpec]":
        from itbench_sre.simulator import draw_specs, embedded_specs

        return embedded_specs() if self._seed is None else draw_specs(self._seed, self._count)


def _number(name: str, text: str, largest: int) -> int:
    if not text.isdecimal() or not 0 < int(text) <= largest:
        raise UsageError(f"suite option {name}={text!r} is no whole number from 1 to {largest}")
    return int(text)


# Measured with every cheat of the domain over all embedded incidents; a test does it again.
INCIDENTS = IncidentsSuite(floor=Floor(agent="any-chaos", value=0.0625))
