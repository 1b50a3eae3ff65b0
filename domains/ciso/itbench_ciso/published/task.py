"""The public task of one published directory."""

from pathlib import Path
from typing import TYPE_CHECKING

from itbench import DataError
from itbench.kit import read_text
from itbench_ciso.judging.tags import PUBLISHED, REGO, engine_tags

if TYPE_CHECKING:
    from itbench import Task

_MORE = """

---

Your working directory has the manifests in static-resources/, read-only. Hand in two files in your working directory: fetch.sh (run as `./fetch.sh`
in a directory with static-resources/, without a network, for at most 60 seconds; it writes collected_data.json and exits with 0) and policy.rego (package
`check`, a boolean `result`: true where the cluster complies, false where it violates the control; evaluated as `data.check.result`).
"""
_HAND_IN_BYTES = 1024 * 1024


def make_published_task(task_id: str, path: Path, number: str, engine: str) -> "Task":
    """Return the task as its publisher words it, with our contract below.

    Args:
        task_id: of the task.
        path: of the publisher's words.
        number: of the control.
        engine: that judges.

    Raises:
        DataError: the text cannot be read.
    """
    from itbench import HandIn, Limits, Task

    text = read_text(path).strip()
    if not text:
        raise DataError(f"{path}: it is empty; fetch the dataset again")
    return Task(
        id=task_id,
        title=f"CIS {number} of ITBench-Lite",
        instructions=text + _MORE,
        hand_in=HandIn(answer=None, files=("fetch.sh", "policy.rego"), max_bytes=_HAND_IN_BYTES),
        limits=Limits(turns=100),
        tags=("ciso", REGO, PUBLISHED, f"cis-{number}", *engine_tags(engine)),
    )
