"""Incidents of a pool as lines, and the suites that are chosen from them."""

from collections import Counter
from dataclasses import replace

import pytest

from itbench.kit import Randomness
from itbench_sre.world.incidents.choosing import DEFAULT, FULL, LARGE, QUICK, choose_suites
from itbench_sre.world.incidents.entry import Entry, entry_from
from itbench_sre.world.incidents.label import Label
from itbench_sre.world.incidents.page import Page

PAGE = Page(alert=("TillsClosed", (("namespace", "shop"), ("service_name", "till"))), onset_ns=7_000)
FAMILIES = ("flags", "chaos", "network", "data", "rollout", "nodes", "quotas", "mesh")


def entry(number: int, roots: tuple[int, ...], family: str, hands: tuple[str, ...]) -> Entry:
    return Entry(
        seed=number,
        application="generated",
        family="",
        draw=number % 6,
        label=Label(PAGE, roots, ()),
        truth={"page": {"alert": "TillsClosed"}, "number": number},
        bins=[
            {"family": family if place in roots else "data", "hand": hand} for place, hand in enumerate(hands)
        ],
        marks=[f"mechanism {family}-{number % 3}"] if roots else [],
        cost_s=1.5,
        draws=2,
    )


def pool(count: int) -> list[Entry]:
    random = Randomness(11)
    made = []
    for number in range(count):
        kind = random.below(12)
        roots = () if kind == 0 else (0, 1) if kind == 1 else (0,)
        # Roots are mostly edited by hand, innocent changes by a pipeline.
        hands = tuple(
            "kubectl" if random.below(10) < (8 if place in roots else 3) else "argocd" for place in range(4)
        )
        made.append(entry(number, roots, FAMILIES[number % 8], hands))
    return made


def test_an_entry_is_the_same_when_it_is_read_again() -> None:
    made = replace(entry(3, (0,), "flags", ("kubectl", "argocd")), suites=("incidents",))
    assert entry_from(made.line()) == made
    bare = replace(made, bins=[], marks=[], draws=0, cost_s=0.0, label=Label(PAGE))
    assert entry_from(bare.line()) == bare
    with pytest.raises(KeyError):
        entry_from("{}")
    with pytest.raises(ValueError, match="Expecting"):
        entry_from("no line")


@pytest.mark.soak
def test_suites_lie_in_each_other_and_have_few_tasks_without_a_single_root() -> None:
    chosen = choose_suites(pool(500))
    sizes = Counter(suite for each in chosen for suite in each.suites)
    assert (sizes["incidents-full"], sizes["incidents"], sizes["incidents-quick"], sizes["incidents-large"]) == (
        FULL, DEFAULT, QUICK, LARGE,
    )  # fmt: skip
    assert all("incidents-quick" in each.suites for each in chosen[:QUICK])
    assert all("incidents" in each.suites for each in chosen[:DEFAULT])
    assert not any(each.bins or each.marks for each in chosen)
    for count in (FULL, DEFAULT):
        roots = Counter(len(each.label.roots) for each in chosen[:count])
        assert count // 15 < roots[0] <= count // 10
        assert 0 < roots[2] <= count // 5
    families = Counter(each.truth["number"] % 8 for each in chosen if "mix=aa" in each.suites)
    assert families[0] == families[1] == sum(families.values()) // 3
    assert [each.seed for each in choose_suites(pool(500))] == [each.seed for each in chosen]


def test_nothing_is_chosen_from_nothing() -> None:
    assert choose_suites([]) == []
