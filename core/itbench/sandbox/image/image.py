"""The file system that commands see: a few programs and a Python, copied once and shared read-only by all trials."""

import hashlib
import json
import os
import platform
import py_compile
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from itbench.interfaces.progress import Progress
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.image import elf
from itbench.sandbox.image.files import FILES, FOLDERS, LIBRARIES, PROGRAMS, SHARED
from itbench.sandbox.image.own_programs import key_of, scripts_in_image, write_scripts

_SEARCH = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin")
_LIBRARY_FOLDERS = ("/lib64", "/usr/lib64", "/lib", "/usr/lib")
_NOT_COPIED = (
    "test", "tests", "idlelib", "turtledemo", "tkinter", "ensurepip", "lib2to3", "site-packages", "dist-packages",
    "config-*", "_tkinter*", "_test*", "_xxtest*", "*.a", "*.opt-1.pyc", "*.opt-2.pyc",
)  # fmt: skip
_STEPS = 4
# To be raised when the same sources give another image.
_FORMAT = 1
# Holds the modules of process 1.
RUNNER_FOLDER = "/usr/libexec"


@dataclass(frozen=True, slots=True)
class BasePython:
    """The interpreter below any virtual environment, and its standard library."""

    program: Path
    library: Path

    @property
    def version(self) -> str:
        """The version as folders are named after it, for example `python3.11`."""
        return f"python{sys.version_info.major}.{sys.version_info.minor}"


def base_python() -> BasePython:
    """Return the interpreter that this one is made from."""
    program = getattr(sys, "_base_executable", None) or sys.executable
    return BasePython(Path(program).resolve(), Path(sysconfig.get_path("stdlib")))


def image_key() -> str:
    """Return a name that changes with whatever the image is made of."""
    python = base_python()
    loader = elf.loader_of(python.program)
    # The loader belongs to the C library, which programs that are shown bring a copy of.
    sources = [*_programs().values(), python.program, *([loader] if loader else ())]
    states = [(str(path), path.stat().st_size, int(path.stat().st_mtime)) for path in sources]
    sources_of_runner = sorted(_runner_source().glob("*.py"))
    runner = hashlib.sha256(b"".join(path.read_bytes() for path in sources_of_runner)).hexdigest()
    own = key_of(scripts_in_image())
    layout = [_FORMAT, platform.machine(), sys.version, FILES, FOLDERS, LIBRARIES, SHARED, _NOT_COPIED]
    return hashlib.sha256(json.dumps([states, runner, own, layout]).encode()).hexdigest()[:16]


def build_image(root: Path, progress: Progress) -> None:
    """Copy everything into an empty folder.

    Raises:
        SandboxError: this machine lacks what nothing goes without.
    """
    python, programs = base_python(), _programs()
    loader = elf.loader_of(python.program)
    if loader is None or "sh" not in programs:
        raise SandboxError(
            f"no file system for the sandbox can be made: {str(python.program)!r} is no dynamically linked "
            "program, or there is no sh; use a Python of the system's or pyenv's making"
        )
    progress("making the sandbox: programs", 0, _STEPS)
    _make_folders(root)
    _copy_programs(root / "usr/bin", programs)
    progress("making the sandbox: Python", 1, _STEPS)
    extensions = _copy_python(root / "usr/local", python)
    binaries = [python.program, *extensions, *_extra_libraries()]
    binaries += [path for path in programs.values() if elf.is_elf(path)]
    progress("making the sandbox: libraries", 2, _STEPS)
    _copy_file(loader, root / str(loader).lstrip("/"))
    for name, source in {
        **elf.libraries(loader, binaries),
        **{p.name: p for p in _extra_libraries()},
    }.items():
        _copy_file(source, root / "usr/lib" / name)
    for folder in filter(os.path.isdir, SHARED):
        shutil.copytree(
            folder,
            root / folder.lstrip("/"),
            ignore=shutil.ignore_patterns("posix", "right", "java"),
            ignore_dangling_symlinks=True,
        )
    for path, text in FILES.items():
        (root / path).write_text(text)
    _copy_runner(root / RUNNER_FOLDER.lstrip("/"))
    write_scripts(root / "usr/local/bin", scripts_in_image())
    for parent, names, _ in os.walk(root):
        for name in names:
            # The sandbox's user must be able to enter, whatever this process's umask is.
            Path(parent, name).chmod(0o755)
    root.chmod(0o755)


def _runner_source() -> Path:
    return Path(__file__).parents[1] / "inside" / "first"


def _copy_runner(folder: Path) -> None:
    """Copy the modules of process 1, compiled: each sandbox would compile them again otherwise."""
    target = folder / "first"
    target.mkdir(parents=True)
    for source in _runner_source().glob("*.py"):
        _copy_file(source, target / source.name)
        py_compile.compile(
            str(target / source.name),
            dfile=f"{RUNNER_FOLDER}/first/{source.name}",
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


def _programs() -> dict[str, Path]:
    found = {}
    for name in PROGRAMS:
        path = next((Path(folder, name) for folder in _SEARCH if Path(folder, name).is_file()), None)
        if path is not None:
            found[name] = path
    return found


def _make_folders(root: Path) -> None:
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True)
    for link, target in {
        "bin": "usr/bin", "sbin": "usr/bin", "lib": "usr/lib", "lib64": "usr/lib",
        "usr/lib64": "lib", "usr/sbin": "bin", f"usr/lib/{platform.machine()}-linux-gnu": ".",
    }.items():  # fmt: skip
        (root / link).symlink_to(target)


def _copy_programs(target: Path, programs: dict[str, Path]) -> None:
    for name, source in programs.items():
        _copy_file(source, target / name)


def _copy_python(prefix: Path, python: BasePython) -> list[Path]:
    """Copy interpreter and standard library; return the libraries among them, as they lie on this machine."""
    _copy_file(python.program, prefix / "bin" / python.version)
    for name in ("python", "python3"):
        (prefix / "bin" / name).symlink_to(python.version)
    library = prefix / "lib" / python.version
    shutil.copytree(python.library, library, symlinks=False, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    for path in library.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (library / "site-packages").mkdir()
    (library / "dist-packages").symlink_to("site-packages")
    return [python.library / "lib-dynload" / path.name for path in library.glob("lib-dynload/*.so")]


def _extra_libraries() -> list[Path]:
    folders = [
        *(f"{folder}/{platform.machine()}-linux-gnu" for folder in ("/lib", "/usr/lib")),
        *_LIBRARY_FOLDERS,
    ]
    found: dict[str, Path] = {}
    for name in LIBRARIES:
        for folder in folders:
            if Path(folder, name).is_file():
                found.setdefault(name, Path(folder, name))
    return list(found.values())


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    shutil.copystat(source, target)
    # The sandbox's user must be able to read it; set-uid must not survive.
    target.chmod(0o755 if source.stat().st_mode & 0o111 else 0o644)
