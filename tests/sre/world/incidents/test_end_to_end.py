"""One incident of each application, from its runs to a truth that names its root, and to evidence that suffices."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from itbench_sre.scoring import score_diagnosis
from itbench_sre.truth import solution, truth_from_json
from itbench_sre.world.incidents.difficulty import difficulty
from itbench_sre.world.incidents.eliminate import eliminate
from itbench_sre.world.incidents.evidence import evidence, stored
from itbench_sre.world.incidents.spread import spread
from itbench_sre.world.incidents.truth import truth_of

from .cases import Case, book_case, generated_case, otel_case

if TYPE_CHECKING:
    from collections.abc import Callable

# Each of these runs a whole cluster about ten times: some seconds of processor time.
pytestmark = pytest.mark.slow

CASES = (otel_case, book_case, generated_case)


@pytest.fixture(scope="module", params=CASES, ids=lambda made: made.__name__)
def case(request: pytest.FixtureRequest) -> Case:
    made: Callable[[], Case] = request.param
    return made()


def names(*named: str) -> dict[str, list[dict[str, str]]]:
    return {"contributing_factors": [{"name": name} for name in named]}


def test_a_truth_names_the_root_the_innocent_change_and_how_the_failure_reached_the_page(case: Case) -> None:
    assert case.label.roots == (1,)
    document = truth_of(case.run(), case.run(1), case.variants.changes, case.label)
    truth = truth_from_json(document)
    right = score_diagnosis(names(case.root), truth)
    assert right.value == 1.0
    assert score_diagnosis(solution(truth), truth).value == 1.0
    innocent = case.variants.changes[0].target
    wrong = score_diagnosis(names(case.root, str(innocent)), truth)
    assert wrong.value == 0.5
    assert wrong.metrics["wrong_innocent_change"] == 1.0
    assert [change["role"] for change in document["changes"]] == ["innocent", "root"]
    page = case.label.page
    assert page is not None
    assert document["page"]["alert"] == page.alert[0]
    assert page.alert[0] in {alert["id"] for alert in document["alerts"]}
    ids = {group["id"] for group in document["groups"]}
    reached = {document["propagations"][0]["source"]}
    for step in document["propagations"]:
        assert step["source"] in reached
        reached.add(step["target"])
    assert reached <= ids | {f"{case.variants.changes[1].target.name}-service-1"}
    assert {alert["group_id"] for alert in document["alerts"]} <= reached


@pytest.mark.soak
def test_the_rows_that_differ_suffice_to_eliminate_the_innocent_change(case: Case, tmp_path: Path) -> None:
    case.record(tmp_path / "full")
    case.record(tmp_path / "again")
    case.record(tmp_path / "quiet", is_quiet=True)
    assert evidence(tmp_path / "full", tmp_path / "again") == []
    rows = evidence(tmp_path / "full", tmp_path / "quiet")
    page = case.label.page
    assert page is not None
    assert eliminate(rows, {"alertname": page.alert[0], **dict(page.alert[1])}) == [case.root]
    kept = stored(rows)
    assert sum(kept["counts"].values()) == len(rows)
    assert 20 < len(kept["rows"]) <= 400
    roots = [case.variants.changes[1]]
    found = spread(case.run(), case.run(1), roots)
    services = [value for key, value in page.alert[1] if "service" in key]
    hard = difficulty(case.variants.changes, case.label, found, rows, services)
    assert 1 <= hard["propagation_length"] <= 4
    assert 0.5 <= hard["evidence_share"] <= 1.0
    assert hard["delay_s"] >= 60
    assert hard["fitting_innocents"] in (0, 1)
