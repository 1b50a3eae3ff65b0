"""Makes the variants that a policy is judged on.

Nothing but the violation itself tells a violating variant from a complying one: each violating way also stands, repaired, in
a complying variant, and complying ways stand in both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from itbench.kit import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, Way
from itbench_ciso.controls.manifests.layout import laid_out
from itbench_ciso.controls.manifests.scene import Scene

# More complying ways in one cluster would make it larger than needed.
_MOST_QUIET = 2


@dataclass(frozen=True, slots=True)
class Variant:
    """The manifests of one cluster, and what they are.

    Attributes:
        files: bytes by path, such as "static-resources/manifests-01.yaml"; neither tells anything.
        way: the name of the way that was taken; shown after scoring only.
    """

    files: Mapping[str, bytes]
    is_compliant: bool
    way: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done to the scene of one variant.

    Attributes:
        violating: the way that a violating variant takes, and a complying one takes repaired.
        quiet: complying ways that are taken before.
    """

    violating: Way
    quiet: tuple[Way, ...]
    is_compliant: bool

    @property
    def name(self) -> str:
        """What a report calls the variant."""
        if not self.is_compliant:
            return self.violating.name
        return "; ".join([*(way.name for way in self.quiet), f"repaired: {self.violating.name}"])

    @property
    def change(self) -> Change:
        """Return what is done at last."""
        return (
            self.violating.repaired
            if self.is_compliant and self.violating.repaired
            else self.violating.change
        )


def make_variants(control: Control, parameters: Parameters, random: Randomness, count: int) -> list[Variant]:
    """Return `count` variants in random order, half of them compliant; all ways are used where count allows.

    All of them have the same file names.
    """
    files = random.between(2, 4)
    plans = drawn_plans(control, random, count)
    return [
        _variant(plan, parameters, random.fork(f"scene {place}"), files) for place, plan in enumerate(plans)
    ]


def combined(
    control: Control,
    parameters: Parameters,
    other: Control,
    other_parameters: Parameters,
    random: Randomness,
    count: int,
) -> list[Variant]:
    """Return variants that a way of `control` and a compliant way of `other` have changed.

    They are judged by what the way of `control` is: take no pair that `overlaps` lists.
    """
    files = random.between(2, 4)
    quiet = random.shuffled([way for way in other.ways if way.is_compliant])
    variants: list[Variant] = []
    for place, plan in enumerate(drawn_plans(control, random, count)):
        scene = Scene(random.fork(f"scene {place}"))
        quiet[place % len(quiet)].change(scene, other_parameters)
        apply(plan, scene, parameters)
        variants.append(_laid_out(plan, scene, files))
    return variants


def fewest_variants(control: Control) -> int:
    """Return how many variants it takes to use every way."""
    complying = sum(way.is_compliant for way in control.ways)
    return 2 * max(len(control.ways) - complying, -(-complying // _MOST_QUIET))


def drawn_plans(control: Control, random: Randomness, count: int) -> list[Plan]:
    """Return `count` plans in random order, half of them compliant; each way as often as any other of its kind."""
    violating = [way for way in control.ways if not way.is_compliant]
    complying = [way for way in control.ways if way.is_compliant]
    more = count // 2 + (random.below(2) if count % 2 else 0)
    plans: list[Plan] = []
    for number, is_compliant in ((more, True), (count - more, False)):
        # As many quiet ways in both halves, or their number would tell.
        each = min(_MOST_QUIET, -(-len(complying) // max(1, count // 2)))
        quiet = _cycled(complying, random)
        loud = _cycled(violating, random)
        plans += [Plan(next(loud), _several(quiet, each), is_compliant) for _ in range(number)]
    return random.shuffled(plans)


def _several(ways: Iterator[Way], count: int) -> tuple[Way, ...]:
    found: list[Way] = []
    while len(found) < count:
        way = next(ways)
        if way not in found:
            found.append(way)
    return tuple(found)


def _cycled(ways: Sequence[Way], random: Randomness) -> Iterator[Way]:
    while True:
        yield from random.shuffled(ways)


def _variant(plan: Plan, parameters: Parameters, random: Randomness, files: int) -> Variant:
    scene = Scene(random)
    apply(plan, scene, parameters)
    return _laid_out(plan, scene, files)


def apply(plan: Plan, scene: Scene, parameters: Parameters) -> None:
    """Change a scene as a plan says."""
    for way in plan.quiet:
        way.change(scene, parameters)
    plan.change(scene, parameters)


def _laid_out(plan: Plan, scene: Scene, files: int) -> Variant:
    return Variant(laid_out(scene.settled(), files, scene.random), plan.is_compliant, plan.name)
