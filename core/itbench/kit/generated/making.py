"""Puts fresh tasks of a generated suite into folders of the user's: whole or not at all, whatever ends the program."""

import glob
import os
import shlex
import shutil
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from itbench.errors import UsageError
from itbench.host.leftovers import sweep
from itbench.host.new_folder import making_folder, require_place, writing_folders
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.suite import Suite, SuiteOptions
from itbench.kit.folder import is_suite_folder
from itbench.kit.generated.suite import GeneratedSuite
from itbench.plugins.domains import find_suite

# Lies among truths until the tasks they belong to are in their place too.
_UNFINISHED = ".itbench-unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeSuite:
    """What `make_folder` wrote.

    Attributes:
        suite: `DOMAIN/SUITE` that made the tasks.
        tasks: how many.
        out: folder of the tasks.
        truths: folder of the truths; None where they are with the tasks.
        reader: `DOMAIN/SUITE` that reads the folder with `--data`; empty where the folder itself is named.
    """

    suite: str
    tasks: int
    out: Path
    truths: Path | None
    reader: str

    @property
    def commands(self) -> list[str]:
        """What runs the tasks, and, where the truths lie elsewhere, scores them."""
        path = shlex.quote(str(self.out))
        is_bare = not self.reader and is_suite_folder(str(self.out))
        words = f"{self.reader or self.suite} --data {path}" if not is_bare else path
        if self.truths is None:
            return [f"itbench run {words}"]
        return [
            f"itbench run {words} --no-score",
            f"itbench score latest --truths {shlex.quote(str(self.truths))}",
        ]

    def document(self) -> JsonObject:
        """Return it for machines."""
        return {
            "suite": self.suite,
            "tasks": self.tasks,
            "out": str(self.out),
            "truths": None if self.truths is None else str(self.truths),
            "commands": self.commands,
        }


def make_folder(
    reference: str, options: SuiteOptions, out: Path, truths: Path | None, progress: Progress = no_progress
) -> MadeSuite:
    """Make fresh tasks of an installed suite into a new folder, and their truths into another one if it is named.

    Args:
        reference: `DOMAIN` or `DOMAIN/SUITE`.
        options: of the suite, `seed` and `count` among them.
        out: a folder that is empty or not there.
        truths: another one.
        progress: is told how far it is.

    Raises:
        UsageError: the suite makes no tasks from seeds, or a folder cannot be used.
        StorageError: a folder cannot be written.
        DataError: a process that made tasks was ended from outside.
    """
    domain, found = find_suite(reference)
    suite = _generated(f"{domain.name}/{found.name}", found, domain.suites).configured(options)
    # Links are followed once: what is renamed later is what was looked at.
    place = Path(os.path.realpath(out))
    truths_place = None if truths is None else Path(os.path.realpath(truths))
    with writing_folders(place, "--out and --truths"):
        require_place("--out", place)
        if truths_place is not None:
            _require_apart(place, truths_place)
            _drop_unfinished(truths_place)
            require_place("--truths", truths_place)
        _make(suite, place, truths_place, progress)
    return MadeSuite(
        suite=f"{domain.name}/{found.name}",
        tasks=len(suite.jobs()),
        out=out,
        truths=truths,
        reader=suite.made_for,
    )


def _generated(reference: str, suite: Suite, siblings: Sequence[Suite]) -> GeneratedSuite:
    if isinstance(suite, GeneratedSuite):
        return suite
    known = [each.name for each in siblings if isinstance(each, GeneratedSuite)]
    others = f"; those of its domain that do: {', '.join(known)}" if known else ""
    raise UsageError(f"{reference} does not make its tasks from seeds{others}")


def _make(suite: GeneratedSuite, out: Path, truths: Path | None, progress: Progress) -> None:
    with making_folder(out) as folder, making_folder(truths) if truths else nullcontext() as truths_folder:
        suite.write_made(folder, truths_folder, progress)
        if truths is not None and truths_folder is not None:
            (truths_folder / _UNFINISHED).touch()
            truths_folder.rename(truths)
        try:
            folder.rename(out)
        except BaseException:
            if truths is not None:
                shutil.rmtree(truths)
            raise
        if truths is not None:
            (truths / _UNFINISHED).unlink()


def _require_apart(out: Path, truths: Path) -> None:
    if out == truths or out in truths.parents or truths in out.parents:
        raise UsageError(
            f"--truths {str(truths)!r} and --out {str(out)!r} lie in each other; name two folders that do not"
        )


def _drop_unfinished(truths: Path) -> None:
    """Remove truths whose tasks never came to their place, because the process was killed in between."""
    if (truths / _UNFINISHED).is_file():
        sweep(truths.parent, glob.escape(truths.name))
