"""Clones a published dataset with the git program from an address that the user names, and lists what came."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from itbench.errors import DataError, UsageError
from itbench.host.cache import cache_dir, writing_cache
from itbench.host.digests import FileDigests
from itbench.host.leftovers import sweep, temporary_folder
from itbench.interfaces.progress import Progress
from itbench.kit.published.dataset import GitDataset
from itbench.kit.published.marker import MarkedFile, Marker, write_marker
from itbench.kit.published.opaque import holds_opaque_tasks
from itbench.kit.published.verify import verified

_COUNTED = re.compile(rb"([A-Z][a-z ]+): +\d+% \((\d+)/(\d+)\)")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHOWN_CHARS = 300
# Nothing of the repository or of the user's templates is run, no link of it leads anywhere, and nobody is asked for a password.
_CAREFUL = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.symlinks=false"),
    *("-c", "core.autocrlf=false"),
    *("-c", "protocol.ext.allow=never"),
    *("-c", "http.lowSpeedLimit=1000"),
    *("-c", "http.lowSpeedTime=60"),
)


def home_of(dataset: GitDataset) -> Path:
    """Return where a fetched clone lies."""
    return cache_dir() / "datasets" / dataset.name


def clone(dataset: GitDataset, url: str, *, revision: str | None, progress: Progress) -> Path:
    """Clone the newest commit, or that of a branch or tag, into the cache, and return the root of the clone.

    A clone that was there before is replaced once the new one is complete.

    Raises:
        UsageError: there is no git program, or the address cannot be one.
        DataError: it could not be cloned, or has no tasks.
        StorageError: the cache cannot be written.
    """
    git = shutil.which("git")
    if git is None:
        raise UsageError("fetching needs the program git; install it, or clone elsewhere and use --data")
    if url.startswith("-") or not url.strip():
        raise UsageError(f"url={url!r} cannot be the address of a Git repository")
    home = home_of(dataset)
    with writing_cache():
        home.parent.mkdir(parents=True, exist_ok=True)
        prefix = f".cloning-{dataset.suite}-"
        sweep(home.parent, f"{prefix}*")
        with temporary_folder(home.parent, prefix) as folder:
            root = folder / "clone"
            _clone(git, url, root, revision, progress, dataset.suite)
            if not holds_opaque_tasks(dataset, root):
                raise DataError(
                    f"{_shown(url)} has no {dataset.directories}/{dataset.key_file}; is it {dataset.repository}?"
                )
            _list(git, dataset, root, progress)
            _replace(home, root)
    return home


def head_commit(root: Path) -> str | None:
    """Return the commit that a clone of somebody's is at, as its files tell it; None where they do not.

    No program is started in it: its settings might name others.
    """
    try:
        text = (root / ".git" / "HEAD").read_text(encoding="utf-8").strip()
        name = text.removeprefix("ref: ")
        if name != text:
            loose = root / ".git" / name
            text = loose.read_text(encoding="utf-8").strip() if loose.is_file() else _packed(root, name)
    except (OSError, UnicodeDecodeError):
        return None
    return text if _COMMIT.fullmatch(text) else None


def _packed(root: Path, name: str) -> str:
    for line in (root / ".git" / "packed-refs").read_text(encoding="utf-8").splitlines():
        commit, _, reference = line.partition(" ")
        if reference == name:
            return commit
    return ""


def _clone(git: str, url: str, root: Path, revision: str | None, progress: Progress, suite: str) -> None:
    words = [
        git,
        *_CAREFUL,
        "clone",
        "--progress",
        "--depth",
        "1",
        "--single-branch",
        "--no-tags",
        "--no-local",
    ]
    words += ["--template=", *([f"--branch={revision}"] if revision else []), "--", url, str(root)]
    said = b""
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_variables()
    ) as process:
        try:
            for line in _lines(process.stderr):
                counted = _COUNTED.search(line)
                if counted is None:
                    # More words may follow, which only say what might be wrong.
                    said = said if said.startswith(b"fatal:") else line or said
                    continue
                what = counted[1].decode().lower()
                progress(f"fetching {suite}: {what}", int(counted[2]), int(counted[3]))
            code = process.wait()
        finally:
            process.kill()
    if code != 0:
        story = said.decode(errors="replace").strip()[:_SHOWN_CHARS].replace(url, _shown(url))
        raise DataError(f"{_shown(url)} could not be cloned: git ended with {code}: {story}")


def _lines(stream: IO[bytes] | None) -> Iterator[bytes]:
    """Yield what git says; lines of progress end in a carriage return."""
    rest = b""
    if stream is None:
        return
    while chunk := os.read(stream.fileno(), 65536):
        *whole, rest = re.split(rb"[\r\n]", rest + chunk)
        yield from whole
    yield rest


def _list(git: str, dataset: GitDataset, root: Path, progress: Progress) -> None:
    """Leave a list of the files beside them, each with its hash, so that later changes show."""
    commit = _told(git, root, "rev-parse", "HEAD").decode().strip()
    tree = _told(git, root, "ls-tree", "-r", "-l", "-z", "HEAD", "--", *dataset.data_folders)
    files = {}
    for entry in filter(None, tree.split(b"\0")):
        about, _, path = entry.partition(b"\t")
        _, kind, blob, size = about.split()
        if kind == b"blob":
            files[os.fsdecode(path)] = MarkedFile(size=int(size), blob=blob.decode())
    whole = verified(root, files, FileDigests(), progress, f"fetching {dataset.suite}: verifying")
    faulty = next((path for path in files if path not in whole), None)
    if faulty is not None:
        raise DataError(
            f"{dataset.repository}: {faulty!r} came otherwise than git describes it; fetch it again"
        )
    write_marker(dataset, root, Marker(repository=dataset.repository, revision=commit, files=whole))


def _told(git: str, root: Path, *words: str) -> bytes:
    done = subprocess.run(
        [git, *_CAREFUL, "-C", str(root), *words], check=False, capture_output=True, env=_variables()
    )
    if done.returncode != 0:
        story = done.stderr.decode(errors="replace").strip()[:_SHOWN_CHARS]
        raise DataError(f"git {words[0]} ended with {done.returncode}: {story}; fetch the dataset again")
    return done.stdout


def _variables() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1", "LC_ALL": "C"}


def _replace(home: Path, root: Path) -> None:
    old = root.with_name("old")
    if home.exists():
        home.rename(old)
    root.rename(home)


def _shown(url: str) -> str:
    """Return an address without the name and password that may stand in it."""
    return repr(re.sub(r"//[^/@]*@", "//", url))
