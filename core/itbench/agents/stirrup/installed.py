"""Whether the harness can be used here, and what to do where it cannot."""

import importlib
import sys
from importlib.util import find_spec

from itbench.errors import UsageError

_OLDEST = (3, 12)
_INSTALL = "pip install 'itbench[stirrup]'"


def require_stirrup() -> None:
    """Check that the package `stirrup` can be imported.

    Raises:
        UsageError: this Python is too old, or the package or one that it needs is not installed.
    """
    problem = problem_with("stirrup", (sys.version_info[0], sys.version_info[1]))
    if problem is not None:
        raise UsageError(problem)


def problem_with(package: str, python: tuple[int, int]) -> str | None:
    """Return why a package cannot be imported in a Python of this version, or None."""
    if python < _OLDEST:
        return (
            f"agent 'stirrup' needs Python 3.12 or newer, found {python[0]}.{python[1]};"
            f" in an environment of such a Python: {_INSTALL}"
        )
    if find_spec(package) is None:
        return f"the package {package!r} is not installed; install it with: {_INSTALL}"
    try:
        importlib.import_module(package)
    except ImportError as error:
        return (
            f"the package {package!r} cannot be imported: {error}; install all that it needs with: {_INSTALL}"
        )
    return None
