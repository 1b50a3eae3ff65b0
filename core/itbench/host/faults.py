"""Errors of the machine that the harness runs on: never an agent's doing, in whichever part of a trial they occur."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from itbench.interfaces.fault import Stage, StageError

# What a machine may be short of, and what its disks and kernel may refuse, whatever was asked for.
SHORTAGES = frozenset(
    {
        errno.EAGAIN,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOLCK,
        errno.ENOMEM,
        errno.ENOSPC,
        errno.ESTALE,
        errno.ETOOMANYREFS,
    }
)
# What comes of a path, or of what an agent made at it.
PATH_ERRORS = frozenset(
    {
        errno.EACCES,
        errno.EEXIST,
        errno.EINVAL,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENODEV,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.ENOTEMPTY,
        errno.ENXIO,
        errno.EPERM,
        errno.EROFS,
        errno.ETXTBSY,
    }
)
# What comes of the words of a command.
PROGRAM_ERRORS = PATH_ERRORS | {errno.E2BIG, errno.ENOEXEC}
_NO_THREAD = "can't start new thread"
_ADVICE = {
    errno.EMFILE: "raise the limit of open files with 'ulimit -n', or run fewer trials at a time",
    errno.EAGAIN: "raise the limit of processes with 'ulimit -u', or end some of this user's",
    errno.ENOMEM: "end what takes the memory, or run fewer trials at a time",
    errno.EFBIG: "raise the limit of file sizes with 'ulimit -f'",
}
_MORE_ROOM = "make room on that disk, or use another one"


class HostError(StageError):
    """The machine gave the harness too little of something, or a disk failed; the trial is tried again."""

    def __init__(self, what: str, error: BaseException) -> None:
        super().__init__(Stage.ENVIRONMENT, f"{what}: {_said(error)}")


class WorkspaceFileError(OSError):
    """What a workspace itself refuses: its own size limit is reached, or what an agent made there stands in the way."""


@contextmanager
def host_errors(what: str, *, but: frozenset[int] = frozenset()) -> Iterator[None]:
    """Blame the machine for an error of the operating system; those in `but` come of what an agent did and pass.

    Raises:
        HostError: the machine refused something.
    """
    try:
        yield
    except WorkspaceFileError:
        raise
    except OSError as error:
        if error.errno in but:
            raise
        raise HostError(what, error) from error
    except RuntimeError as error:
        if not _lacks_thread(error):
            raise
        raise HostError(what, error) from error


def is_shortage(error: BaseException) -> bool:
    """Tell whether an exception, its cause, or one of a group says that the machine is short of something."""
    if isinstance(error, WorkspaceFileError):
        return False
    if isinstance(error, OSError) and error.errno in SHORTAGES:
        return True
    if _lacks_thread(error):
        return True
    if isinstance(error, BaseExceptionGroup):
        return any(map(is_shortage, error.exceptions))
    return error.__cause__ is not None and is_shortage(error.__cause__)


def shortage_advice(error: BaseException) -> str:
    """Return in one line what this machine lacks and what to do; for an exception that `is_shortage`, or a MemoryError."""
    if isinstance(error, MemoryError):
        return f"this machine has no memory left: {_ADVICE[errno.ENOMEM]}"
    if not isinstance(error, OSError):
        return f"this machine starts no further thread: {_ADVICE[errno.EAGAIN]}"
    where = f" ({str(error.filename)[:200]!r})" if error.filename is not None else ""
    return f"this machine refuses something{where}: {error.strerror}; {_ADVICE.get(error.errno or 0, _MORE_ROOM)}"


def _lacks_thread(error: BaseException) -> bool:
    return isinstance(error, RuntimeError) and _NO_THREAD in str(error)


def _said(error: BaseException) -> str:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"{reason}, on the machine that runs itbench"
