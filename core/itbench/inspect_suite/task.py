"""Makes a task of Inspect AI of a suite."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itbench.errors import UsageError
from itbench.inspect_suite.material import Material, files_of, instructions_of, material_of
from itbench.interfaces.suite import SuiteOptions

if TYPE_CHECKING:
    import inspect_ai


def inspect_task(
    suite: str,
    *,
    tasks: Sequence[str] = (),
    tags: Sequence[str] = (),
    limit: int | None = None,
    data: str | Path | None = None,
    as_published: bool = False,
    suite_options: Mapping[str, str] | None = None,
    sandbox: Any = "docker",
    solver: Any = None,
    **more: Any,
) -> "inspect_ai.Task":
    """Return a suite whose environment is only files as a task of Inspect AI, scored by the domain's rules.

    Samples have the instructions and the files that agents of itbench see. What is scored is what lies in the sandbox when the agent
    has ended, not the text that it submits. Truths are read when a sample is scored, in the process of Inspect: with the sandbox
    `local`, agents can read whatever its user can, truths included.

    Args:
        suite: `DOMAIN` or `DOMAIN/SUITE`.
        tasks: ids or patterns of tasks.
        tags: that the tasks must have.
        limit: how many tasks at most.
        data: directory of the dataset.
        as_published: show agents exactly what the publisher shows them.
        suite_options: further options of the suite.
        sandbox: of Inspect, in which a shell and the programs that agents need must be.
        solver: of Inspect; None for its agent `react` with the tool `bash`.
        more: further arguments of `inspect_ai.Task`, such as `epochs` or `time_limit`.

    Raises:
        UsageError: the suite's environment is more than files, its truths are sealed away, or Inspect AI is not installed.
        DataError: the data of a task is faulty.
    """
    try:
        from inspect_ai import Task
        from inspect_ai.dataset import MemoryDataset, Sample
    except ImportError as error:
        raise UsageError(f"this needs Inspect AI ({error}): pip install 'itbench[inspect]'") from error
    from itbench.inspect_suite.scorer import itbench_scorer

    options = SuiteOptions(
        data=None if data is None else Path(data), as_published=as_published, extra=dict(suite_options or {})
    )
    material = material_of(suite, options, tasks=tasks, tags=tags, limit=limit)
    samples = [
        Sample(
            id=each.task.id,
            input=instructions_of(each.task),
            files=dict(files_of(each)),
            metadata={"title": each.task.title, "tags": list(each.task.tags)},
        )
        for each in material.data
    ]
    usual = _usual(material) | {"solver": solver or _solver(material)}
    return Task(
        dataset=MemoryDataset(samples, name=material.suite.name),
        scorer=itbench_scorer(material),
        sandbox=sandbox,
        **(usual | more),
    )


def _usual(material: Material) -> dict[str, Any]:
    """Return the arguments of a task that are not given; Inspect has one limit for all samples, so it is the widest."""
    limits = [each.task.limits for each in material.data]
    tokens = [each.tokens for each in limits if each.tokens is not None]
    return {
        "name": f"{material.domain.name}_{material.suite.name}",
        "version": material.suite.version,
        "time_limit": int(max(each.wall_s for each in limits)),
        "token_limit": max(tokens) if len(tokens) == len(limits) else None,
        "metadata": {"itbench_domain": material.domain.name, "itbench_suite": material.suite.name},
    }


def _solver(material: Material) -> Any:
    from inspect_ai.agent import react
    from inspect_ai.tool import bash

    command_s = max(each.task.limits.command_s for each in material.data)
    return react(tools=[bash(timeout=int(command_s))])
