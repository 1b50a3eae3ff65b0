"""Tries mutants on the variants of a control: which of them no variant kills."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from itbench.interfaces.json import JsonObject
from itbench.kit.generated.randomness import Randomness
from itbench_ciso.controls.control import Control, Parameters
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.variants import apply, drawn_plans, fewest_variants

Verdicts = Callable[[Sequence[str]], Iterator[bool | None]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Clusters of one control, each way taken at least once, and whether they comply."""

    parameters: Parameters
    clusters: list[JsonObject]
    labels: list[bool]


def draw(control: Control, seed: int, more: int = 0) -> Drawn:
    """Return the clusters of one task of a control, not laid out in files, which no policy sees anyway."""
    random = Randomness(seed).fork(control.number)
    parameters = control.parameters(random)
    plans = drawn_plans(control, random.fork("plans"), fewest_variants(control) + more)
    clusters = []
    for place, plan in enumerate(plans):
        scene = Scene(random.fork(f"scene {place}"))
        apply(plan, scene, parameters)
        clusters.append({"resources": random.shuffled(scene.settled())})
    return Drawn(parameters, clusters, [plan.is_compliant for plan in plans])


class Order:
    """Inputs with their labels; those that killed before come first."""

    def __init__(self, inputs: Iterable[str], labels: Iterable[bool]) -> None:
        self._pairs = list(zip(inputs, labels, strict=True))

    def killed_by(self, verdicts: Verdicts) -> str:
        """Return how a mutant is killed: by a wrong `verdict`, else by an `error`, which is no verdict, or not at all."""
        found, how = verdicts([text for text, _ in self._pairs]), ""
        for place, (verdict, (_, label)) in enumerate(zip(found, self._pairs, strict=True)):
            if verdict is None:
                how = "error"
            elif verdict is not label:
                self._pairs.insert(0, self._pairs.pop(place))
                return "verdict"
        return how
