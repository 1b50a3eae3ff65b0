"""Which tasks an adversary learns from, and which it is tried on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from itbench.audit.grid import Grid, TriedCase, grid_of
from itbench.errors import PluginError
from itbench.interfaces.suite import SuiteOptions

if TYPE_CHECKING:
    from itbench.interfaces.domain import Domain
    from itbench.interfaces.progress import Progress
    from itbench.interfaces.suite import Suite

_FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPlan:
    """How many tasks are drawn.

    Attributes:
        train: to learn from; 0 for cross-validation over the suite's own tasks.
        small: adversaries also learn from so many of them only.
        test: to be tried on.
        seed: of the draws; the tasks to be tried on are drawn from the next one.
    """

    train: int = 200
    small: int = 40
    test: int = 200
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One way to learn and to be tried.

    Attributes:
        learn: tasks with truths.
        tries: the tasks tried on, by name of the set.
    """

    learn: Grid
    tries: dict[str, Grid]


def splits(
    domain: "Domain", suite: "Suite", options: SuiteOptions, plan: AuditPlan, progress: "Progress"
) -> Iterator[list[Split]]:
    """Yield lists of splits whose results belong together: one list for each number of tasks to learn from."""
    if plan.train and {"seed", "count"} <= suite.data_options:
        yield from _drawn(domain, suite, options, plan, progress)
    else:
        yield _folds(_cases(domain, suite.configured(options), progress))


def _drawn(
    domain: "Domain", suite: "Suite", options: SuiteOptions, plan: AuditPlan, progress: "Progress"
) -> Iterator[list[Split]]:
    def cases(seed: int, count: int) -> list[TriedCase]:
        extra = {**options.extra, "seed": str(seed), "count": str(count)}
        drawn = suite.configured(SuiteOptions(data=options.data, extra=extra))
        return _cases(domain, drawn, progress)

    train, test = cases(plan.seed, plan.train), cases(plan.seed + 1, plan.test)
    embedded = _cases(domain, suite.configured(options), progress)
    everything = grid_of([*train, *test, *embedded])
    places = list(range(len(everything.cases)))
    end = len(train) + len(test)
    tries = {"drawn": everything.rows(places[len(train) : end]), "embedded": everything.rows(places[end:])}
    for size in sorted({min(plan.small, len(train)), len(train)}):
        yield [Split(learn=everything.rows(places[:size]), tries=tries)]


def _folds(cases: list[TriedCase]) -> list[Split]:
    everything = grid_of(cases)
    found = []
    for fold in range(_FOLDS):
        out = [place for place in range(len(cases)) if place % _FOLDS == fold]
        rest = [place for place in range(len(cases)) if place % _FOLDS != fold]
        if out and rest:
            found.append(Split(learn=everything.rows(rest), tries={"folds": everything.rows(out)}))
    return found


def _cases(domain: "Domain", suite: "Suite", progress: "Progress") -> list[TriedCase]:
    if domain.audit is None:
        raise PluginError(
            f"the domain {domain.name!r} gives no candidates for an audit; its author can add `Domain.audit`"
        )
    return [TriedCase(case) for case in domain.audit(suite, progress)]
