"""Suites that lie in folders: which words name one, and which installed suite reads it."""

from dataclasses import replace
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.suite import SuiteOptions
from itbench.kit.directory import DirectorySuite


def is_suite_folder(reference: str) -> bool:
    """Tell whether a folder is meant and not an installed suite: it has a head, or looks like a path."""
    path = Path(reference)
    return (path / "suite.json").is_file() or reference.startswith((".", "/")) or reference.count("/") > 1


def located(reference: str, options: SuiteOptions) -> tuple[str, SuiteOptions]:
    """Return `DOMAIN/SUITE` and the options with which the tasks in a folder are read; what names no folder is left as it is.

    Raises:
        UsageError: the folder names no domain, or there is `--data` as well.
        DataError: it has no usable `suite.json`.
    """
    if not is_suite_folder(reference):
        return reference, options
    folder = DirectorySuite(Path(reference))
    if not folder.domain:
        raise UsageError(
            f"{reference!r} names no domain in its suite.json, so it can only be checked, with `itbench validate`"
        )
    if options.data is not None:
        raise UsageError(f"{reference!r} is a folder that holds its tasks; leave out --data")
    return f"{folder.domain}/{folder.name}", replace(options, data=folder.root)
