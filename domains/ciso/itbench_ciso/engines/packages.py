"""Finds the engines on this machine, and what of them has to show inside the sandbox."""

import shutil
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from importlib_metadata import version

from itbench.errors import UsageError
from itbench.interfaces.workspace import Input

FOLDER = "engine"
_INSTALL = "run: pip install 'itbench[ciso]'"
# Module, distribution, and folders beside the module with libraries that it brings.
_PACKAGES = {
    "regopy": ("regopy", "regopy", ("regopy.libs",)),
    "cel": ("re2", "google-re2", ("google_re2.libs",)),
}
# CEL is evaluated by the domain itself: the version of Kubernetes whose API server it follows counts beside the package's.
_VERSIONS = {"cel": "Kubernetes 1.35, google-re2 {}"}
_OURS = Path(__file__).resolve().parents[1]
_OWN_FILES = ("__init__.py", "engines/__init__.py", *sorted(
    path.relative_to(_OURS).as_posix() for ending in ("py", "txt") for path in _OURS.glob(f"engines/inside/**/*.{ending}")
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class EnginePackage:
    """An engine as it lies on this machine.

    Attributes:
        name: `regopy`, `opa` or `cel`.
        version: of the package or program.
        inputs: all files that the process inside needs, our own included.
    """

    name: str
    version: str
    inputs: tuple[Input, ...]


@lru_cache(maxsize=4)
def find_engine(name: str) -> EnginePackage:
    """Return an engine by its name.

    Raises:
        UsageError: it is not installed.
    """
    if name == "opa":
        return _opa()
    module, distribution, siblings = _PACKAGES[name]
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(
            f"the package {distribution!r} is needed to judge policies and is not there; {_INSTALL}"
        )
    folder = Path(next(iter(spec.submodule_search_locations)))
    files = [
        path
        for place in (folder, *(folder.with_name(name) for name in siblings))
        if place.is_dir()
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    ]
    inputs = [Input(f"{FOLDER}/{path.relative_to(folder.parent).as_posix()}", path) for path in files]
    number = _VERSIONS.get(name, "{}").format(version(distribution))
    return EnginePackage(name, number, (*inputs, *_libraries(files), *_own()))


def _own() -> list[Input]:
    return [Input(f"{FOLDER}/itbench_ciso/{name}", _OURS / name) for name in _OWN_FILES]


def _libraries(files: list[Path]) -> list[Input]:
    """Return the system's libraries that an engine needs: the sandbox has only those that its own programs need."""
    from itbench.sandbox.elf import is_elf, libraries, loader_of
    from itbench.sandbox.image import base_python

    loader = loader_of(base_python().program)
    binaries = [path for path in files if is_elf(path)]
    if loader is None or not binaries:
        return []
    own = {path.name for path in binaries}
    found = libraries(loader, binaries)
    return [Input(f"{FOLDER}/lib/{name}", path) for name, path in sorted(found.items()) if name not in own]


def _opa() -> EnginePackage:
    import subprocess

    program = shutil.which("opa")
    if program is None:
        raise UsageError(
            "engine 'opa' needs the program `opa` on the PATH; install it, or leave out engine=opa"
        )
    said = subprocess.run([program, "version"], capture_output=True, text=True, timeout=20, check=False)
    number = next(
        (line.split()[-1] for line in said.stdout.splitlines() if line.startswith("Version:")), "unknown"
    )
    return EnginePackage("opa", number, (Input(f"{FOLDER}/opa", Path(program).resolve()), *_own()))
