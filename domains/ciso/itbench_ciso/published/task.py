"""The public task of one published directory."""

from pathlib import Path
from typing import TYPE_CHECKING

from itbench import DataError
from itbench_ciso.judging.tags import PUBLISHED, REGO, engine_tags
from itbench_ciso.published.dataset import TASK_NAME, TASK_TEXT

if TYPE_CHECKING:
    from itbench import Task

_MORE = """

---

Your working directory has the manifests in static-resources/, read-only. Hand in two files in your working directory: fetch.sh (run as `./fetch.sh`
in a directory with static-resources/, without a network, for at most 60 seconds; it writes collected_data.json and exits with 0) and policy.rego (package
`check`, a boolean `result`: true where the cluster complies, false where it violates the control; evaluated as `data.check.result`).
"""
_HAND_IN_BYTES = 1024 * 1024


def make_published_task(task_id: str, directory: Path, engine: str) -> "Task":
    """Return the task as its publisher words it, with our contract below.

    Raises:
        DataError: the text cannot be read.
    """
    from itbench import HandIn, Limits, Task

    path = directory / TASK_TEXT
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}; fetch the dataset again") from error
    if not text:
        raise DataError(f"{path}: it is empty; fetch the dataset again")
    match = TASK_NAME.fullmatch(directory.name)
    number = match["number"] if match else ""
    return Task(
        id=task_id,
        title=f"CIS {number} of ITBench-Lite",
        instructions=text + _MORE,
        hand_in=HandIn(answer=None, files=("fetch.sh", "policy.rego"), max_bytes=_HAND_IN_BYTES),
        limits=Limits(turns=100),
        tags=("ciso", REGO, PUBLISHED, f"cis-{number}", *engine_tags(engine)),
    )
