"""Makes the files and the truth of one task of the suite `policy-updates`."""

from collections.abc import Sequence
from pathlib import Path

from itbench import DataError, JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.control import Control, Parameters
from itbench_ciso.controls.policy_set import COMBINING, combining_text, policy_path, policy_text
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import FETCH, baseline_policy, solution_policy
from itbench_ciso.controls.variants import Variant, combined, fewest_variants, make_variants
from itbench_ciso.judging.direct import EXISTING
from itbench_ciso.judging.sets import resources_in
from itbench_ciso.tasks.layout import write_files, write_numbered, write_shown
from itbench_ciso.tasks.policy_updates.specs import Plan, UpdateTask

# Hidden variants of all controls together that stay as they are, and of those that change combined with one of them.
_KEPT_COUNT, _COMBINED_COUNT = 24, 8


def make_update(spec: UpdateTask, directory: Path) -> JsonObject:
    """Write the existing set, one cluster that it judges wrong, and all others for the judging; return the truth."""
    plan, random = spec.plan, Randomness(spec.seed)
    given = parameters_of(spec)
    whole = {number: solution_policy(control, given[number]) for number, control in _all(plan).items()}
    faulty = {
        number: baseline_policy(controls()[number]) if number == plan.repaired else whole[number]
        for number in plan.existing
    }
    existing = _files(faulty) | {"fetch.sh": FETCH}
    write_files(directory, {f"{EXISTING}{path}": text.encode() for path, text in existing.items()})
    shown = _shown(plan, given, faulty, random.fork("shown"))
    write_shown(directory, shown)
    variants = _hidden(plan, given, random.fork("hidden"))
    solution = _files(whole)
    return {
        "kind": "update",
        "control": plan.repaired or plan.added or "",
        "shown": shown.is_compliant,
        "sets": write_numbered(directory, variants),
        "solution": {path: text for path, text in solution.items() if existing.get(path) != text},
    }


def parameters_of(spec: UpdateTask) -> dict[str, Parameters]:
    """Return the names that the task states, for each control of the set and the new one."""
    random = Randomness(spec.seed)
    return {
        number: control.parameters(random.fork(f"parameters {number}"))
        for number, control in _all(spec.plan).items()
    }


def numbers_of(plan: Plan) -> list[str]:
    """Return all controls of a plan, the new one last."""
    return [*plan.existing, *([plan.added] if plan.added else [])]


def _all(plan: Plan) -> dict[str, Control]:
    return {number: controls()[number] for number in numbers_of(plan)}


def _files(policies: dict[str, str]) -> dict[str, str]:
    parts = {policy_path(number): policy_text(number, text) for number, text in policies.items()}
    return {COMBINING: combining_text(policies), **parts}


def _shown(plan: Plan, given: dict[str, Parameters], faulty: dict[str, str], random: Randomness) -> Variant:
    """Return a cluster that the existing set judges wrong."""
    number = plan.repaired or plan.added or plan.existing[0]
    control = controls()[number]
    candidates = make_variants(control, given[number], random, fewest_variants(control))
    if number not in faulty:
        return next(variant for variant in candidates if not variant.is_compliant)
    wrong = _judged_wrong(faulty[number], candidates)
    # One that slips through tells more of a gap than one that is rejected.
    for variant in [*(each for each in wrong if not each.is_compliant), *wrong]:
        return variant
    raise DataError(f"the hurried policy of control {number} is right on all variants; choose another plan")


def _judged_wrong(policy: str, variants: Sequence[Variant]) -> list[Variant]:
    from itbench_ciso.engines.verdict import TRUE
    from itbench_ciso.judging.rego.trusted import TrustedJudge

    with TrustedJudge() as judge:
        verdicts = judge({"policy.rego": policy}, [_collected(each) for each in variants])
    pairs = zip(variants, verdicts, strict=True)
    return [variant for variant, verdict in pairs if (verdict == TRUE) != variant.is_compliant]


def _collected(variant: Variant) -> JsonObject:
    return {"resources": resources_in(variant.files.values())}


def _hidden(plan: Plan, given: dict[str, Parameters], random: Randomness) -> list[Variant]:
    """Return every way of what changes, some of what stays, and some of both at once."""
    changed = [number for number in (plan.repaired, plan.added) if number]
    kept = [number for number in plan.existing if number != plan.repaired]
    counts = {number: _KEPT_COUNT // len(kept) for number in kept}
    counts |= {number: fewest_variants(controls()[number]) for number in changed}
    found: list[Variant] = []
    for number, count in counts.items():
        found += make_variants(controls()[number], given[number], random.fork(number), count)
    for number in changed:
        other = kept[0]
        both = (controls()[number], given[number], controls()[other], given[other])
        found += combined(*both, random.fork(f"{number} and {other}"), _COMBINED_COUNT // len(changed))
    return random.shuffled(found)
