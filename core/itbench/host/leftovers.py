"""Folders and files that are there only while something is made, and what killed processes have left of them.

The process that makes one holds a lock (flock) on it. The kernel frees the lock when that process ends, however it ends: what no process
holds is a leftover, and the next process that makes such things removes it. A disk that several machines share may keep
locks for each machine by itself; there a leftover has to be a day old as well.
"""

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_DAY_S = 86_400.0
# File systems of one machine; on all others, and where that is not known, age decides.
_OF_ONE_MACHINE = frozenset(
    {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "ramfs", "reiserfs", "tmpfs", "xfs", "zfs"}
)  # fmt: skip
_TRIES = 100
# What a killed process had started may write for a moment longer, until it sees that it is alone.
_WAITS_S = (0.1, 0.2, 0.4, 0.8, 1.6)


@contextmanager
def temporary_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Make a folder that only this user may enter, held by this process, and remove what is left of it at the end."""
    path, lock = _made(parent, prefix, "", is_folder=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def temporary_file(parent: Path, prefix: str, suffix: str) -> tuple[Path, int]:
    """Make a file, with the permissions of the umask, and return it with its descriptor, which holds it while it is open."""
    return _made(parent, prefix, suffix, is_folder=False)


def sweep(parent: Path, pattern: str) -> list[Path]:
    """Remove what this user's processes have left in a folder under names of a pattern, and what nobody holds any more.

    Returns:
        what was removed.
    """
    found = list(parent.glob(pattern))
    removed = []
    is_shared = bool(found) and not _is_of_one_machine(parent)
    for path in found:
        # Another process may sweep too, and what others own is theirs.
        with suppress(OSError):
            status = path.lstat()
            is_young = is_shared and status.st_mtime > time.time() - _DAY_S
            if status.st_uid == os.geteuid() and not is_young:
                _remove_if_unheld(path, is_folder=stat.S_ISDIR(status.st_mode))
                if not path.exists():
                    removed.append(path)
    return removed


def _made(parent: Path, prefix: str, suffix: str, *, is_folder: bool) -> tuple[Path, int]:
    for _ in range(_TRIES):
        path = parent / f"{prefix}{secrets.token_hex(6)}{suffix}"
        try:
            descriptor = _opened(path, is_folder=is_folder)
        except (FileExistsError, FileNotFoundError):
            if not parent.is_dir():
                raise
            continue
        if _is_held(descriptor, path):
            return path, descriptor
        # Another process swept before it was held.
        os.close(descriptor)
    raise FileExistsError(f"no name is free in {str(parent)!r}")


def _opened(path: Path, *, is_folder: bool) -> int:
    if not is_folder:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    path.mkdir(mode=0o700)
    try:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        with suppress(OSError):
            path.rmdir()
        raise


def _is_held(descriptor: int, path: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # This disk has no locks: then nobody can take it for a leftover before it is a day old.
    return _is_in_place(descriptor, path)


def _remove_if_unheld(path: Path, *, is_folder: bool) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_in_place(descriptor, path):
            return
        if is_folder:
            _remove_folder(path)
        else:
            path.unlink()
    finally:
        os.close(descriptor)


def _remove_folder(path: Path) -> None:
    """Remove a folder even where what ran there took rights from folders in it, or still writes for a moment."""
    for wait_s in (*_WAITS_S, None):
        for folder, _, _ in os.walk(path):
            with suppress(OSError):
                Path(folder).chmod(0o700)
        try:
            shutil.rmtree(path)
        except OSError as error:
            if error.errno == errno.ENOTEMPTY and wait_s is not None:
                time.sleep(wait_s)
                continue
            shutil.rmtree(path, ignore_errors=True)
        return


def _is_in_place(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def _is_of_one_machine(folder: Path) -> bool:
    """Tell whether no other machine can have a folder's file system mounted, as far as this system says."""
    real, longest, kind = os.path.realpath(folder), "", ""
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return False
    for line in lines:
        # Blanks in a name are written as octal numbers.
        place = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), line.split(" ")[1])
        if (real == place or real.startswith(place.rstrip("/") + "/")) and len(place) >= len(longest):
            longest, kind = place, line.split(" ")[2]
    return kind in _OF_ONE_MACHINE
