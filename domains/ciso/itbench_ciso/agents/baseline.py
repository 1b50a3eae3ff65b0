"""An agent without a model: hands in what one would write in a hurry from a control's title alone."""

import re

from itbench import Task, Trace, Workspace
from itbench_ciso.controls.control import Control
from itbench_ciso.controls.policy_set import COMBINING, policy_path, policy_text
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import BASELINE_FETCH, admission_baseline, baseline_policy
from itbench_ciso.judging.direct import EXISTING
from itbench_ciso.judging.tags import ADMISSION, UPDATE

_TAG = "cis-"
_LAST_PART = re.compile(r"(?s)(.*\n)([ \t]*)(data\.policies\.\w+\.result)\n")


class BaselineAgent:
    """Goes by the number of the control and does not read what the task says."""

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Write the files of the control's baseline; nothing, with a note, where the control is not known."""
        trace.turn()
        known = [controls()[number] for number in _numbers(task) if number in controls()]
        if not known:
            trace.record("note", about="control", text=f"none of {list(task.tags)} is known")
            return
        for path, text in (await _files(task, known, workspace)).items():
            await workspace.write_file(path, text.encode())


def _numbers(task: Task) -> list[str]:
    return [tag.removeprefix(_TAG) for tag in task.tags if tag.startswith(_TAG)]


async def _files(task: Task, known: list[Control], workspace: Workspace) -> dict[str, str]:
    if UPDATE in task.tags:
        return await _updated(known, workspace)
    if ADMISSION in task.tags:
        return {"policy.yaml": admission_baseline(known[0])}
    return {"fetch.sh": BASELINE_FETCH, "policy.rego": baseline_policy(known[0])}


async def _updated(known: list[Control], workspace: Workspace) -> dict[str, str]:
    """Return the set as it is, with the baseline policies of the controls that it has none for."""
    combining = (await workspace.read_file(EXISTING + COMBINING)).decode()
    files: dict[str, str] = {}
    listed = await workspace.list_files(EXISTING.rstrip("/"))
    for control in known:
        path = policy_path(control.number)
        if EXISTING + path not in listed:
            files[path] = policy_text(control.number, baseline_policy(control))
            package = path.removesuffix(".rego").replace("/", ".")
            combining = _LAST_PART.sub(rf"\1\2\3\n\2data.{package}.result\n", combining, count=1)
    return {COMBINING: combining} | files
