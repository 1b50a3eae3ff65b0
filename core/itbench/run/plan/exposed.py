"""Folders and files of the host that no program may be shown: with them it could remake or read the truth."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from importlib_metadata import Distribution, entry_points

from itbench.errors import UsageError
from itbench.host.cache import cache_dir
from itbench.interfaces.sandbox import Mount
from itbench.interfaces.suite import Suite
from itbench.sandbox.image.store import PROGRAM_PREFIX, store_folder

_OWN_PACKAGES = ("itbench", "itbench_schemas")
_RUN_FILE = ".itbench"
_LONGEST_PATH_FILE = 1 << 16


@dataclass(frozen=True, slots=True)
class _Place:
    """Somewhere that must not be shown, and why, in one clause.

    Attributes:
        is_whole: whether a folder below it must not be shown either.
    """

    path: Path
    why: str
    is_whole: bool = True


def refuse_exposed(
    mounts: Sequence[Mount], suite: Suite, out: Path | None, *, is_unsafe_allowed: bool
) -> str | None:
    """Return a warning for mounts with which a program can remake or read the truth, where that was allowed; None for others.

    Args:
        mounts: what a program is to be shown.
        suite: whose truths they must not hold.
        out: the folder of the run file; None where that is not known.
        is_unsafe_allowed: whether the user insists.

    Raises:
        UsageError: it was not allowed.
    """
    if not mounts:
        return None
    names = _Names.installed()
    places = [*_places(names), *_places_of_run(suite, out)]
    for mount in mounts:
        found = _problem(mount.source, places, names)
        if found is not None:
            if not is_unsafe_allowed:
                raise UsageError(
                    f"the folder {str(mount.source)!r} cannot be mounted: {found}; mount only the folder that the program "
                    "itself needs, or add --allow-unsafe, which every report then says"
                )
            return f"the agent was shown {str(mount.source)!r}: {found}"
    return None


@dataclass(frozen=True, slots=True)
class _Names:
    """What packages and distributions are called that can make or judge truths."""

    packages: frozenset[str]
    distributions: frozenset[str]

    @classmethod
    def installed(cls) -> "_Names":
        points = list(entry_points(group="itbench.domains"))
        owners = {point.dist.name for point in points if isinstance(point.dist, Distribution)}
        modules = {point.value.partition(":")[0].split(".")[0] for point in points}
        return cls(
            packages=frozenset({*_OWN_PACKAGES, *modules}),
            distributions=frozenset(_normal(name) for name in {"itbench", *owners}),
        )


def _places(names: _Names) -> Iterator[_Place]:
    yield _Place(cache_dir(), "it holds the cache of itbench, in which truths lie")
    for name in sorted(names.packages):
        spec = find_spec(name)
        folders = [] if spec is None else list(spec.submodule_search_locations or [])
        for folder in folders or ([spec.origin] if spec is not None and spec.origin else []):
            yield _Place(
                Path(folder), f"it holds the package {name!r}, with which a program can make the truth"
            )


def _places_of_run(suite: Suite, out: Path | None) -> Iterator[_Place]:
    if out is not None:
        yield _Place(out, "the run files lie there, in which the answers of other trials are", is_whole=False)
    for path in suite.truth_files():
        yield _Place(path, "it holds truths of the suite")


def _problem(source: Path, places: Iterable[_Place], names: _Names) -> str | None:
    shown = Path(os.path.realpath(source))
    for place in [] if _is_program(shown) else places:
        real = Path(os.path.realpath(place.path))
        if real.is_relative_to(shown) or (place.is_whole and shown.is_relative_to(real)):
            return place.why
    return next(_found_below(shown, names), None)


def _is_program(shown: Path) -> bool:
    """Tell whether a folder is that of one program which itbench has installed for agents to run."""
    folder = shown.parent
    return folder.name.startswith(PROGRAM_PREFIX) and folder.parent == Path(os.path.realpath(store_folder()))


def _found_below(shown: Path, names: _Names) -> Iterator[str]:
    """Look through a whole tree: other copies lie in virtual environments and checkouts."""
    for folder, folders, files in os.walk(shown):
        for name in folders:
            if name in names.packages and _is_package(Path(folder, name)):
                yield f"{os.path.join(folder, name)!r} in it is a copy of the package {name!r}, with which a program can make the truth"  # noqa: PTH118 - as `os.walk` has it
        for name in [*folders, *files]:
            if _distribution(name) in names.distributions:
                yield f"it holds {name!r}, so that programs there can import what makes the truth"
        for name in files:
            if name.endswith(_RUN_FILE):
                yield f"it holds the run file {name!r}, in which the answers of other trials are"
            if name.endswith(".pth") and _leads_to(Path(folder, name), names):
                yield f"its {name!r} leads to a package with which a program can make the truth"


def _is_package(folder: Path) -> bool:
    try:
        return any(entry.name.startswith("__init__.") for entry in folder.iterdir())
    except OSError:
        return False  # What cannot be read here cannot be read by the sandbox's user either.


def _distribution(name: str) -> str | None:
    """Return the distribution that a name in a folder of packages belongs to, as pip and others write such names."""
    stem = name.removeprefix("__editable__.")
    for ending in (".dist-info", ".egg-info", ".whl", ".pth", ".tar.gz", ".egg-link"):
        if stem.endswith(ending):
            return _normal(stem.removesuffix(ending).partition("-")[0])
    return None


def _leads_to(path: Path, names: _Names) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            lines = file.read(_LONGEST_PATH_FILE).splitlines()
    except OSError:
        return False
    return any(Path(line, name).is_dir() for line in lines if line.startswith("/") for name in names.packages)


def _normal(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")
