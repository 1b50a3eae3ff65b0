"""Makes the files and the truth of one task of the suite `admission`."""

from pathlib import Path

from itbench import JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import admission_policy
from itbench_ciso.controls.variants import make_variants
from itbench_ciso.tasks.cis_kubernetes.make import hidden_count
from itbench_ciso.tasks.draw import ControlTask
from itbench_ciso.tasks.layout import write_numbered, write_shown


def make_admission(spec: ControlTask, directory: Path) -> JsonObject:
    """Write one violating set for the agent and all others for the judging; return the truth."""
    control = controls()[spec.number]
    random = Randomness(spec.seed)
    parameters = control.parameters(random.fork("parameters"))
    pair = make_variants(control, parameters, random.fork("shown"), 2)
    write_shown(directory, next(variant for variant in pair if not variant.is_compliant))
    variants = make_variants(control, parameters, random.fork("hidden"), hidden_count(control, random))
    return {
        "kind": "admission",
        "control": control.number,
        "shown": False,
        "sets": write_numbered(directory, variants),
        "solution": {"policy.yaml": admission_policy(control, parameters)},
    }
