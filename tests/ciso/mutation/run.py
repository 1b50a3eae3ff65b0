"""Tries all mutants of the reference policies, or a seeded part of them: `run.py rego` or `run.py cel`.

Prints a line of JSON for each control: how many mutants there are, how many a variant kills, how many are equivalent, and
which survive. With `--soak`, a mutant counts as equivalent only if 2,000 generated clusters show no difference either.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import cel_mutants
import judging
import rego_mutants
from equivalent import reason_for
from rego_conditions import narrowed
from trial import Drawn, Order, draw

from itbench.interfaces.json import JsonObject
from itbench.kit.generated.randomness import Randomness
from itbench_ciso.controls.control import Control
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import admission_policy, solution_policy

SEED = 1
GENERATED = 2000


@dataclass(frozen=True, slots=True)
class Language:
    """How policies of one language are written, changed and judged."""

    reference: Callable[..., str]
    mutants: Callable[[str], list[rego_mutants.Mutant]]
    judge: Callable[[str], judging.Verdicts]


def _rego_mutants(policy: str) -> list[rego_mutants.Mutant]:
    """Return all mutants of a policy in Rego, no two with the same text."""
    found = {mutant.text: mutant for mutant in narrowed(policy)}
    return list((found | {mutant.text: mutant for mutant in rego_mutants.mutants(policy)}).values())


LANGUAGES = {
    "rego": Language(solution_policy, _rego_mutants, judging.rego),
    "cel": Language(admission_policy, cel_mutants.mutants, judging.cel),
}


@dataclass(slots=True)
class Found:
    """What became of the mutants of one control."""

    control: str
    made: int = 0
    killed: int = 0
    equivalent: int = 0
    surviving: list[str] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> JsonObject:
        """Return all of it."""
        return {name: getattr(self, name) for name in self.__slots__}


def tried(control: Control, language: Language, share: int, *, is_soak: bool) -> Found:
    """Return what becomes of one of `share` mutants of a control."""
    drawn = draw(control, SEED)
    reference = language.reference(control, drawn.parameters)
    order = Order(judging.encoded(drawn.clusters), drawn.labels)
    if order.killed_by(language.judge(reference)):
        raise AssertionError(f"the reference policy of {control.number} is not right on all variants")
    more = _generated(control, drawn, language, reference) if is_soak else None
    found = Found(control.number)
    for mutant, verdicts in _compiled(language, reference, control, share):
        found.made += 1
        reason = reason_for(mutant)
        if order.killed_by(verdicts):
            found.killed += 1
        elif reason is not None and (more is None or not more.killed_by(verdicts)):
            found.equivalent += 1
            found.reasons[reason] = found.reasons.get(reason, 0) + 1
        else:
            found.surviving.append(f"{mutant.kind}: {mutant.place}")
    return found


def _compiled(
    language: Language, reference: str, control: Control, share: int
) -> Iterator[tuple[rego_mutants.Mutant, judging.Verdicts]]:
    """Yield a seeded part of the mutants; what does not compile is none."""
    made = language.mutants(reference)
    chosen = Randomness(SEED).fork(f"mutants of {control.number}").shuffled(made)[: -(-len(made) // share)]
    for mutant in chosen:
        try:
            yield mutant, language.judge(mutant.text)
        except ValueError:
            continue


def _generated(control: Control, drawn: Drawn, language: Language, reference: str) -> Order:
    """Return further clusters of the same parameters, with what the reference says of them, which is their label."""
    more = draw(control, SEED, GENERATED)
    if more.parameters != drawn.parameters:
        raise AssertionError("the same seed has to give the same parameters")
    return Order(judging.encoded(more.clusters), more.labels)


def main(arguments: Sequence[str]) -> int:
    """Print what became of the mutants; return 1 if any survives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", choices=LANGUAGES)
    parser.add_argument("controls", nargs="*", help="numbers of controls; all, if none is given")
    parser.add_argument("--share", type=int, default=1, help="try one of so many mutants")
    parser.add_argument("--soak", action="store_true", help="try equivalent mutants on 2,000 clusters more")
    given = parser.parse_intermixed_args(arguments)
    # OPA's library collects garbage less often: a fifth less processor time for a third more memory.
    os.environ.setdefault("GOGC", "400")
    has_survivors = False
    for control in controls().values():
        if given.controls and control.number not in given.controls:
            continue
        if given.language == "rego" or control.is_admission:
            found = tried(control, LANGUAGES[given.language], given.share, is_soak=given.soak)
            has_survivors |= bool(found.surviving)
            print(json.dumps(found.as_json()), flush=True)
    return int(has_survivors)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
