"""The files of this machine with which a program could make or read truths: where they lie, and how they are known elsewhere."""

import filecmp
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from importlib_metadata import Distribution

from itbench.errors import UsageError
from itbench.host.cache import cache_dir
from itbench.interfaces.suite import Suite
from itbench.plugins.points import installed_points
from itbench.sandbox.image.store import store_folder
from itbench.sealed.keys import default_key_path

RUN_FILES = (".itbench", ".itbench.live")
"""How the names of files end in which answers of other trials are."""
_OWN_PACKAGES = ("itbench", "itbench_schemas")


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that must not be shown, and why, in one clause.

    Attributes:
        is_whole: whether what lies below it must not be shown either.
    """

    path: Path
    why: str
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Names:
    """What packages and distributions are called that can make or judge truths."""

    packages: frozenset[str]
    distributions: frozenset[str]

    @classmethod
    def installed(cls) -> "Names":
        """Return those that are installed here."""
        points = installed_points("itbench.domains")
        owners = {point.dist.name for point in points if isinstance(point.dist, Distribution)}
        modules = {point.value.partition(":")[0].split(".")[0] for point in points}
        return cls(
            packages=frozenset({*_OWN_PACKAGES, *modules}),
            distributions=frozenset(_normal(name) for name in {"itbench", *owners}),
        )

    def distribution_in(self, name: str) -> bool:
        """Tell whether a name in a folder of packages is of one of the distributions, as pip and others write such names."""
        stem = name.removeprefix("__editable__.")
        for ending in (".dist-info", ".egg-info", ".whl", ".pth", ".tar.gz", ".egg-link"):
            if stem.endswith(ending):
                return _normal(stem.removesuffix(ending).partition("-")[0]) in self.distributions
        return False


class OwnFiles:
    """Those of one run.

    Args:
        suite: whose truths they are.
        out: the folder of the run file; None where that is not known.
    """

    def __init__(self, suite: Suite, out: Path | None) -> None:
        self.names = Names.installed()
        self._suite = suite
        self._out = out

    @cached_property
    def places(self) -> list[Place]:
        """All places, the cache first."""
        return [*self._of_itbench(), *self._of_run()]

    def is_hard_link(self, status: os.stat_result) -> bool:
        """Tell whether a file is one of them under another name."""
        return status.st_nlink > 1 and (status.st_dev, status.st_ino) in self._inodes

    def is_copy_of_truth(self, path: Path) -> bool:
        """Tell whether a file has the very bytes of a truth."""
        size = path.stat().st_size
        truths = (truth for truth in self._suite.truth_files() if truth.is_file())
        same = (truth for truth in truths if size and truth.stat().st_size == size)
        return any(filecmp.cmp(truth, path, shallow=False) for truth in same)

    def _of_itbench(self) -> Iterator[Place]:
        yield Place(cache_dir(), "it holds the cache of itbench, in which truths lie")
        with suppress(UsageError):  # A user without a home folder has no such key.
            key = default_key_path()
            if os.path.lexists(key):
                yield Place(key, "it holds your private key, with which submissions are signed")
        for name in sorted(self.names.packages):
            spec = find_spec(name)
            folders = [] if spec is None else list(spec.submodule_search_locations or [])
            for folder in folders or ([spec.origin] if spec is not None and spec.origin else []):
                why = f"it holds the package {name!r}, with which a program can make the truth"
                yield Place(Path(folder), why)

    def _of_run(self) -> Iterator[Place]:
        if self._out is not None:
            why = "the run files lie there, in which the answers of other trials are"
            yield Place(self._out, why, is_whole=False)
        for path in self._suite.truth_files():
            yield Place(path, "it holds truths of the suite")

    @cached_property
    def _inodes(self) -> frozenset[tuple[int, int]]:
        """Which files they are, whatever they are called; those that agents are shown anyway are left out."""
        return frozenset(
            (status.st_dev, status.st_ino)
            for place in self.places
            for status in _files_of(place)
            if status.st_nlink > 1
        )


def _files_of(place: Place) -> Iterator[os.stat_result]:
    shown = os.path.realpath(store_folder())
    if place.path.is_file():
        yield place.path.stat()
    for folder, folders, files in os.walk(place.path):
        folders[:] = [name for name in folders if os.path.realpath(Path(folder, name)) != shown]
        for name in files if place.is_whole else [name for name in files if name.endswith(RUN_FILES)]:
            try:
                yield Path(folder, name).lstat()
            except OSError:
                continue  # It was removed meanwhile, as files of a cache are.


def _normal(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")
