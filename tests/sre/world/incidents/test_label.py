"""Labels of whole draws, found with few runs, against their definition, change by change."""

import pytest

from itbench_sre.world.incidents.label import Label, label
from itbench_sre.world.incidents.probes import Probes
from itbench_sre.world.incidents.search import drawn_changes
from itbench_sre.world.incidents.setting import RECORDED_US, Setting
from itbench_sre.world.incidents.variants import Variants


def defined(variants: Variants) -> Label | None:
    """Return the label where one change is the root, by leaving each change out; None where there is no such label."""
    page = variants.page()
    if page is None or page.alert in variants.quiet:
        return None if page is None else Label(page)
    everything = frozenset(range(len(variants.changes)))
    needed = [place for place in everything if not variants.fires(everything - {place}, page)]
    probes = Probes(variants)
    acting = [place for place in needed if variants.fires((place,), page) or probes.harm((place,), page)]
    if len(acting) != 1:
        return None
    return Label(page, tuple(acting), tuple(place for place in sorted(needed) if place not in acting))


def labels(seed: int, draw: int) -> tuple[Label | None, Label | None]:
    """Return the label that is found, and that of the definition."""
    setting = Setting(seed=seed)
    world = setting.world()
    changes = drawn_changes(setting, draw, world)
    found, expected = (
        make(Variants(world, changes, world.start_us + RECORDED_US))
        for make in (lambda each: label(each, Probes(each), is_pair_sought=False), defined)
    )
    return found, expected


@pytest.mark.soak
@pytest.mark.parametrize("draw", range(2))
def test_a_label_found_with_few_runs_is_that_of_the_definition(draw: int) -> None:
    found, expected = labels(41, draw)
    assert found == expected


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_labels_found_with_few_runs_are_those_of_the_definition(seed: int) -> None:
    for draw in range(4):
        found, expected = labels(1000 + seed, draw)
        assert found == expected, draw
