"""Folders and files of the host that no program may be shown: with them it could remake or read the truth."""

import os
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from itbench.errors import UsageError
from itbench.interfaces.sandbox import Mount
from itbench.interfaces.suite import Suite
from itbench.runs.plan.own_files import RUN_FILES, OwnFiles
from itbench.sandbox.image.store import PROGRAM_PREFIX, store_folder
from itbench.sealed.bundle import OPENING, SEAL
from itbench.store.connect import is_run_file

_LONGEST_PATH_FILE = 1 << 16
_ANSWERS = "in which the answers of other trials are"
_MAKES = "with which a program can make the truth"
_LINKED = "is a hard link to a file of itbench, its cache, its run files or the suite's truths"
_OPENED = "it holds what opens a sealed suite, its truths among them"


def refuse_exposed(
    mounts: Sequence[Mount],
    suite: Suite,
    out: Path | None,
    *,
    copied: Sequence[Path] = (),
    is_unsafe_allowed: bool,
) -> str | None:
    """Return a warning for what lets a program remake or read the truth, where that was allowed; None for anything else.

    Args:
        mounts: what a program is to be shown.
        suite: whose truths they must not hold.
        out: the folder of the run file; None where that is not known.
        copied: files that are put into its working directory.
        is_unsafe_allowed: whether the user insists.

    Raises:
        UsageError: it was not allowed.
    """
    if not mounts and not copied:
        return None
    own = OwnFiles(suite, out)
    for mount in mounts:
        found = _problem(mount.source, own)
        if found is not None:
            if not is_unsafe_allowed:
                raise UsageError(
                    f"the folder {str(mount.source)!r} cannot be mounted: {found}; mount only the folder that the program "
                    "itself needs, or add --allow-unsafe, which every report then says"
                )
            return f"the agent was shown {str(mount.source)!r}: {found}"
    for path in copied:
        found = _file_problem(path, own)
        if found is not None:
            if not is_unsafe_allowed:
                raise UsageError(
                    f"the file {str(path)!r} cannot be copied into the sandbox: {found}; copy only what the program itself "
                    "needs, or add --allow-unsafe, which every report then says"
                )
            return f"the agent was given {str(path)!r}: {found}"
    return None


def _problem(source: Path, own: OwnFiles) -> str | None:
    shown = Path(os.path.realpath(source))
    for place in [] if _is_program(shown) else own.places:
        real = Path(os.path.realpath(place.path))
        if real.is_relative_to(shown) or (place.is_whole and shown.is_relative_to(real)):
            return place.why
    if _is_of_opened_bundle(shown):
        return _OPENED
    return next(_found_below(shown, own), None)


def _is_of_opened_bundle(path: Path) -> bool:
    """Tell whether a file or a folder is in a sealed suite's bundle with truths, be it private or revealed, whatever suite is run."""
    return any((folder / SEAL).is_file() and (folder / OPENING).is_file() for folder in (path, *path.parents))


def _file_problem(path: Path, own: OwnFiles) -> str | None:
    """Return why a file may not be given away, in one clause."""
    real = Path(os.path.realpath(path))
    for place in own.places:
        if place.is_whole and real.is_relative_to(os.path.realpath(place.path)):
            return f"it lies in {str(place.path)!r}, and {place.why}" if place.path != real else place.why
    if _is_of_opened_bundle(real):
        return "it lies in a sealed suite's bundle, which holds truths"
    if path.name.endswith(RUN_FILES) or real.name.endswith(RUN_FILES) or is_run_file(real):
        return f"it is a run file, {_ANSWERS}"
    if any(map(own.names.distribution_in, (path.name, real.name))):
        return f"it brings a package {_MAKES}"
    if own.is_hard_link(real.stat()):
        return f"it {_LINKED}"
    if own.is_copy_of_truth(real):
        return "it is a copy of a truth of the suite"
    return next((found for name in _members(real) if (found := _member_problem(name, own))), None)


def _members(path: Path) -> Iterator[str]:
    """Yield the names in an archive, zipped programs of Python among them; none of what is no archive."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as zipped:
                yield from zipped.namelist()
        elif tarfile.is_tarfile(path):
            with tarfile.open(path) as packed:
                for member in packed:
                    yield member.name
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile):
        return  # A program can unpack no more of it.


def _member_problem(name: str, own: OwnFiles) -> str | None:
    parts = PurePosixPath(name).parts
    if parts and parts[-1].endswith(RUN_FILES):
        return f"it holds the run file {name!r}, {_ANSWERS}"
    if any(map(own.names.distribution_in, parts)):
        return f"it holds {name!r}, so that programs can import what makes the truth"
    if len(parts) > 1 and parts[-2] in own.names.packages and parts[-1].startswith("__init__."):
        return f"it holds a copy of the package {parts[-2]!r}, {_MAKES}"
    return None


def _is_program(shown: Path) -> bool:
    """Tell whether a folder is that of one program which itbench has installed for agents to run."""
    folder = shown.parent
    return folder.name.startswith(PROGRAM_PREFIX) and folder.parent == Path(os.path.realpath(store_folder()))


def _found_below(shown: Path, own: OwnFiles) -> Iterator[str]:
    """Look through a whole tree: other copies lie in virtual environments and checkouts."""
    for folder, folders, files in os.walk(shown):
        for name in folders:
            if name in own.names.packages and _is_package(Path(folder, name)):
                yield f"{os.path.join(folder, name)!r} in it is a copy of the package {name!r}, {_MAKES}"  # noqa: PTH118 - as `os.walk` has it
        for name in [*folders, *files]:
            if own.names.distribution_in(name):
                yield f"it holds {name!r}, so that programs there can import what makes the truth"
        if SEAL in files and OPENING in files:
            yield _OPENED
        for name in files:
            if name.endswith(RUN_FILES):
                yield f"it holds the run file {name!r}, {_ANSWERS}"
            if name.endswith(".pth") and _leads_to(Path(folder, name), own):
                yield f"its {name!r} leads to a package {_MAKES}"
            if _is_linked(Path(folder, name), own):
                yield f"{name!r} in it {_LINKED}"


def _is_package(folder: Path) -> bool:
    try:
        return any(entry.name.startswith("__init__.") for entry in folder.iterdir())
    except OSError:
        return False  # What cannot be read here cannot be read by the sandbox's user either.


def _is_linked(path: Path, own: OwnFiles) -> bool:
    try:
        return own.is_hard_link(path.lstat())
    except OSError:
        return False  # As above.


def _leads_to(path: Path, own: OwnFiles) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            lines = file.read(_LONGEST_PATH_FILE).splitlines()
    except OSError:
        return False
    return any(
        Path(line, name).is_dir() for line in lines if line.startswith("/") for name in own.names.packages
    )
