"""Finds the engines on this machine, and what of them has to show inside the sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from itbench import Input, JsonObject, JsonValue, Progress, UsageError, no_progress

FOLDER = "engine"
OPA, OPA_PROGRAM, CEL = "opa", "opa-program", "cel"
REGO_ENGINES = (OPA, OPA_PROGRAM)
_INSTALL = "run: pip install 'itbench[ciso]'"
# Folders beside the module with libraries that it brings.
_RE2_FOLDERS = ("re2", "google_re2.libs")
# CEL is evaluated by the domain itself: the version of Kubernetes whose API server it follows counts beside the package's.
_CEL_VERSION = "Kubernetes 1.35, google-re2 {}"
_OURS = Path(__file__).resolve().parents[1]
_OWN_FILES = ("__init__.py", "engines/__init__.py", *sorted(
    path.relative_to(_OURS).as_posix() for ending in ("py", "txt") for path in _OURS.glob(f"engines/inside/**/*.{ending}")
))  # fmt: skip
_TRUE: JsonValue = {"policy.rego": "package check\n\nresult := [input][0] == input\n"}
_ALL = {key: ["*"] for key in ("apiGroups", "apiVersions", "operations", "resources")}
# They read the whole input, and are true of any: where an engine fails with them, no policy is to blame.
TRUSTED_POLICIES: Mapping[str, JsonValue] = {
    OPA: _TRUE,
    OPA_PROGRAM: _TRUE,
    CEL: {"matchConstraints": {"resourceRules": [_ALL]}, "validations": [{"expression": "true"}]},
}
# What OPA takes to start, and for each number of a range.
_START_BYTES, _NUMBER_BYTES = 30 << 20, 120


def demanding_policy(memory_bytes: int) -> JsonValue:
    """Return a trusted policy in Rego that is true, and needs somewhat more than half of so much memory."""
    count = max(1, (memory_bytes * 6 // 10 - _START_BYTES) // _NUMBER_BYTES)
    return {"policy.rego": f"package check\n\nresult := count(numbers.range(1, {count})) == {count}\n"}


@dataclass(frozen=True, slots=True)
class EnginePackage:
    """An engine as it lies on this machine.

    Attributes:
        name: `opa`, `opa-program` or `cel`: what `serve` calls it.
        version: of the package, library or program.
        inputs: all files that the process inside needs, our own included.
        file: where the engine's own file shows, below the workspace; empty where it is a Python package.
        source: where that file lies on this machine.
    """

    name: str
    version: str
    inputs: tuple[Input, ...]
    file: str = ""
    source: Path | None = None

    @property
    def in_words(self) -> str:
        """Name and version in one text, as a run records them."""
        return f"{self.name} {self.version}"

    def as_json(self) -> JsonObject:
        """Return what is stored with each submission that it judges."""
        return {"name": self.name, "version": self.version}


def find_engine(name: str, progress: Progress = no_progress) -> EnginePackage:
    """Return an engine by its name; `opa` is the program of that name where this machine cannot load OPA's library.

    Raises:
        UsageError: it is not there.
        SandboxError: it cannot be installed.
    """
    if name == CEL:
        return _cel()
    from itbench_ciso.engines.opa import find_opa

    found = find_opa(progress, wants_program=name == OPA_PROGRAM)
    return _opa(found.is_library, found.version, found.path)


@lru_cache(maxsize=4)
def _opa(is_library: bool, number: str, path: Path) -> EnginePackage:
    file = f"{FOLDER}/{path.name}"
    libraries = _libraries([path]) if is_library else []
    inputs = (Input(file, path), *libraries, *_own())
    return EnginePackage(OPA if is_library else OPA_PROGRAM, number, inputs, file, path)


@lru_cache(maxsize=1)
def _cel() -> EnginePackage:
    from importlib_metadata import version

    spec = find_spec(_RE2_FOLDERS[0])
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(
            f"the package 'google-re2' is needed to judge admission policies and is not installed; {_INSTALL}"
        )
    folder = Path(next(iter(spec.submodule_search_locations)))
    files = [
        path
        for name in _RE2_FOLDERS
        if folder.with_name(name).is_dir()
        for path in sorted(folder.with_name(name).rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    ]
    inputs = [Input(f"{FOLDER}/{path.relative_to(folder.parent).as_posix()}", path) for path in files]
    number = _CEL_VERSION.format(version("google-re2"))
    return EnginePackage(CEL, number, (*inputs, *_libraries(files), *_own()))


def _own() -> list[Input]:
    return [Input(f"{FOLDER}/itbench_ciso/{name}", _OURS / name) for name in _OWN_FILES]


def _libraries(files: list[Path]) -> list[Input]:
    """Return the system's libraries that an engine needs: the sandbox has only those that its own programs need."""
    from itbench.sandboxes import base_python, is_elf, libraries, loader_of

    loader = loader_of(base_python().program)
    binaries = [path for path in files if is_elf(path)]
    if loader is None or not binaries:
        return []
    own = {path.name for path in binaries}
    found = libraries(loader, binaries)
    return [Input(f"{FOLDER}/lib/{name}", path) for name, path in sorted(found.items()) if name not in own]
