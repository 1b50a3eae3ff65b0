"""ITBench-Lite's FinOps tasks, read as they lie, with all that can be wrong with them."""

import json
import shutil
from pathlib import Path

import pytest

from itbench.errors import DataError, UsageError
from itbench.interfaces.suite import SuiteOptions
from itbench.kit.published.locate import locate
from itbench.suites.shown import shown_inputs
from itbench_finops.published.truths import read_truth
from itbench_finops.scoring.anomaly import score_anomaly
from itbench_finops.suites.itbench_lite import ITBENCH_LITE, LITE

TASK = "itbench-lite-1"


def suite_in(path: Path, **extra: str):
    return ITBENCH_LITE.configured(SuiteOptions(data=path, extra=extra))


@pytest.fixture
def copy(lite: Path, tmp_path: Path) -> Path:
    """Return the directory of the tasks, to be spoilt."""
    shutil.copytree(lite / "snapshots" / "finops" / "v0.1-finops-anomaly", tmp_path / "copy")
    return tmp_path / "copy"


@pytest.mark.slow
def test_tasks_come_by_number_and_show_everything_but_the_truth(lite: Path) -> None:
    suite = suite_in(lite)
    assert [task.id for task in suite.tasks()] == [TASK, "itbench-lite-2", "itbench-lite-10"]
    assert [entry.path for entry in suite.inputs(TASK)] == ["anomaly.json", "data.csv"]
    assert suite.settings()["directory"] == "v0.1-finops-anomaly"


@pytest.mark.slow
def test_the_truth_has_a_canary_and_the_dollars_of_each_resource(lite: Path) -> None:
    truth = suite_in(lite).truth(TASK)
    assert truth["canary"].startswith("itbench-canary-")
    assert all(float(each["excess_usd"]) > 0 for each in truth["resource"])
    assert suite_in(lite).truth(TASK) == truth


@pytest.mark.parametrize("place", ["", "snapshots/finops/v0.1-finops-anomaly"])
def test_the_dataset_is_found_in_every_layout(lite: Path, place: str) -> None:
    assert locate(LITE, lite / place, environment={}).directory.name == "v0.1-finops-anomaly"
    assert (
        locate(LITE, environment={"ITBENCH_DATA": str(lite / place)}).directory.name == "v0.1-finops-anomaly"
    )


def test_the_dataset_is_found_in_the_cache_of_the_hubs_client(lite: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "datasets--ibm-research--ITBench-Lite" / "snapshots" / "c0ffee"
    shutil.copytree(lite, snapshot)
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        found = locate(LITE, environment={name: str(tmp_path)})
        assert (found.revision, found.directory.parent.parent.parent) == ("c0ffee", snapshot)
    assert locate(LITE, environment={"HF_HUB_CACHE": str(tmp_path)}, revision="c0ffee").revision == "c0ffee"
    with pytest.raises(DataError, match="were not found"):
        locate(LITE, environment={"HF_HUB_CACHE": str(tmp_path)}, revision="beef")


def test_tasks_of_another_domain_in_the_same_layout_are_not_taken_for_these(tmp_path: Path) -> None:
    (tmp_path / "Scenario-1" / "alerts").mkdir(parents=True)
    with pytest.raises(DataError, match=r"no directory Scenario-<number> with anomaly\.json there"):
        locate(LITE, tmp_path, environment={})


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda path: path / "absent", "no such directory; fix --data or ITBENCH_DATA"),
        (lambda path: path, "bring it with `itbench fetch finops/itbench-lite`"),
    ],
)
def test_a_missing_dataset_says_how_to_bring_it(tmp_path: Path, prepare, message: str) -> None:
    with pytest.raises(DataError, match=r"--data|no such directory") as caught:
        locate(LITE, prepare(tmp_path), environment={})
    assert message in str(caught.value)


def test_several_versions_side_by_side_have_to_be_chosen_from(lite: Path, tmp_path: Path) -> None:
    shutil.copytree(lite, tmp_path / "two")
    versions = tmp_path / "two" / "snapshots" / "finops"
    shutil.copytree(versions / "v0.1-finops-anomaly", versions / "v0.2")
    with pytest.raises(DataError, match=r"several versions: v0.1-finops-anomaly, v0.2; point to one"):
        locate(LITE, tmp_path / "two", environment={})


def test_wrong_options_and_ids_are_refused(lite: Path) -> None:
    with pytest.raises(UsageError, match="has no option 'seed'; it knows: revision"):
        suite_in(lite, seed="1")
    with pytest.raises(UsageError, match="its ids are itbench-lite-<number>"):
        suite_in(lite).truth("finops-0001")
    with pytest.raises(UsageError, match="it has 3"):
        suite_in(lite).inputs("itbench-lite-77")


@pytest.mark.parametrize(
    ("text", "resources"),
    [
        ("resource:\n- {name: xyZts, type: Instance_Family, id: 7}\n", [("xyZts", "Instance_Family")]),
        ("resource: {name: 12, type: Application}\n", [("12", "Application")]),
        ('{"resource": [{"name": "x", "type": "CSP"}]}', [("x", "CSP")]),
    ],
)
def test_a_truth_is_read_in_any_published_shape(text: str, resources, tmp_path: Path) -> None:
    (tmp_path / "ground_truth.yaml").write_text(text)
    truth = read_truth(tmp_path / "ground_truth.yaml")
    assert [(each["name"], each["type"]) for each in truth["resource"]] == resources


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected `resource:`"),
        ("resource: []", "expected `resource:`"),
        ("resource: [x]", "each resource needs a name and a type, found 'x'"),
        ("resource: [{name: x}]", "each resource needs a name and a type"),
        ("resource: [", "cannot be parsed"),
        ("!!python/object:os.system {}", "cannot be parsed"),
    ],
)
def test_a_truth_that_cannot_be_used_says_why(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "ground_truth.yaml").write_text(text)
    with pytest.raises(DataError) as caught:
        read_truth(tmp_path / "ground_truth.yaml")
    assert message in str(caught.value)


@pytest.mark.slow
def test_a_truth_may_lie_elsewhere_under_the_name_of_its_task(lite: Path, copy: Path, tmp_path: Path) -> None:
    suite = suite_in(lite)
    stored = tmp_path / "truths"
    stored.mkdir()
    (stored / f"{TASK}.json").write_text(json.dumps(suite.truth(TASK)))
    assert suite.truth_from(TASK, stored) == suite.truth(TASK)
    assert suite.truth_from(TASK, copy) == suite.truth(TASK)
    with pytest.raises(DataError, match=f"no truth of task '{TASK}'"):
        suite.truth_from(TASK, tmp_path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "data.csv").write_text("nothing,here\n"),
        lambda folder: (folder / "data.csv").write_bytes(b"\xff\x00"),
        lambda folder: (folder / "data.csv").unlink(),
        lambda folder: (folder / "anomaly.json").write_text("{}"),
    ],
    ids=["other columns", "no text", "no table", "no question"],
)
def test_a_table_that_cannot_be_read_leaves_the_dollars_open(copy: Path, spoil) -> None:
    suite = suite_in(copy)
    spoil(copy / "Scenario-1")
    truth = suite.truth(TASK)
    assert truth["resource"]
    assert not any("excess_usd" in each for each in truth["resource"])


@pytest.mark.slow
def test_what_is_wrong_with_the_data_is_told_with_file_line_and_column(lite: Path, copy: Path) -> None:
    assert list(suite_in(lite).check(TASK)) == []
    path = copy / "Scenario-1" / "data.csv"
    lines = path.read_text().splitlines()
    count = len(lines)
    cost = lines[7].rsplit(",", 1)[1]
    lines[7] = lines[7].replace(f",{cost}", ",12.3.4")
    lines += ["2025-01-02,cut", lines[3].replace(lines[3][:10], "yesterday")]
    path.write_text("\n".join(lines) + "\n")
    assert list(suite_in(copy).check(TASK)) == [
        f"{path}: line {count + 1}: 2 cells, the header has 9",
        f"{path}: line 8: column 'unblended_cost': '12.3.4' is not a finite number",
        f"{path}: line {count + 2}: column 'date': 'yesterday' is not a date, expected YYYY-MM-DD",
    ]
    assert list(suite_in(copy).check("itbench-lite-2")) == []


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (
            lambda folder: (folder / "data.csv").write_bytes(b"a,b\n\xff"),
            "data.csv: line 2: not UTF-8 at byte 4",
        ),
        (lambda folder: (folder / "data.csv").write_text("a,b\n"), "data.csv: no column 'date'"),
        (lambda folder: (folder / "data.csv").unlink(), "data.csv: cannot be read: No such file"),
        (lambda folder: (folder / "anomaly.json").write_text("{}"), "anomaly.json: expected {"),
        (
            lambda folder: (folder / "anomaly.json").write_text('{"date": "2025-10-13", "account_id": "x"}'),
            "data.csv: account 'x' has no line on 2025-10-13, which is asked about",
        ),
    ],
    ids=["no text", "other columns", "no table", "no question", "another account"],
)
def test_data_that_cannot_be_used_at_all_is_told_in_one_line(copy: Path, spoil, problem: str) -> None:
    spoil(copy / "Scenario-1")
    (told,) = suite_in(copy).check(TASK)
    assert problem in told
    assert "\n" not in told


def test_of_many_damaged_lines_the_first_are_told_and_the_others_counted(copy: Path) -> None:
    path = copy / "Scenario-1" / "data.csv"
    path.write_text(path.read_text() + "cut\n" * 50)
    found = suite_in(copy).check(TASK)
    assert (len(found), found[-1]) == (21, f"{path}: 30 more lines or cells cannot be used")


def test_a_missing_file_and_a_link_that_leads_out_are_told(copy: Path, tmp_path: Path) -> None:
    suite = suite_in(copy)
    (copy / "Scenario-1" / "data.csv").unlink()
    with pytest.raises(DataError, match=r"data.csv: no such file; fetch the dataset again"):
        suite.inputs(TASK)
    (tmp_path / "secret").write_text("x")
    (copy / "Scenario-1" / "data.csv").symlink_to(tmp_path / "secret")
    with pytest.raises(DataError, match="a symbolic link out of its directory"):
        suite.inputs(TASK)
    (copy / "Scenario-1" / "data.csv").unlink()
    (copy / "Scenario-1" / "data.csv").symlink_to(copy / "Scenario-1" / "ground_truth.yaml")
    with pytest.raises(DataError, match="another name of a truth"):
        shown_inputs(suite, TASK)


def test_more_tasks_than_were_published_are_not_the_published_ones(copy: Path) -> None:
    assert suite_in(copy).data_warning() is None
    for number in range(20, 33):
        shutil.copytree(copy / "Scenario-1", copy / f"Scenario-{number}")
    assert suite_in(copy).data_warning() == f"ITBench-Lite has 15 tasks, {copy} has 16"


@pytest.mark.parametrize("truth", ["Scenario-1/ground_truth.yaml", "Scenario-2/ground_truth.yaml"])
def test_a_hard_link_of_a_truth_is_refused(copy: Path, truth: str) -> None:
    (copy / "Scenario-1" / "notes.txt").hardlink_to(copy / truth)
    with pytest.raises(DataError, match=r"notes\.txt: another name of a truth; remove it"):
        shown_inputs(suite_in(copy), TASK)
    assert [entry.path for entry in shown_inputs(suite_in(copy), "itbench-lite-10")] == [
        "anomaly.json",
        "data.csv",
    ]


def test_hidden_files_and_truths_by_any_spelling_are_not_shown(copy: Path) -> None:
    for name in (".git", "Ground-Truth.json", "groundtruth.yml"):
        (copy / "Scenario-1" / name).write_text("x")
    (copy / "Scenario-1" / "ground truth").mkdir()
    (copy / "Scenario-1" / "ground truth" / "x.csv").write_text("x")
    assert [entry.path for entry in suite_in(copy).inputs(TASK)] == ["anomaly.json", "data.csv"]


@pytest.mark.slow
def test_a_guess_is_among_the_reasons_of_the_score_and_does_not_stop_the_task(copy: Path) -> None:
    path = copy / "Scenario-1" / "data.csv"
    head, *lines = path.read_text().splitlines()
    cells = [line.split(",") for line in lines]
    whole = [",".join([*each[:6], "1", "1", f"{100 + int(float(each[-1])) % 900}.000"]) for each in cells]
    path.write_text("\n".join([head, *dict.fromkeys(whole)]) + "\n")
    suite = suite_in(copy)
    assert list(suite.check(TASK)) == []
    truth = suite.truth(TASK)
    (guess,) = truth["guesses"]
    assert guess.startswith("data.csv: column 'unblended_cost': '")
    assert "though no cell proves that the point is decimal" in guess
    parts = score_anomaly({"resource": truth["resource"]}, truth)
    assert (parts.value, parts.reasons[-1]) == (1.0, f"excess dollars are a guess: {guess}")
    assert "guesses" not in suite.truth("itbench-lite-2")
