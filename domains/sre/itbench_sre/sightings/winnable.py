"""Says which truths no name of an object in the task's own data can win."""

from collections.abc import Iterator, Sequence

from itbench import Input
from itbench_sre.scoring.matching import Matcher, covered_roots
from itbench_sre.sightings.inventory import Damage, listed_objects, mentioned_objects
from itbench_sre.truth import RootSet, Truth


def winnable_problems(truth: Truth, inputs: Sequence[Input]) -> Iterator[str]:
    """Yield a sentence for each root cause that no object in the data matches; nothing where the data lists none."""
    matcher = Matcher(truth)
    names = set(map(str, listed_objects(inputs, Damage())))
    if not names:
        return
    names.update(map(str, mentioned_objects(inputs)))
    matches = [match for name in sorted(names) if (match := matcher.match(name)).is_hit]
    found = {index for match in matches for index in match.roots}
    for index, root in enumerate(matcher.roots):
        if index not in found:
            yield f"no object in its data matches the root cause {_described(root)}"
    if len(found) == len(matcher.roots) > covered_roots(matches):
        yield f"its data shows fewer different root causes than the {len(matcher.roots)} there are"


def _described(root: RootSet) -> str:
    return " or ".join(
        f"{group.namespace or 'cluster'}/{group.kind}/{group.name or '|'.join(group.filters)}"
        for group in root.groups
    )
