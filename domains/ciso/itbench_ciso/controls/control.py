"""A control: one requirement on a cluster, with every way to meet it and to miss it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from itbench import JsonValue
from itbench.kit import Randomness
from itbench_ciso.controls.manifests.scene import Scene

BENCHMARK = "CIS Kubernetes Benchmark v1.10"

Parameters: TypeAlias = Mapping[str, JsonValue]
Change: TypeAlias = Callable[[Scene, Parameters], object]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to comply or to violate.

    Attributes:
        name: what a report calls it.
        is_compliant: whether a scene that complied still does after the change.
        change: what is done to the scene.
        repaired: of a violating way, the same change without the violation: it adds as many objects of the same kinds,
            under names drawn alike, so that nothing but the violation itself tells the two apart.
    """

    name: str
    is_compliant: bool
    change: Change
    repaired: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One requirement.

    Attributes:
        number: of the control in `BENCHMARK`.
        title: one line in our own words.
        parameters: draws the names that a task states, such as exempt namespaces.
        ways: every way to comply and to violate.
        is_admission: whether one object alone tells.
    """

    number: str
    title: str
    parameters: Callable[[Randomness], Parameters]
    ways: tuple[Way, ...]
    is_admission: bool = False


def no_parameters(_random: Randomness) -> Parameters:
    """Return nothing: the task states no names."""
    return {}


def on_scene(change: Callable[[Scene], object]) -> Change:
    """Return a change that needs no parameters."""
    return lambda scene, _parameters: change(scene)


def complies(name: str, change: Change) -> Way:
    """Return a way to comply."""
    return Way(name, True, change)


def violates(name: str, change: Change, repaired: Change) -> Way:
    """Return a way to violate, and the same change without the violation."""
    return Way(name, False, change, repaired)
