"""What a user can fix, and the exit code that goes with it.

ITBenchError (3)
├── UsageError (2)      a name, option or argument that cannot be used
├── DataError (3)       tasks, truths, datasets or answers on disk that cannot be read
├── PluginError (3)     a domain, agent or hook plugin that cannot be used
├── RunFileError (3)    a run file that cannot be opened
└── StorageError (4)    a run file, an output file or the cache that cannot be written

Anything else that is raised is a bug and keeps its traceback.
"""

from typing import ClassVar


class ITBenchError(Exception):
    """Something the user can act on; the command line prints it as one line."""

    exit_code: ClassVar[int] = 3


class UsageError(ITBenchError):
    """A name, option or argument that cannot be used."""

    exit_code: ClassVar[int] = 2


class DataError(ITBenchError):
    """Tasks, truths, datasets or answers on disk that cannot be read."""


class PluginError(ITBenchError):
    """A domain, agent or hook plugin that cannot be used."""


class RunFileError(ITBenchError):
    """A run file that cannot be opened or is not one."""


class StorageError(ITBenchError):
    """A run file, an output file or the cache that cannot be written, for example on a full disk."""

    exit_code: ClassVar[int] = 4
