"""Where a failure first shows, by IBM's rules (ITBench-Evaluations, FAULT_LOCALIZATION), without a model that judges."""

import re
from typing import Final

from itbench_sre.scoring.components import Components, distances
from itbench_sre.scoring.matching import Matcher
from itbench_sre.truth import Propagation
from itbench_sre.truth.kinds import SERVICE_KINDS
from itbench_sre.truth.naming import stem

# IBM's keywords ("such as Error, Error Rate, High CPU, Latency, Saturation, Failure, Threshold, Unavailable,
# ImagePullBackOff, CrashLoopBackOff") and others that tell of a failure in published effects.
_FAILURE: Final = re.compile(
    r"error|fail|latenc|slow|delay|time-?outs?\b|timed? ?out|unavailab|unreachable|unresponsive|crash|back-?off|not ?ready"
    r"|no requests|threshold|high cpu|high (?:heap )?memory|saturat|throttl|degrad|cannot|unable|refused|reject|denied"
    r"|stops|lost|drop|evict|exception|stuck|oom",
    re.IGNORECASE,
)
# What carries a fault is not what suffers from it.
_MECHANISMS: Final = frozenset({"flagd"})
_NUMBERED: Final = re.compile(r"-\d+$")
_WORD: Final = re.compile(r"[a-z0-9]")


def first_impacted_component(matcher: Matcher, components: Components) -> str | None:
    """Give the component where the failure first shows; None where the truth has no propagation to a known group.

    It is that of the first propagation, from the roots on, whose effect tells of a failure: the component that the
    effect names first, else the target (of a chaos experiment, of flagd, or of anything else). Where no effect tells of
    one, it is the first component behind the roots.
    """
    spoken = _Spoken(matcher, components)
    steps = _from_the_roots(matcher, components)
    failing = [step for step in steps if _FAILURE.search(step.effect)]
    for step in failing:
        named = spoken.first_in(step.effect)
        target = components.of_group_id(step.target)
        if named is not None or target in spoken.components:
            return named or target
    known = [
        component
        for step in [*failing, *steps]
        if (component := components.of_group_id(step.target)) is not None
    ]
    roots = components.of_roots()
    return next((component for component in known if component not in roots), known[0] if known else None)


def _from_the_roots(matcher: Matcher, components: Components) -> list[Propagation]:
    """Order the propagations by the hops of their source from the roots, then as the truth lists them."""
    steps = matcher.truth.propagations
    hops = distances(components.truth_path().edges, components.of_roots())
    return sorted(steps, key=lambda step: hops.get(components.label(step.source), len(steps)))


class _Spoken:
    """Finds the services of a truth in its sentences: `Frontend proxy` and `recommendationservice pod` are ones."""

    def __init__(self, matcher: Matcher, components: Components) -> None:
        named: dict[str, str] = {}
        for group in matcher.truth.groups:
            component = components.of_group_id(group.id)
            if group.kind.lower() in SERVICE_KINDS and component and stem(group) not in _MECHANISMS:
                both = (stem(group).lower(), _NUMBERED.sub("", group.id).lower())
                named |= {name: named.get(name, component) for name in both if _WORD.search(name)}
        self.components = frozenset(named.values())
        # The longest name first: `frontend-proxy` is not `frontend`.
        ordered = sorted(named, key=lambda name: (-len(name), name))
        self._of_part = {f"n{at}": named[name] for at, name in enumerate(ordered)}
        parts = (f"(?P<n{at}>{_written(name)})" for at, name in enumerate(ordered))
        self._pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(parts) or '(?!)'})(?![\w-])", re.IGNORECASE)

    def first_in(self, text: str) -> str | None:
        """Give the component that a sentence names first."""
        found = self._pattern.search(text)
        return self._of_part[found.lastgroup] if found and found.lastgroup else None


def _written(name: str) -> str:
    """Give a pattern for a name in a sentence: its dashes may be spaces or nothing, and `service` may follow."""
    words = [re.escape(word) for word in re.split(r"[-_]+", name) if word]
    return "[-_ ]?".join(words) + "(?:[-_ ]?service)?"
