"""The catalogue against the published fault library, and the page that describes it."""

import re
from pathlib import Path

import pytest

from itbench_sre.world.mechanisms.breadth import TASKS, UNMODELLED, covered
from itbench_sre.world.mechanisms.catalogue import CATALOGUE
from itbench_sre.world.mechanisms.flags import PUBLISHED
from itbench_sre.world.mechanisms.notes import NOTES
from itbench_sre.world.mechanisms.page import page

_ROOT = Path(__file__).parents[4]
_FAULTS = _ROOT.parent / "shared/reference/itbench/FAULTS.md"
published = pytest.mark.skipif(not _FAULTS.exists(), reason="the fault library is not beside the repository")


def rows() -> list[list[str]]:
    """Return the cells of the rows of the tables of the library that begin with a number."""
    lines = _FAULTS.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if re.match(r"\| \d+ \|", line)
    ]


@published
def test_every_fault_of_the_library_that_is_no_compliance_fault_has_a_mechanism() -> None:
    faults = [row for row in rows() if row[1].startswith("`")]
    assert len(faults) > 35
    stood_for = {*covered(), *UNMODELLED}
    assert {f"fault {row[0]}" for row in faults} - stood_for == set()
    compliance = {f"fault {row[0]}" for row in faults if "Compliance" in row[3 if len(row) > 8 else 2]}
    assert {what for what in UNMODELLED if what.startswith("fault ")} <= compliance | {"fault 34"}


@published
def test_every_flag_and_chaos_action_of_the_library_has_a_mechanism() -> None:
    text = {row[0]: " ".join(row) for row in rows() if row[1].startswith("`")}
    flags = re.findall(r"\b[a-z]+[A-Z]\w+", text["18"].partition("depends on flag:")[2])
    assert set(flags) == set(PUBLISHED)
    assert {f"flag {name}" for name in flags} <= covered().keys()
    kinds = set(re.findall(r"\b[A-Za-z]+Chaos\b", text["21"])) - {"NetworkChaos"}
    for kind in kinds | {"NetworkChaos"}:
        assert any(what.startswith(f"chaos {kind}") for what in covered()), kind


@published
def test_every_public_task_of_the_leaderboard_has_a_mechanism() -> None:
    public = {int(row[0]) for row in rows() if row[1].split()[:1] == ["AA"]}
    assert len(public) == 40
    assert set(TASKS) == public
    assert set(TASKS.values()) <= set(CATALOGUE)


def test_removed_faults_without_a_number_have_a_mechanism_or_a_reason() -> None:
    names = {
        "aggressive-scaledown-kubernetes-horizontal-pod-autoscaler",
        "exhausted-etcd-database-storage",
        "stalled-pipeline-controller",
        "cluster-availability-loss",
    }
    assert names <= {*covered(), *UNMODELLED}


def test_the_page_describes_every_mechanism_as_it_is_now() -> None:
    assert NOTES.keys() == CATALOGUE.keys()
    written = (_ROOT / "docs/reference/mechanisms.md").read_text(encoding="utf-8")
    assert written == page() + "\n", (
        "run `python -m itbench_sre.world.mechanisms.page > docs/reference/mechanisms.md`"
    )


def test_the_catalogue_is_as_broad_as_it_should_be() -> None:
    assert len(CATALOGUE) >= 60
