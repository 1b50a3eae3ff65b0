"""Difficulty is measured from what happened: worked examples by hand."""

from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.incidents.difficulty import difficulty
from itbench_sre.world.incidents.label import Label
from itbench_sre.world.incidents.page import Page
from itbench_sre.world.incidents.rows import OBJECTS, SPANS, Row
from itbench_sre.world.incidents.spread import Spread, Step
from itbench_sre.world.mechanisms.change import Change
from itbench_sre.world.mechanisms.naming import exact
from itbench_sre.world.store.refs import Ref


def change(kind: str, name: str, minute: int, *affects: str) -> Change:
    ref = Ref(kind, "shop", name)
    return Change(
        mechanism="m", family="f", target=ref, affects=affects, names=(exact(ref),), manager="helm",
        at_us=minute * MINUTE_US, depth=1000, actions=(), condition="", solution="",
    )  # fmt: skip


def test_every_measure_of_a_worked_example() -> None:
    changes = [
        change("ConfigMap", "settings", 10, "store"),
        change("Deployment", "cart", 12, "cart"),
        change("Deployment", "quote", 12, "quote"),
        change("Deployment", "front", 2, "front"),
        change("Deployment", "store", 21, "store"),
        change("Node", "n1", 13),
    ]
    page = Page(("ErrorBudgetBurn", (("service_name", "front"),)), 20 * MINUTE_US * 1000)
    found = Spread(
        hits=["store"],
        steps=[Step("store", "cart", "fail"), Step("cart", "front", "fail")],
        services={"store": ["store"], "cart": ["cart"], "front": ["front"]},
        telemetry={"front": ["front"]},
    )
    rows = [
        Row(OBJECTS, "shop/configmaps/settings@x", "changed", "x", {"body": {}, "before": {}}),
        Row(SPANS, "a", "changed", "x", {"service": "front"}),
        Row(SPANS, "b", "gone", "x", {}),
    ]
    assert difficulty(changes, Label(page, (0,)), found, rows, ["front"]) == {
        "propagation_length": 3,
        "evidence_share": 0.5,
        "fitting_innocents": 2,
        "delay_s": 600,
    }
