"""IBM's PROPAGATION_CHAIN and FAULT_LOCALIZATION (ITBench-Evaluations), by rules instead of a model that judges."""

import re
from collections.abc import Sequence
from typing import Final

from itbench_sre.scoring.answer import Diagnosis
from itbench_sre.scoring.components import Components
from itbench_sre.scoring.matching import Matcher
from itbench_sre.scoring.root_cause import Quality
from itbench_sre.truth import Truth
from itbench_sre.truth.kinds import SERVICE_KINDS
from itbench_sre.truth.naming import stem

_FAILURE: Final = re.compile(
    r"error|fail|latenc|slow|delay|timeout|timed out|unavailab|unreachable|crash|not ready|no requests|above threshold"
    r"|high cpu|high memory|throttl|degrad|cannot|unable|refused|stops|lost|drop",
    re.IGNORECASE,
)
_MECHANISMS: Final = frozenset({"flagd"})


def propagation_chain(diagnosis: Diagnosis, truth: Truth, components: Components) -> Quality | None:
    """Compare the chains of components: TP is the longest common subsequence.

    Precision is TP / length of the answer's chain, recall TP / length of the truth's. None (not measured) where the
    truth has no propagations, or the answer has no key for them, as ITBench-AA's format does not; an empty list is 0.
    """
    expected = components.truth_path().nodes if truth.propagations else ()
    if not expected or diagnosis.propagations is None:
        return None
    named = components.named_path((step.source, step.target) for step in diagnosis.propagations).nodes
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

    Where the answer has no propagations, all entities it names are its path. None where the truth has none.
    """
    impacted = first_impacted_component(matcher.truth, components)
    if impacted is None:
        return None
    if diagnosis.propagations:
        path = components.named_path((step.source, step.target) for step in diagnosis.propagations)
        return float(impacted in path.nodes)
    return float(
        any(components.of_match(matcher.match(entity.name)) == impacted for entity in diagnosis.entities)
    )


def first_impacted_component(truth: Truth, components: Components) -> str | None:
    """Give the component where the failure first shows; None where the truth has no propagation to a known group.

    It is that of the first propagation whose effect tells of a failure: the service named first in the effect, else
    the target. Where no effect tells of one, it is the first target. Services that only carry faults (flagd) and
    objects that are no service are passed over where there is a choice.
    """
    services = _services(truth, components)
    steps = sorted(truth.propagations, key=lambda step: _FAILURE.search(step.effect) is None)
    for step in steps:
        named = _first_named(step.effect, services) if _FAILURE.search(step.effect) else None
        target = components.of_group_id(step.target)
        if named is not None or target in services.values():
            return named or target
    known = (components.of_group_id(step.target) for step in steps)
    return next((component for component in known if component is not None), None)


def _services(truth: Truth, components: Components) -> dict[str, str]:
    found: dict[str, str] = {}
    for group in truth.groups:
        component = components.of_group_id(group.id)
        if (
            group.kind.casefold() in SERVICE_KINDS
            and component is not None
            and stem(group) not in _MECHANISMS
        ):
            found.setdefault(stem(group), component)
    return found


def _first_named(text: str, services: dict[str, str]) -> str | None:
    places = {
        found.start(): component
        for name, component in services.items()
        if (found := re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE))
    }
    return places[min(places)] if places else None
