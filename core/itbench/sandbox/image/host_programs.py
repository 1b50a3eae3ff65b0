"""Programs of this machine for sandboxes: a folder with the libraries that they need and a script for each, made once."""

import hashlib
import json
import os
import platform
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from itbench.interfaces.sandbox import Program
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image import elf
from itbench.sandbox.image.store import make_stored

# To be raised when the same programs give another folder.
_FORMAT = 2
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LIBRARIES = "lib"
_SEARCH = "LD_LIBRARY_PATH"
_COMMANDS = "bin"
_LINKS = "links"


@dataclass(frozen=True, slots=True)
class StoredProgram:
    """Programs that have been made ready.

    Attributes:
        name: of the folder below `/opt`.
        content: what that folder holds: libraries, scripts, and places for `folders`.
        folders: of this machine, to show in it at their own paths.
    """

    name: str
    content: Path
    folders: tuple[Path, ...]


def store_program(program: Program) -> StoredProgram:
    """Make programs ready, unless they are.

    Raises:
        SandboxError: there is no such program, library or folder on this machine, or it cannot be read.
    """
    _check(program)
    folders = tuple(dict.fromkeys(folder.resolve() for folder in program.folders))
    name = f"program-{program.name}-{_key(program, folders)}"
    return StoredProgram(
        program.name, make_stored(name, lambda root: _build(root, program, folders)), folders
    )


def _check(program: Program) -> None:
    if not _NAME.fullmatch(program.name):
        raise SandboxError(
            f"programs cannot be named {program.name!r}: small letters, digits, '.', '_' and '-' make a name"
        )
    for command, path in program.commands.items():
        if "/" in command or not os.access(path, os.X_OK) or not path.is_file():
            raise SandboxError(
                f"program {command!r} of {program.name!r}: there is no program {str(path)!r} on this machine; install it"
            )
    for folder in program.folders:
        if not folder.is_dir():
            raise SandboxError(
                f"programs {program.name!r} need the folder {str(folder)!r}, which is not on this machine; install it"
            )


def _key(program: Program, folders: tuple[Path, ...]) -> str:
    """Return what changes with whatever the folder is made of."""
    loader = _loader(program)
    paths = [*program.commands.values(), *_binaries(folders), *([loader] if loader else ())]
    states = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    text = json.dumps(
        [
            _FORMAT,
            platform.machine(),
            states,
            sorted((name, str(path)) for name, path in program.commands.items()),
            list(map(str, folders)),
            sorted(program.variables.items()),
        ]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _build(root: Path, program: Program, folders: tuple[Path, ...]) -> None:
    for own in (_LIBRARIES, _COMMANDS):
        (root / own).mkdir()
    for folder in folders:
        (root / str(folder).lstrip("/")).mkdir(parents=True, exist_ok=True)
    for command, path in program.commands.items():
        real = path.resolve()
        if not any(real.is_relative_to(folder) for folder in folders):
            _copy(real, root / str(real).lstrip("/"))
        script = root / _COMMANDS / command
        script.write_text(_script(program, _named(root, program, command, path)), encoding="utf-8")
        script.chmod(0o755)
    loader = _loader(program)
    if loader is not None:
        # A folder shows below the root of the programs at the path that it has on this machine.
        search = program.variables.get(_SEARCH, "").replace("{root}", "")
        binaries = [path.resolve() for path in program.commands.values() if elf.is_elf(path)]
        _check_libraries(program, loader, binaries, search)
        for library, source in elf.libraries(loader, [*binaries, *_binaries(folders)], search).items():
            _copy(source, root / _LIBRARIES / library)
    for parent, below, _ in os.walk(root):
        for folder_name in below:
            Path(parent, folder_name).chmod(0o755)


def _named(root: Path, program: Program, command: str, path: Path) -> str:
    """Return where a program is started inside: under the name that it has here, because what it does may depend on it.

    On Debian, redis-server is a link to redis-check-rdb.
    """
    real = path.resolve()
    place = f"/opt/{program.name}"
    if path.name == real.name:
        return f"{place}{real}"
    link = root / _LINKS / command / path.name
    link.parent.mkdir(parents=True)
    link.symlink_to(f"{place}{real}")
    return f"{place}/{_LINKS}/{command}/{path.name}"


def _check_libraries(program: Program, loader: Path, binaries: list[Path], search: str) -> None:
    for binary in binaries:
        missing = elf.missing_library(loader, binary, search)
        if missing is not None:
            raise SandboxError(
                f"program {str(binary)!r} of {program.name!r} needs the library {missing!r}, which is not found on this "
                f"machine; install it, or add its folder to 'folders', and to {_SEARCH} in 'variables' as {{root}}/FOLDER"
            )


def _script(program: Program, start: str) -> str:
    """Return what is on the PATH: it lets the loader find the libraries, and starts the program."""
    place = f"/opt/{program.name}"
    variables = {name: value.replace("{root}", place) for name, value in program.variables.items()}
    # The libraries that were copied are found last, also where the author names folders that come first.
    variables[_SEARCH] = ":".join(filter(None, [variables.get(_SEARCH), f"{place}/{_LIBRARIES}"]))
    lines = ["#!/bin/sh", *(f"export {name}={shlex.quote(value)}" for name, value in variables.items())]
    return "\n".join([*lines, f'exec {shlex.quote(start)} "$@"', ""])


def _loader(program: Program) -> Path | None:
    loaders = (elf.loader_of(path) for path in program.commands.values())
    return next((loader for loader in loaders if loader is not None), None)


def _binaries(folders: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the programs and libraries below the folders."""
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in sorted(names):
                path = Path(parent, name)
                is_library = ".so" in name
                if path.is_file() and (is_library or os.access(path, os.X_OK)) and elf.is_elf(path):
                    yield path


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o755)
