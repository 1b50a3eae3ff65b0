"""Several runs that are read one after another."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from itbench.errors import UsageError
from itbench.store.reader import RunFile


class Runs:
    """Run files, each opened when it is its turn; iterate over them as often as needed.

    Args:
        paths: of the files.

    Raises:
        UsageError: a run is there twice, also as a shard of a merged run, so that its trials would count twice.
        RunFileError: a file is not a run file, or is damaged.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = tuple(paths)
        seen: dict[str, Path] = {}
        for path in self.paths:
            with RunFile(path) as run:
                plan = run.plan()
            for name in (plan["id"], *plan.get("merged", ())):
                if name in seen:
                    raise UsageError(
                        f"{str(path)!r} and {str(seen[name])!r} have trials of the same run {name!r}; leave one out"
                    )
                seen[name] = path

    def __iter__(self) -> Iterator[RunFile]:
        """Yield each run, open until the next one is asked for."""
        for path in self.paths:
            with RunFile(path, is_known=True) as run:
                yield run
