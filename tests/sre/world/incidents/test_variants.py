"""Runs with some changes left out: cheap, and with the same answers as runs of which everything is measured."""

from functools import cache

import pytest

from itbench_sre.world.application.otel_demo import otel_demo
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.incidents.page import page_of, paging
from itbench_sre.world.incidents.variants import Variants
from itbench_sre.world.mechanisms.actions import Edit
from itbench_sre.world.mechanisms.change import Change, Name
from itbench_sre.world.store.refs import Ref
from itbench_sre.world.world import START_US, World

# Each of these tests runs a whole cluster several times: some seconds of processor time.
pytestmark = pytest.mark.slow


@cache
def settled() -> World:
    return World(otel_demo(60), 3, is_flat=True)


def scaled(name: str, replicas: int, minute: int) -> Change:
    ref = Ref("Deployment", "otel-demo", name)
    edit = Edit(ref, ((("spec", "replicas"), replicas),), "kubectl-scale")
    return Change(
        mechanism="scaled-workload",
        family="scaling",
        target=ref,
        affects=(name,),
        names=(Name(kind="Deployment", namespace="otel-demo", name=name, pattern=name),),
        manager="kubectl-scale",
        at_us=START_US + minute * MINUTE_US,
        depth=1000,
        actions=(edit,),
        condition="",
        solution="",
    )


CHANGES = (scaled("ad", 2, 1), scaled("cart", 0, 2), scaled("quote", 2, 3))
END_US = START_US + 10 * MINUTE_US


def measured(*kept: int) -> World:
    """Return a world run to the end with some of the changes, of which all rules were evaluated."""
    world = settled().copy()
    for place in kept:
        CHANGES[place].schedule(world)
    world.run_until(END_US)
    return world


def test_the_page_is_the_one_that_fires_where_everything_is_measured() -> None:
    variants = Variants(settled(), CHANGES, END_US)
    quiet, fired = paging(measured().ruler), paging(measured(0, 1, 2).ruler)
    page = variants.page()
    assert page is not None
    assert page == page_of(fired, quiet, CHANGES[0].at_us * 1000)
    assert variants.quiet == quiet


def test_the_page_fires_with_the_change_that_causes_it_and_not_without() -> None:
    variants = Variants(settled(), CHANGES, END_US)
    page = variants.page()
    assert page is not None
    assert [variants.fires(kept, page) for kept in ((0, 1), (0, 2), (1,), ())] == [True, False, True, False]
    runs = variants.runs
    variants.fires((0, 1), page)
    assert variants.runs == runs
