"""An adversary without skill: it knows the policies of all controls by heart and fills in the names that the task states.

A seed draws fresh names and fresh clusters, but no fresh requirements. So one policy for each control, written once, is
right on every draw, and what this agent scores is the floor of every suite that is made from seeds.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from itbench import Task, Trace, Workspace
from itbench.kit import Randomness
from itbench_ciso.controls.control import Control, Parameters
from itbench_ciso.controls.policy_set import COMBINING, combining_text, policy_path, policy_text
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import FETCH, admission_policy, requirement, solution_policy
from itbench_ciso.judging.tags import ADMISSION, UPDATE

# Seeds of which only the kinds of the parameters are used, not their values.
_ANY_SEED = 1
_QUOTED = re.compile("`([^`]+)`")
_ONE_NAME, _NAMES = "`[^`]+`", "`[^`]+`(?:(?:, | and )`[^`]+`)*"


class MemorisedPolicies:
    """Hands in what it has memorised for the requirements that stand in the task; nothing, with a note, if it knows none."""

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Write the files."""
        trace.turn()
        known = dict(recognised(task.instructions))
        if not known:
            trace.record("note", about="control", text="no requirement of the task is known")
        for path, text in _files(task, known).items():
            await workspace.write_file(path, text.encode())


def recognised(instructions: str) -> Iterator[tuple[Control, Parameters]]:
    """Yield the controls whose requirements stand in a text, with the names that they state there."""
    for number, control in controls().items():
        found = _pattern(number).search(instructions)
        if found is not None:
            yield control, {name: _value(control, name, text) for name, text in found.groupdict().items()}


def _files(task: Task, known: Mapping[Control, Parameters]) -> dict[str, str]:
    if not known:
        return {}
    if ADMISSION in task.tags:
        return {"policy.yaml": admission_policy(*next(iter(known.items())))}
    policies = {control.number: solution_policy(control, names) for control, names in known.items()}
    if UPDATE not in task.tags:
        return {"fetch.sh": FETCH, "policy.rego": next(iter(policies.values()))}
    parts = {policy_path(number): policy_text(number, text) for number, text in policies.items()}
    return {COMBINING: combining_text(policies), **parts}


def _value(control: Control, name: str, text: str) -> str | list[str]:
    names = _QUOTED.findall(text)
    return names if name in _lists(control.number) else names[0]


@cache
def _lists(number: str) -> frozenset[str]:
    """Return which parameters of a control are lists."""
    drawn = controls()[number].parameters(Randomness(_ANY_SEED))
    return frozenset(name for name, value in drawn.items() if isinstance(value, list))


@cache
def _pattern(number: str) -> re.Pattern[str]:
    """Return what the requirement of a control looks like, whatever names are drawn for it."""
    control = controls()[number]
    names = control.parameters(Randomness(_ANY_SEED))
    text = re.escape(requirement(control, {name: f"\0{name}\0" for name in names}))
    for name in names:
        place = re.escape(f"`\0{name}\0`")
        shape = _NAMES if name in _lists(number) else _ONE_NAME
        text = text.replace(place, f"(?P<{name}>{shape})", 1).replace(place, f"(?P={name})")
    return re.compile(text)
