"""One process at a time works on a run.

The claim is a lock (flock) on `<run>.lock` beside the run file. The kernel frees it when its holder ends, however it
ends, so nothing has to be cleaned up after `kill -9`. Readers need no claim. Over NFS it holds between machines where
the mount has locks (not with `nolock`).
"""

import fcntl
import json
import os
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from itbench.errors import ITBenchError, RunFileError, StorageError
from itbench.store.live.file import ENDING as LIVE_ENDING, remove_live

ENDING = ".lock"
# Asking whether a run is claimed holds the lock for a moment.
_TRIES, _PAUSE_S = 10, 0.02


class Claim:
    """The right to write a run; held until it is released or the process ends. Use it in a `with`, or release it.

    Args:
        path: of the run file, which need not exist yet.

    Raises:
        RunFileError: another process works on the run, or could without being seen, since the file has two names.
        StorageError: that folder allows no lock.
    """

    def __init__(self, path: Path) -> None:
        # A symbolic link and its target are one run.
        self._path = Path(os.path.realpath(path) + ENDING)
        _refuse_other_names(path)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = self._locked(path)
        except OSError as error:
            raise StorageError(
                f"cannot write the run file {str(path)!r}: {error.strerror or error}; it needs a folder that can be written, "
                "on a file system with locks"
            ) from error

    def release(self) -> None:
        """Let others work on the run."""
        if self._descriptor < 0:
            return
        descriptor, self._descriptor = self._descriptor, -1
        self._path.unlink(missing_ok=True)
        os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _locked(self, path: Path) -> int:
        tries = 0
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self._is_in_place(descriptor):
                    _sign(descriptor)
                    # A live file at this moment is of a process that held the claim and was killed.
                    remove_live(path)
                    return descriptor
            except BlockingIOError as error:
                holder = _holder(descriptor)
                os.close(descriptor)
                tries += 1
                if tries < _TRIES:
                    time.sleep(_PAUSE_S)
                    continue
                raise RunFileError(
                    f"{str(path)!r} is in use: {holder}; wait until that has ended, or stop it"
                ) from error
            except BaseException:
                os.close(descriptor)
                raise
            # The holder before has removed the file that was opened here.
            os.close(descriptor)

    def _is_in_place(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.stat())
        except FileNotFoundError:
            return False


def is_claimed(path: Path) -> bool:
    """Tell whether a process works on a run now."""
    try:
        with Path(os.path.realpath(path) + ENDING).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # There is no such lock.
    return False


def sweep_runs(folder: Path) -> list[Path]:
    """Remove the live files of runs in a folder on which nobody works any more, and return which these were."""
    removed = []
    for live in sorted(folder.glob(f"*.itbench{LIVE_ENDING}")):
        try:
            # To claim a run removes what the claim before has left.
            Claim(live.with_name(live.name.removesuffix(LIVE_ENDING))).release()
        except ITBenchError:
            continue  # A process works on it, or it cannot be removed.
        if not live.exists():
            removed.append(live)
    return removed


def _refuse_other_names(path: Path) -> None:
    """Refuse a file with hard links: neither this lock nor SQLite's log knows the other name, by which all could be lost.

    See https://www.sqlite.org/howtocorrupt.html, section 2.5.
    """
    try:
        names = path.stat().st_nlink
    except OSError:
        return  # There is no such file yet, or opening it will say why not.
    if names > 1:
        raise RunFileError(
            f"{str(path)!r} has {names} names (hard links), and a process could work on it by another; "
            "remove all but one, or work on a copy"
        )


def _sign(descriptor: int) -> None:
    """Say who holds the lock, for the message that others get."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    text = json.dumps({"process": os.getpid(), "host": socket.gethostname(), "since": since})
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)


def _holder(descriptor: int) -> str:
    try:
        found = json.loads(os.pread(descriptor, 1000, 0))
        return f"process {found['process']} on {found['host']} has worked on it since {found['since']}"
    except (ValueError, KeyError, TypeError):
        return "another process, which has not said yet which one it is, works on it"
