"""What an agent is told about one control."""

from typing import TYPE_CHECKING

from itbench_ciso.controls.control import BENCHMARK
from itbench_ciso.controls.register import controls
from itbench_ciso.judging.rego.refusal import REFUSED
from itbench_ciso.judging.tags import REGO, engine_tags
from itbench_ciso.tasks.cis_kubernetes.make import requirement_of
from itbench_ciso.tasks.draw import ControlTask

if TYPE_CHECKING:
    from itbench import Task

_INSTRUCTIONS = """\
Write a compliance check for a Kubernetes cluster: {title} (control {number} of the {benchmark}).

{requirement}
Your working directory has, read-only, the folder static-resources/ with the manifests of one cluster as YAML files. A file may
hold several documents, and a document may be a List of objects. This cluster violates the control. Your check will be run
on dozens of other clusters that you do not see; about half of them comply, the others violate it in any of the ways that Kubernetes allows.
It must judge every one of them right.

Hand in two files in your working directory:

- fetch.sh: a script, run as `./fetch.sh` in a directory that has static-resources/ (with other manifests and maybe other file
  names), without a network. It collects whatever the policy needs into the file collected_data.json, which must be JSON, and exits with 0 within
  20 seconds. There are bash, python3 with PyYAML, and jq. Nothing is kept from one run to the next.
- policy.rego: a Rego policy (version 1 is recommended: `import rego.v1`; version 0 works too) of the package `check`. Its input is collected_data.json. It must define
  `result` as a boolean: true where the cluster complies, false where it violates the control. It is evaluated as `data.check.result`. The
  built-ins that reach the network, read files, or depend on the time or on random numbers are refused: {refused}.
"""
HAND_IN_BYTES = 256 * 1024


def make_scripted_task(spec: ControlTask, engine: str) -> "Task":
    """Return the public task of one control."""
    return make_control_task(spec, _INSTRUCTIONS, ("fetch.sh", "policy.rego"), REGO, *engine_tags(engine))


def make_control_task(
    spec: ControlTask, instructions: str, files: tuple[str, ...], language: str, *more_tags: str
) -> "Task":
    """Return the public task of one control.

    Args:
        spec: of the task.
        instructions: with places for `title`, `number`, `benchmark`, `requirement` and `refused` (the built-ins of Rego).
        files: to be handed in.
        language: the tag of what they are written in.
        more_tags: after all others.
    """
    from itbench import HandIn, Limits, Task

    control = controls()[spec.number]
    return Task(
        id=spec.id,
        title=control.title,
        instructions=instructions.format(
            title=control.title,
            number=control.number,
            benchmark=BENCHMARK,
            requirement=requirement_of(spec),
            refused=", ".join(REFUSED),
        ),
        hand_in=HandIn(answer=None, files=files, max_bytes=HAND_IN_BYTES),
        limits=Limits(turns=100),
        tags=("ciso", language, f"cis-{control.number}", *more_tags),
    )
