"""Makes the variants that a policy is judged on."""

from collections.abc import Mapping
from dataclasses import dataclass

from itbench.made.randomness import Randomness
from itbench_ciso.controls.control import Control, Parameters, Way
from itbench_ciso.controls.layout import laid_out
from itbench_ciso.controls.scene import Scene


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


def make_variants(control: Control, parameters: Parameters, random: Randomness, count: int) -> list[Variant]:
    """Return `count` variants in random order, half of them compliant; all ways are used where count allows.

    All of them have the same file names.
    """
    files = random.between(2, 4)
    variants: list[Variant] = []
    for way in drawn_ways(control, random, count):
        scene = Scene(random.fork(f"scene {len(variants)}"))
        way.change(scene, parameters)
        variants.append(Variant(laid_out(scene.objects, files, scene.random), way.is_compliant, way.name))
    return variants


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
    quiet = [way for way in drawn_ways(other, random, 2 * count) if way.is_compliant]
    variants: list[Variant] = []
    for way, other_way in zip(drawn_ways(control, random, count), quiet, strict=True):
        scene = Scene(random.fork(f"scene {len(variants)}"))
        other_way.change(scene, other_parameters)
        way.change(scene, parameters)
        variants.append(Variant(laid_out(scene.objects, files, scene.random), way.is_compliant, way.name))
    return variants


def drawn_ways(control: Control, random: Randomness, count: int) -> list[Way]:
    """Return `count` ways in random order: half of them compliant, each as often as any other of its half."""
    complying = [way for way in control.ways if way.is_compliant]
    violating = [way for way in control.ways if not way.is_compliant]
    more = count // 2 + (random.below(2) if count % 2 else 0)
    return random.shuffled([*_cycled(complying, more, random), *_cycled(violating, count - more, random)])


def _cycled(ways: list[Way], count: int, random: Randomness) -> list[Way]:
    drawn: list[Way] = []
    while len(drawn) < count:
        drawn += random.shuffled(ways)
    return drawn[:count]
