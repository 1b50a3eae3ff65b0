"""Makes the files and the truth of one task of the suite `cis-kubernetes`."""

from pathlib import Path

from itbench import JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.control import Control
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import FETCH, requirement, solution_policy
from itbench_ciso.controls.variants import fewest_variants, make_variants
from itbench_ciso.judging.sets import COMPLIANT
from itbench_ciso.tasks.draw import ControlTask
from itbench_ciso.tasks.layout import write_hidden, write_numbered, write_shown

# At least so many hidden variants, even where fewer take every way, and at most so many more.
FEWEST, MOST_MORE = 40, 8


def make_scripted(spec: ControlTask, directory: Path) -> JsonObject:
    """Write one violating set for the agent and all others for the judging; return the truth."""
    control = controls()[spec.number]
    random = Randomness(spec.seed)
    parameters = control.parameters(random.fork("parameters"))
    pair = make_variants(control, parameters, random.fork("shown"), 2)
    for variant in pair:
        if variant.is_compliant:
            write_hidden(directory, COMPLIANT, variant)
        else:
            write_shown(directory, variant)
    variants = make_variants(control, parameters, random.fork("hidden"), hidden_count(control, random))
    return {
        "kind": "rego",
        "control": control.number,
        "sets": write_numbered(directory, variants),
        "solution": {"fetch.sh": FETCH, "policy.rego": solution_policy(control, parameters)},
    }


def hidden_count(control: Control, random: Randomness) -> int:
    """Return how many hidden variants a task has: enough to take every way, and some more."""
    return max(FEWEST, fewest_variants(control)) + random.fork("count").below(MOST_MORE + 1)


def requirement_of(spec: ControlTask) -> str:
    """Return what the task asks for, in words, with the names that were drawn for it."""
    control = controls()[spec.number]
    return requirement(control, control.parameters(Randomness(spec.seed).fork("parameters")))
