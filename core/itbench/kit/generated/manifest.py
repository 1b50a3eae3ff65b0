"""The file that holds the pinned hashes of a domain's tasks, written by `itbench pin`."""

import json
import re
from pathlib import Path

from itbench.errors import DataError

_DIGEST = re.compile("[0-9a-f]{64}")


def read_manifest(path: Path) -> dict[str, str]:
    """Return the pinned hash of each embedded task by its id.

    Raises:
        DataError: there is no such file, or it is not a JSON object of SHA-256 hashes.
    """
    hint = "install the package again, or, if it is yours, run `itbench pin` with the domain's name"
    try:
        manifest: object = json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(
            f"{path}: the pinned hashes of tasks cannot be read: {error.strerror}; {hint}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: the pinned hashes of tasks are not JSON: {error}; {hint}") from error
    if not isinstance(manifest, dict):
        raise DataError(f"{path}: expected pinned hashes by task, found {type(manifest).__name__}; {hint}")
    for task_id, digest in manifest.items():
        if not (isinstance(digest, str) and _DIGEST.fullmatch(digest)):
            raise DataError(f"{path}: task {task_id!r}: {digest!r} is not a SHA-256 in hexadecimal; {hint}")
    return manifest
