"""What an agent scores on the published suites that never looks and always answers the same."""

from itertools import combinations
from pathlib import Path

import pytest

from itbench_sre.scoring import Matcher
from itbench_sre.scoring.precision import precision_at_full_recall
from itbench_sre.suites.itbench_aa import AA, ITBENCH_AA
from itbench_sre.suites.itbench_lite import ITBENCH_LITE
from itbench_sre.truth import load_truth, solution

TRUTHS = Path(__file__).parents[3] / "../shared/reference/itbench/ground_truths/head"
# The public ids of both; Lite lacks five of AA's.
AA_IDS = {*range(1, 10), *range(11, 28), 29, 31, 33, 34, 35, 37, 38, 40, 80, 81, 83, 91, 102, 105}
LITE_IDS = AA_IDS - {3, 26, 27, 37, 40}
SUITES = [(ITBENCH_AA, AA_IDS, "39 of its 40"), (ITBENCH_LITE, LITE_IDS, "34 of its 35")]
each_suite = pytest.mark.parametrize(("suite", "ids", "measured"), SUITES, ids=["aa", "lite"])


@pytest.fixture(scope="module")
def truths():
    if not TRUTHS.is_dir():
        pytest.skip(f"the public ground truths are not at {TRUTHS}")
    paths = {int(path.parent.name.removeprefix("scenario_")): path for path in TRUTHS.glob("*/v1.yaml")}
    return {
        number: load_truth(path.read_text(encoding="utf-8"), source=str(path))
        for number, path in paths.items()
    }


def mean(names, matchers):
    values = (
        precision_at_full_recall([matcher.match(name) for name in names], len(matcher.roots))
        for matcher in matchers
    )
    return sum(values) / len(matchers)


@pytest.mark.slow
@each_suite
def test_the_floor_is_what_the_best_constant_answer_scores(suite, ids, measured, truths):
    own = [Matcher(truth) for number, truth in truths.items() if number in ids]
    assert measured == f"{len(own)} of its {len(ids)}"
    assert suite.floor.measured_on.startswith(f"{measured} truths")
    names = {item["name"] for matcher in own for item in solution(matcher.truth)["contributing_factors"]}
    by_name = {name: mean([name], own) for name in names}
    ranked = sorted(by_name, key=lambda name: (-by_name[name], name))
    assert suite.floor.agent == f"the constant answer {ranked[0]}"
    assert suite.floor.value == pytest.approx(by_name[ranked[0]])
    assert by_name[ranked[1]] < suite.floor.value / 2
    # Two names at once are worth less: each is wrong wherever the other is right.
    assert max(mean(pair, own) for pair in combinations(ranked[:6], 2)) < suite.floor.value


@pytest.mark.slow
def test_the_floor_is_printed_beside_runs_and_published_results(make, itbench, tmp_path):
    numbers = [int(name.removeprefix("Scenario-")) for name in sorted(AA.published)]
    data = make.write_tree(tmp_path / "data", make.repository_files(*numbers))
    done = itbench("run", "sre/itbench-aa", "--data", data, "-a", "oracle", "-n", "1")
    reached = "the constant answer otel-demo/ConfigMap/flagd-config"
    measured = "measured on 39 of its 40 truths, those that itbench-hub/ITBench has at 8949d5b2"
    floor = f"floor: 0.308 ({reached}), the best of the agents that know nothing; {measured}"
    assert floor in done.out
    (path,) = (tmp_path / "runs").iterdir()
    board = itbench("leaderboard", path, "--published").out
    assert floor in board
    row = next(line for line in board.splitlines() if line.startswith(f"floor: {reached} "))
    assert row.split()[-4:] == ["0.308", "-", "-", "-"]
