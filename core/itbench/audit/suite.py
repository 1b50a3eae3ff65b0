"""Audits a suite: every adversary learns, is tried, and is reported with an interval."""

import importlib.util

from itbench.audit.adversary import Adversary
from itbench.audit.constant import ConstantAnswer, EmptyAnswer
from itbench.audit.report import AuditReport, Guess, Result, guess_of
from itbench.audit.sets import AuditPlan, Split, splits
from itbench.errors import UsageError
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.suite import SuiteOptions
from itbench.plugins.domains import find_suite


def adversaries() -> list[Adversary]:
    """Return all adversaries, the simplest first."""
    from itbench.audit.forests import forests
    from itbench.audit.rules import BestRule, RuleList

    return [EmptyAnswer(), ConstantAnswer(), BestRule(), RuleList(), *forests()]


def audit_suite(
    reference: str, options: SuiteOptions, plan: AuditPlan, progress: Progress = no_progress
) -> AuditReport:
    """Let every adversary guess the answers of a suite.

    Raises:
        UsageError: scikit-learn is missing, or there is no such suite.
        PluginError: the domain gives no candidates.
        ITBenchError: its tasks cannot be made or read.
    """
    if importlib.util.find_spec("sklearn") is None:
        raise UsageError('an audit needs scikit-learn; install it with: pip install "itbench[audit]"')
    if plan.train == 1:
        raise UsageError(
            "--train 1: nothing can be learnt from one task; give 2 or more, or 0 for its own tasks"
        )
    domain, suite = find_suite(reference)
    results: list[Result] = []
    for together in splits(domain, suite, options, plan, progress):
        tried = adversaries()
        for at, adversary in enumerate(tried):
            progress(f"{adversary.name}, {len(together[0].learn.cases)} tasks", at, len(tried))
            results += _results(adversary, together, plan.seed)
    constant = frozenset({EmptyAnswer.name, ConstantAnswer.name})
    return AuditReport(
        suite=f"{domain.name}/{suite.name}", version=suite.version, results=tuple(results), constant=constant
    )


def _results(adversary: Adversary, together: list[Split], seed: int) -> list[Result]:
    values: dict[str, list[tuple[str, float]]] = {}
    learnt_text = ""
    for split in together:
        learnt = adversary.learn(split.learn, seed)
        learnt_text = learnt_text or learnt.text
        for name, grid in split.tries.items():
            scores = learnt.values(grid)
            values.setdefault(name, []).extend(
                (case.family, min(max(score, 0.0), 1.0))
                for case, score in zip(grid.cases, scores, strict=True)
            )
    return [
        Result(
            adversary=adversary.name,
            learnt=learnt_text,
            trained_on=len(together[0].learn.cases),
            tried_on=name,
            whole=guess_of([score for _, score in pairs]),
            families=_by_family(pairs),
        )
        for name, pairs in values.items()
    ]


def _by_family(pairs: list[tuple[str, float]]) -> dict[str, Guess]:
    names = sorted({family for family, _ in pairs} - {""})
    return {name: guess_of([score for family, score in pairs if family == name]) for name in names}
