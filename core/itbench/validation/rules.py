"""All rules that every suite of every domain must keep, in the order in which they are checked."""

from collections.abc import Callable, Iterator

from itbench.validation.case import Case, Rule
from itbench.validation.data import data_sound
from itbench.validation.finding import Finding, Skipped
from itbench.validation.hidden import ids_opaque, truth_hidden
from itbench.validation.purity import scorer_pure, scorer_total
from itbench.validation.schemas import schemas_used, truth_valid
from itbench.validation.solvable import cheats_stay_low, nothing_is_zero, oracle_is_right
from itbench.validation.stability import suite_stable
from itbench.validation.winnable import truth_derived, truth_winnable
from itbench.validation.worlds import worlds_open


def _rule(name: str, check: Callable[[Case], Iterator[Finding | Skipped]]) -> Rule:
    return Rule(name, (check.__doc__ or "").strip(), check)


RULES = tuple(
    _rule(name, check)
    for name, check in (
        ("data-sound", data_sound),
        ("truth-valid", truth_valid),
        ("schemas-used", schemas_used),
        ("truth-winnable", truth_winnable),
        ("suite-stable", suite_stable),
        ("ids-opaque", ids_opaque),
        ("truth-hidden", truth_hidden),
        ("worlds-open", worlds_open),
        ("oracle-is-right", oracle_is_right),
        ("nothing-is-zero", nothing_is_zero),
        ("scorer-total", scorer_total),
        ("scorer-pure", scorer_pure),
        ("cheats-stay-low", cheats_stay_low),
    )
)
DEEP_RULES = (_rule("truth-derived", truth_derived),)
"""Rules that take long, checked after the others where they are asked for."""
