"""The FinOps domain as a user meets it: every suite, by the command line."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from itbench.errors import UsageError
from itbench.interfaces.suite import Suite, SuiteOptions
from itbench.kit.generated.suite import GeneratedSuite
from itbench.testing import check_domain
from itbench.validation.rules import RULES
from itbench_finops.agents.adversaries import BILL_ADVERSARIES, FLEET_ADVERSARIES
from itbench_finops.agents.bill import account_bill
from itbench_finops.agents.cheats import BILL_CHEATS, FLEET_CHEATS
from itbench_finops.agents.fleet import fleet_entries
from itbench_finops.agents.tricks import answer_of
from itbench_finops.domain import DOMAIN
from itbench_finops.scoring.anomaly import score_anomaly
from itbench_finops.scoring.sizing import score_plan
from itbench_finops.suites.anomalies import ANOMALIES
from itbench_finops.suites.right_sizing import RIGHT_SIZING
from itbench_finops.tables.costs import read_costs
from itbench_finops.tables.question import read_question

# Runs whole suites.
pytestmark = [pytest.mark.usefixtures("finops", "made"), pytest.mark.slow]

Itbench = Callable[..., Any]


def run(itbench: Itbench, *arguments: str | Path) -> dict[str, Any]:
    done = itbench("run", "--json", *arguments)
    assert done.code == 0, done.err
    result: dict[str, Any] = json.loads(done.out)
    return result


def show(itbench: Itbench, found: dict[str, Any], task: str = "itbench-lite-1") -> dict[str, Any]:
    result: dict[str, Any] = json.loads(itbench("show", found["path"], task, "--json").out)
    return result


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["anomalies", "right-sizing"])
def test_a_drawn_suite_keeps_all_rules(suite: str) -> None:
    """Slow: runs every cheat over every task; the embedded ones are done with `make soak`."""
    (report,) = check_domain(DOMAIN, suite, SuiteOptions(extra={"seed": "5151", "count": "4"}))
    assert (report.tasks, len(report.rules)) == (4, len(RULES) + 1)


@pytest.mark.soak
@pytest.mark.parametrize(("suite", "tasks"), [("anomalies", 30), ("right-sizing", 10)])
def test_an_embedded_suite_keeps_all_rules(suite: str, tasks: int) -> None:
    (report,) = check_domain(DOMAIN, suite)
    assert (report.tasks, len(report.rules)) == (tasks, len(RULES) + 1)


def test_the_published_suite_keeps_all_rules(lite: Path) -> None:
    (report,) = check_domain(DOMAIN, "itbench-lite", SuiteOptions(data=lite))
    assert report.tasks == 3


HELD_OUT = {"seed": "20260101", "count": "4"}
HELD_OUT_OF_SOAK = HELD_OUT | {"count": "30"}


def solved(suite: Suite, task_id: str) -> dict[str, float]:
    """Return what each cheat and adversary scores on a task, reading its files once."""
    files = {entry.path: entry.source.read_bytes() for entry in suite.inputs(task_id)}
    truth = suite.truth(task_id)
    if suite.name == "anomalies":
        question = read_question(files["anomaly.json"], source="anomaly.json")
        bill = account_bill(question, read_costs(files["data.csv"], source="data.csv"))
        answers = {name: answer_of(trick(bill)) for name, trick in (BILL_CHEATS | BILL_ADVERSARIES).items()}
    else:
        fleet = fleet_entries(json.loads(files["workloads.json"]), json.loads(files["prices.json"]))
        answers = {
            name: json.dumps({"plan": [trick(entry) for entry in fleet]}).encode()
            for name, trick in (FLEET_CHEATS | FLEET_ADVERSARIES).items()
        }
    rules = score_anomaly if suite.name == "anomalies" else score_plan
    return {name: rules(json.loads(answer), truth).value for name, answer in answers.items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suite", "options"),
    [
        # Twelve tricks on thirty bills take as long as on all fleets and on fresh bills together.
        pytest.param(ANOMALIES, {}, id="anomalies-embedded", marks=pytest.mark.soak),
        pytest.param(RIGHT_SIZING, {}, id="right-sizing-embedded"),
        *(pytest.param(each, HELD_OUT, id=f"{each.name}-held out") for each in (ANOMALIES, RIGHT_SIZING)),
        *(
            pytest.param(each, HELD_OUT_OF_SOAK, id=f"{each.name}-many held out", marks=pytest.mark.soak)
            for each in (ANOMALIES, RIGHT_SIZING)
        ),
    ],
)
def test_the_floor_is_the_score_of_the_best_known_agent_without_skill_also_on_a_held_out_seed(
    suite: GeneratedSuite, options: dict[str, str]
) -> None:
    """Slow: twelve tricks on each task, some of them of a seed that nothing was tuned to."""
    chosen = suite.configured(SuiteOptions(extra=options))
    chosen.prepare()
    scores = [solved(chosen, task.id) for task in chosen.tasks()]
    means = {name: mean(each[name] for each in scores) for name in scores[0]}
    floor, roles = chosen.floor, {spec.name: spec.role for spec in DOMAIN.agents}
    assert floor is not None
    assert max(means.values()) == means[floor.agent] == pytest.approx(floor.value, abs=0.0005)
    assert roles[floor.agent] == floor.role
    assert all(value < 0.25 for name, value in means.items() if roles[name] == "cheat"), means


@pytest.mark.slow
@pytest.mark.parametrize("suite", [pytest.param("anomalies", marks=pytest.mark.soak), "right-sizing"])
def test_the_baseline_is_neither_helpless_nor_perfect(suite: str, itbench: Itbench) -> None:
    """Slow: copies every input once."""
    assert 0.4 <= run(itbench, f"finops/{suite}", "-a", "baseline")["score"] <= 0.95


@pytest.mark.parametrize("name", [spec.name for spec in DOMAIN.agents if spec.role in {"cheat", "adversary"}])
def test_every_trick_can_be_run_by_its_name(name: str, itbench: Itbench) -> None:
    suite = "right-sizing" if name in FLEET_CHEATS | FLEET_ADVERSARIES else "anomalies"
    found = run(itbench, f"finops/{suite}", "-a", name, "-n", "1")
    assert (found["trials_scored"], found["agent_faults"]) == (1, 0)
    assert found["floor"]["role"] == "adversary"


def test_a_report_says_what_a_floor_means_that_an_adversary_sets(itbench: Itbench) -> None:
    done = itbench("run", "finops", "-a", "baseline", "-t", "finops-0003")
    (line,) = [line for line in done.out.splitlines() if line.startswith("floor: ")]
    assert line == (
        "floor: 1.000 (signatures), reached by rules or a trained model that know how these tasks are made: "
        "until the suite is redesigned, only the part of a score above it shows skill"
        "; measured on all 30 tasks of the suite, of which this run has 1"
    )


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["anomalies", "right-sizing"])
def test_the_oracle_scores_one_and_who_hands_in_nothing_scores_zero(suite: str, itbench: Itbench) -> None:
    """Slow: copies every input twice."""
    assert run(itbench, f"finops/{suite}", "-a", "oracle")["score"] == 1.0
    assert run(itbench, f"finops/{suite}", "-a", "null")["score"] == 0.0


def test_the_first_suite_is_the_default_and_the_table_is_that_of_any_domain(itbench: Itbench) -> None:
    done = itbench("run", "finops", "-a", "oracle", "-t", "finops-0003", "-t", "finops-0010")
    assert done.code == 0, done.err
    assert "finops/anomalies" in done.out
    assert "excess_explained" in done.out


@pytest.mark.soak
def test_the_published_tasks_run_with_data_and_show_the_lenient_reading(lite: Path, itbench: Itbench) -> None:
    arguments = ("finops/itbench-lite", "--data", lite)
    assert run(itbench, *arguments, "-a", "oracle")["score"] == 1.0
    program = """python3 - <<'END'
import csv, json
rows = list(csv.DictReader(open("data.csv")))
names = {(row[kind], kind) for row in rows for kind in ("Application", "Instance_Family")}
json.dump({"resource": [{"name": n, "type": t} for n, t in names]}, open("agent_output.json", "w"))
END"""
    found = run(itbench, *arguments, "-a", "command", "--", "sh", "-c", program)
    assert found["score"] == 0.0
    metrics = show(itbench, found)["score"]["metrics"]
    assert (metrics["all_named"], metrics["recall"], metrics["excess_explained"]) == (1.0, 1.0, 1.0)
    assert metrics["precision"] < 0.2


def test_a_held_out_suite_is_one_option_away_and_keeps_its_floor(itbench: Itbench) -> None:
    for suite in ("anomalies", "right-sizing"):
        found = run(itbench, f"finops/{suite}", "-a", "oracle", "-S", "seed=987654321", "-S", "count=2")
        assert (found["score"], found["trials_scored"], found["floor"]["value"]) == (1.0, 2, 1.0)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("seed=abc", "suite option seed='abc' must be an integer from 1 to"),
        ("seed=0", "suite option seed='0' must be an integer from 1 to"),
        ("count=3", "takes `count` only with `seed`"),
        ("colour=red", "has no option 'colour'"),
    ],
)
@pytest.mark.parametrize("suite", [ANOMALIES, RIGHT_SIZING], ids=lambda suite: suite.name)
def test_wrong_options_of_an_embedded_suite_are_refused(suite, option: str, message: str) -> None:
    name, _, value = option.partition("=")
    with pytest.raises(UsageError) as caught:
        suite.configured(SuiteOptions(extra={name: value}))
    assert message in str(caught.value)


def test_two_draws_from_one_seed_with_other_counts_do_not_share_tasks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITBENCH_CACHE", str(tmp_path))
    for count in ("1", "2"):
        suite = ANOMALIES.configured(SuiteOptions(extra={"seed": "5", "count": count}))
        suite.prepare()
        assert suite.truth("finops-0001")["resource"]
    assert len(list((tmp_path / "finops").iterdir())) == 2


HUGE = "truncate -s 1000000000 agent_output.json"
TWICE = """python3 -c "import json; r = {'name': 'x', 'type': 'CSP'}; print(json.dumps({'resource': [r, r]}))" > agent_output.json"""
ODD = r"""printf '{"resource": [{"name": "\\u202e \\u0000 \\ud83e\\udda5", "type": "CSP"}]}' > agent_output.json"""
NOT_A_NUMBER = """echo '{"resource": [{"name": NaN, "type": "CSP"}]}' > agent_output.json"""


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (HUGE, "5000000"),
        (TWICE, "1 resources were named again; each counts once"),
        (ODD, "0 of "),
        (NOT_A_NUMBER, "NaN is not a JSON value"),
        ("""echo '{"resource": "x"}' > agent_output.json""", "$.resource: found 'x', allowed: array"),
        ("""echo '{"resource": [{"name": "x"}]}' > agent_output.json""", "found no key 'type'"),
        ("mkdir agent_output.json", "agent_output.json"),
    ],
    ids=["a gigabyte", "named twice", "odd names", "not a number", "no list", "no type", "a folder"],
)
def test_an_odd_answer_scores_zero_with_its_reason(
    program: str, told: str, lite: Path, itbench: Itbench
) -> None:
    arguments = ("finops/itbench-lite", "--data", lite, "-t", "itbench-lite-1")
    found = run(itbench, *arguments, "-a", "command", "--", "sh", "-c", program)
    assert (found["score"], found["trials_scored"]) == (0.0, 1)
    shown = show(itbench, found)
    reasons = [shown["trial"]["fault"] or "", *(shown["score"] or {}).get("reasons", [])]
    assert told in " ".join(reasons)


def test_a_task_whose_truth_is_broken_has_no_score_and_the_others_have_theirs(
    lite: Path, tmp_path: Path, itbench: Itbench
) -> None:
    shutil.copytree(lite, tmp_path / "spoilt")
    folder = tmp_path / "spoilt" / "snapshots" / "finops" / "v0.1-finops-anomaly" / "Scenario-2"
    (folder / "ground_truth.yaml").write_text("resource: [")
    done = itbench("run", "--json", "finops/itbench-lite", "--data", tmp_path / "spoilt", "-a", "baseline")
    assert done.code != 0
    found = json.loads(done.out)
    assert found["trials_scored"] == 2
    assert "cannot be parsed" in itbench("show", found["path"], "itbench-lite-2").out.replace("\n", " ")


@pytest.mark.parametrize(
    "spoil",
    [
        (lambda text: text.replace(",", ", ").replace(" \n", "\n")),
        (lambda text: text + text.splitlines()[5] + "\n"),
        (lambda text: text + "\n\n"),
        (lambda text: text.replace(",", ";").replace(".", ",")),
    ],
    ids=["spaces", "duplicate", "empty lines", "decimal commas"],
)
def test_an_odd_table_is_read_all_the_same(spoil, lite: Path, tmp_path: Path, itbench: Itbench) -> None:
    spoilt_table(spoil, lite, tmp_path)
    for data in (lite, tmp_path / "spoilt"):
        found = run(itbench, "finops/itbench-lite", "--data", data, "-t", "itbench-lite-1", "-a", "baseline")
        assert (found["trials_scored"], show(itbench, found)["score"]["metrics"]["recall"]) == (1, 1.0)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda text: text + "2020-13-45,x,x,x,x,x,1,1,NaN\n", "data.csv: line "),
        (lambda text: text + "a,b\n", "2 cells, the header has 9"),
        (lambda text: text.replace("unblended_cost", "cost"), "no column 'unblended_cost'"),
        (lambda _: "", "data.csv: it is empty"),
        (lambda text: text + "\ud800", ": not UTF-8 at byte "),
        (lambda text: text.replace("\n", '\n"', 1), "data.csv: line "),
    ],
    ids=["a junk line", "a short line", "no column", "empty", "no text", "an open quote"],
)
def test_a_damaged_table_gives_no_score_and_is_found_by_validate(
    spoil, told: str, lite: Path, tmp_path: Path, itbench: Itbench
) -> None:
    spoilt_table(spoil, lite, tmp_path)
    data = ("finops/itbench-lite", "--data", tmp_path / "spoilt")
    done = itbench("run", "--json", *data, "-a", "baseline")
    found = json.loads(done.out)
    assert (done.code, found["trials_scored"], found["faults"]) == (1, 2, {"task": 1})
    assert "note: the data of task itbench-lite-1 is faulty, it gets no score: " in done.err
    shown = show(itbench, found)["trial"]
    assert shown["fault"].startswith("its data is faulty: ")
    assert told in shown["fault_traceback"]
    assert (shown["turns"], shown["wall_s"] < 1.0) == (0, True)
    checked = itbench("validate", *data)
    assert checked.code == 1
    assert "data-sound: task itbench-lite-1: " in checked.out
    assert told in checked.out
    allowed = json.loads(itbench("run", "--json", *data, "-a", "null", "--allow-faulty-data").out)
    assert allowed["trials_scored"] == 3


def spoilt_table(spoil, lite: Path, tmp_path: Path) -> None:
    shutil.copytree(lite, tmp_path / "spoilt")
    path = tmp_path / "spoilt" / "snapshots" / "finops" / "v0.1-finops-anomaly" / "Scenario-1" / "data.csv"
    path.write_bytes(spoil(path.read_text()).encode("utf-8", "surrogatepass"))


def test_the_scorer_takes_whatever_hypothesis_thinks_of() -> None:
    from itbench.suites.load import load_tasks
    from itbench.testing.junk import check_scorer_is_total
    from itbench.validation.case import Case

    for suite in (ANOMALIES, RIGHT_SIZING):
        check_scorer_is_total(Case(DOMAIN, suite, load_tasks(suite)[:1]))


def test_listing_the_domain_imports_nothing_heavy() -> None:
    code = "import itbench_finops.domain, sys; print(sorted({'pydantic', 'jsonschema', 'yaml', 'rich', 'numpy', 'csv', 'decimal'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
