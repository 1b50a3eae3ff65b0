"""A file that says which tasks to run."""

from pathlib import Path

from itbench.errors import UsageError


def read_task_file(path: Path | None) -> list[str]:
    """Return the ids or globs in a file, one on each line; blank lines are left out. Without a file there are none.

    Raises:
        UsageError: it cannot be read, or has none.
    """
    if path is None:
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(f"the task file {str(path)!r} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the task file {str(path)!r} is not text in UTF-8") from error
    found = [line.strip() for line in lines if line.strip()]
    if not found:
        raise UsageError(f"the task file {str(path)!r} names no task; write one id or glob on each line")
    return found
