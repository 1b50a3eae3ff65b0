"""IBM's PROPAGATION_CHAIN and FAULT_LOCALIZATION (ITBench-Evaluations), by rules instead of a model that judges."""

from collections.abc import Sequence

from itbench_sre.scoring.answer import Diagnosis
from itbench_sre.scoring.components import Components
from itbench_sre.scoring.impact import first_impacted_component
from itbench_sre.scoring.matching import Matcher
from itbench_sre.scoring.root_cause import Quality
from itbench_sre.truth import Truth


def propagation_chain(diagnosis: Diagnosis, truth: Truth, components: Components) -> Quality | None:
    """Compare the chains of components: TP is the longest common subsequence.

    Precision is TP / length of the answer's chain, recall TP / length of the truth's. None (not measured) where the
    truth has no propagations, or the answer's format has none, as ITBench-AA's; an empty chain is 0.
    """
    expected = components.truth_path().nodes if truth.propagations else ()
    if not expected or diagnosis.propagations is None:
        return None
    named = components.named_path(diagnosis).nodes
    if not named:
        return Quality(0.0, 0.0)
    common = longest_common_subsequence(named, expected)
    return Quality(common / len(named), common / len(expected))


def longest_common_subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    """Give the length of the longest sequence that both hold, in order but perhaps with gaps."""
    previous = [0] * (len(other) + 1)
    for item in one:
        current = [0]
        for index, candidate in enumerate(other):
            longer = previous[index] + 1 if item == candidate else max(previous[index + 1], current[index])
            current.append(longer)
        previous = current
    return previous[-1]


def fault_localization(diagnosis: Diagnosis, matcher: Matcher, components: Components) -> float | None:
    """Give 1 where the first impacted component is on the answer's path, else 0.

    ITBench-AA's format has no path; there it is the entities that the answer blames. None where the truth has none.
    """
    impacted = first_impacted_component(matcher, components)
    if impacted is None:
        return None
    if diagnosis.propagations is not None:
        return float(impacted in components.named_path(diagnosis).nodes)
    named = (components.of_match(matcher.match(entity.name)) for entity in diagnosis.entities)
    return float(impacted in named)
