"""What an agent is told about one set of policies."""

from typing import TYPE_CHECKING

from itbench_ciso.controls.policy_set import COMBINING, policy_path, title_of
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import requirement
from itbench_ciso.judging.rego.refusal import REFUSED
from itbench_ciso.judging.tags import UPDATE, engine_tags
from itbench_ciso.tasks.cis_kubernetes.task import HAND_IN_BYTES
from itbench_ciso.tasks.policy_updates.make import numbers_of, parameters_of
from itbench_ciso.tasks.policy_updates.specs import UpdateTask

if TYPE_CHECKING:
    from itbench import Task

_HEAD = """\
A Kubernetes cluster is checked by a set of Rego policies. Your working directory has it, read-only:

- existing/policy.rego: the policy that combines the others (package `check`, boolean `result`: true where the cluster complies).
- existing/policies/: one policy for each requirement.
- existing/fetch.sh: collects the manifests of a cluster into collected_data.json, the input of the policies. It stays as it is.
- static-resources/: the manifests of one cluster, which the set judges wrong at present.
"""
_GAP = "\nThe policy {path} does not do all that its requirement asks for: find out what is wrong with it and fix it.\n"
_ADDED = (
    "\nThe requirement {title} is new: write a policy for it, {path}, and let the set ask for it as well.\n"
)
_TAIL = """
What the set did right it must keep doing. It will be judged on dozens of other clusters, about half of which comply with all requirements.

Hand in the files that you change or add, in your working directory, at the same places as below existing/ : {paths}. What you do not hand in stays as it is.
The policies are evaluated together as `data.check.result`. The built-ins that reach the network, read files, or depend on the time or on random numbers are refused: {refused}.

These are the requirements.
"""


def make_update_task(spec: UpdateTask, engine: str) -> "Task":
    """Return the public task of one set."""
    from itbench import HandIn, Limits, Task

    plan = spec.plan
    kinds = [kind for kind, number in (("gap", plan.repaired), ("new", plan.added)) if number]
    changed = [f"cis-{number}" for number in (plan.repaired, plan.added) if number]
    return Task(
        id=spec.id,
        title=_title(spec),
        instructions=_instructions(spec),
        hand_in=HandIn(
            answer=None,
            optional_files=(COMBINING, *(policy_path(number) for number in numbers_of(plan))),
            max_bytes=HAND_IN_BYTES,
        ),
        limits=Limits(turns=100),
        tags=("ciso", UPDATE, *kinds, *changed, *engine_tags(engine)),
    )


def _title(spec: UpdateTask) -> str:
    work = [
        f"{verb} {number}"
        for verb, number in (("fix", spec.plan.repaired), ("add", spec.plan.added))
        if number
    ]
    text = " and ".join(work)
    return f"{text[0].upper()}{text[1:]} in a set of policies"


def _instructions(spec: UpdateTask) -> str:
    plan, given = spec.plan, parameters_of(spec)
    numbers = numbers_of(plan)
    text = _HEAD
    if plan.repaired:
        text += _GAP.format(path=policy_path(plan.repaired))
    if plan.added:
        text += _ADDED.format(title=title_of(controls()[plan.added]), path=policy_path(plan.added))
    text += _TAIL.format(paths=", ".join((COMBINING, *map(policy_path, numbers))), refused=", ".join(REFUSED))
    for number in numbers:
        control = controls()[number]
        text += f"\n## {title_of(control)}: {policy_path(number)}\n\n{requirement(control, given[number])}"
    return text
