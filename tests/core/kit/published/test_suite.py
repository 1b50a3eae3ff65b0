"""What all suites of published data do alike, with a dataset of nobody's and all that can be odd about its files."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from itbench import DataError, Floor, HandIn, Input, JsonObject, SuiteOptions, Task, UsageError
from itbench.kit import HubDataset, PublishedSuite, canary_of, numbered, read_text
from itbench.kit.published.marker import MarkedFile, Marker, write_marker
from itbench.suites.shown import shown_inputs

PEARS = HubDataset(
    repository="orchard/Pears",
    domain="fruit",
    suite="pears",
    folder="snapshots/fruit/*",
    names=numbered("Pear-", "pears-"),
    task_file="weight.txt",
    count=4,
)
TASK = "pears-2"


class Pears(PublishedSuite):
    """Weigh each pear."""

    version, summary = "1", "Pears."
    dataset = PEARS
    floor = Floor(agent="guess", value=0.1)
    choices = {"scale": ("kitchen", "market")}  # noqa: RUF012 - never changed
    truth_names = ("ground_truth.yaml", "ground_truth.json")
    needed_files = ("weight.txt",)
    withheld_names = frozenset({"price.txt"})

    def make_task(self, task_id: str, directory: Path) -> Task:
        title = f"Pear {self.dataset.names.number(task_id)} in {directory.name}"
        return Task(id=task_id, title=title, instructions="Weigh it.", hand_in=HandIn(answer_schema={}))

    def read_truth(self, task_id: str, path: Path) -> JsonObject:
        text = read_text(path)
        try:
            weight = int(text.removeprefix("weight: "))
        except ValueError as error:
            raise DataError(f"{path}: no weight") from error
        return {"task": task_id, "weight": weight, "canary": canary_of(text)}

    def data_problems(self, task_id: str) -> list[str]:
        text = (self.directory(task_id) / "weight.txt").read_text()
        return [] if text.strip().isdecimal() else [f"{task_id}: found {text!r}, expected a number"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Lay four pears out as the hub does."""
    for number in (1, 2, 5, 10):
        folder = tmp_path / "data" / "snapshots" / "fruit" / "v1" / f"Pear-{number}"
        write(folder / "weight.txt", f"{number}\n")
        write(folder / "price.txt", "3\n")
        write(folder / "notes" / "colour.txt", "green\n")
        write(folder / "ground_truth.yaml", f"weight: {number}\n")
    return tmp_path / "data"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def pear(root: Path, number: int = 2) -> Path:
    return root / "snapshots" / "fruit" / "v1" / f"Pear-{number}"


def pears(root: Path, *, as_published: bool = False, **extra: str) -> Pears:
    return Pears().configured(SuiteOptions(data=root, as_published=as_published, extra=extra))


def paths(entries: "list[Input]") -> list[str]:
    return [entry.path for entry in entries]


def test_tasks_stand_in_the_order_of_their_numbers_and_settings_say_where_they_lie(root: Path) -> None:
    suite = pears(root)
    assert [task.id for task in suite.tasks()] == ["pears-1", "pears-2", "pears-5", "pears-10"]
    assert suite.tasks()[3].title == "Pear 10 in Pear-10"
    assert suite.settings() == {
        "repository": "orchard/Pears",
        "revision": None,
        "directory": "v1",
        "view": "default",
    }
    told: list[tuple[str, int, int]] = []
    suite.prepare(lambda *step: told.append(step))
    assert told == [(f"found pears in {pear(root).parent}", 4, 4)]


def test_configuring_leaves_the_suite_of_the_domain_as_it_is(root: Path) -> None:
    suite = Pears()
    chosen = suite.configured(SuiteOptions(data=root, extra={"scale": "market", "revision": "v9"}))
    assert (suite.options, suite.choice("scale")) == (SuiteOptions(), "kitchen")
    assert (chosen.choice("scale"), chosen.floor, chosen.name) == ("market", suite.floor, "pears")
    again = chosen.configured(SuiteOptions())
    assert (again.choice("scale"), again.options.data) == ("kitchen", None)


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({"colour": "red"}, "suite 'pears' has no option 'colour'; it knows: revision, scale"),
        ({"scale": "kitchen "}, "suite 'pears' has no scale 'kitchen '; it knows: kitchen, market"),
    ],
)
def test_wrong_options_are_refused(extra: Mapping[str, str], told: str) -> None:
    with pytest.raises(UsageError) as raised:
        Pears().configured(SuiteOptions(extra=extra))
    assert str(raised.value) == told


def test_agents_see_all_but_truths_hidden_names_and_what_is_withheld(root: Path) -> None:
    for name in (".git/config", "Ground-Truth.txt", "data.jsonl", "groundtruth/more.txt", "notes/.cache"):
        write(pear(root) / name, "anything")
    assert paths(list(pears(root).inputs(TASK))) == ["notes/colour.txt", "weight.txt"]
    shown = pears(root, as_published=True)
    assert paths(list(shown.inputs(TASK))) == ["notes/colour.txt", "price.txt", "weight.txt"]
    assert shown.settings()["view"] == "as-published"
    assert paths(shown.files_in(TASK, "notes")) == ["notes/colour.txt"]


ODDITIES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a missing file": (
        lambda folder: (folder / "weight.txt").unlink(),
        "Pear-2/weight.txt: no such file; fetch the dataset again",
    ),
    "a missing directory": (shutil.rmtree, "Pear-2: no such directory; bring it with `itbench fetch`"),
    "a link out": (
        lambda folder: (folder / "x").symlink_to("/etc/passwd"),
        "x: a symbolic link out of its directory",
    ),
    "a link to another task": (
        lambda folder: (folder / "x").symlink_to("../Pear-1/weight.txt"),
        "x: a symbolic link out of its directory",
    ),
    "a link to a folder": (
        lambda folder: (folder / "x").symlink_to("notes"),
        "x: a symbolic link out of its directory",
    ),
    "a link to nothing": (
        lambda folder: (folder / "x").symlink_to("gone"),
        "x: a symbolic link to nothing",
    ),
    "a link in a circle": (
        lambda folder: (folder / "x").symlink_to("x"),
        "x: a symbolic link to nothing",
    ),
    "a link to the truth": (
        lambda folder: (folder / "x").symlink_to("ground_truth.yaml"),
        "x: another name of a truth",
    ),
    "a hard link to the truth": (
        lambda folder: (folder / "x").hardlink_to(folder / "ground_truth.yaml"),
        "x: another name of a truth",
    ),
    "a hard link to another task's truth": (
        lambda folder: (folder / "x").hardlink_to(folder.parent / "Pear-1" / "ground_truth.yaml"),
        "x: another name of a truth",
    ),
}


@pytest.mark.parametrize("name", ODDITIES)
def test_a_task_whose_files_are_not_as_published_shows_nothing(name: str, root: Path) -> None:
    change, told = ODDITIES[name]
    suite = pears(root)
    suite.prepare()
    change(pear(root))
    with pytest.raises(DataError) as raised:
        shown_inputs(suite, TASK)
    assert told in str(raised.value)
    assert paths(list(shown_inputs(suite, "pears-5"))) == ["notes/colour.txt", "weight.txt"]


def test_a_link_inside_a_task_is_followed_and_a_pipe_is_left_out(root: Path) -> None:
    (pear(root) / "again.txt").symlink_to("weight.txt")
    os.mkfifo(pear(root) / "pipe")
    assert paths(list(pears(root).inputs(TASK))) == ["again.txt", "notes/colour.txt", "weight.txt"]


def marked(root: Path) -> None:
    """Note the content of all files, as a fetch does."""
    files = {
        path.relative_to(root).as_posix(): MarkedFile(
            size=path.stat().st_size, sha256=hashlib.sha256(path.read_bytes()).hexdigest()
        )
        for path in root.rglob("*.*")
        if path.is_file()
    }
    write_marker(PEARS, root, Marker(repository=PEARS.repository, revision="abc", files=files))


def test_what_was_changed_since_it_was_fetched_is_no_sound_data_and_no_truth(root: Path) -> None:
    marked(root)
    suite = pears(root)
    assert (suite.check(TASK), suite.truth(TASK)["weight"]) == ([], 2)
    (pear(root) / "weight.txt").write_text("9\n")
    (line,) = suite.check(TASK)
    assert line.endswith("not the content that was fetched; run `itbench fetch fruit/pears`")
    assert suite.truth(TASK)["weight"] == 2
    (pear(root) / "ground_truth.yaml").write_text("weight: 9\n")
    with pytest.raises(DataError, match=r"ground_truth\.yaml: not the content that was fetched"):
        suite.truth(TASK)
    assert suite.check("pears-5") == []


def test_what_was_fetched_and_is_wrong_is_told_by_the_domain(root: Path) -> None:
    (pear(root) / "weight.txt").write_text("heavy")
    marked(root)
    assert list(pears(root).check(TASK)) == ["pears-2: found 'heavy', expected a number"]


@pytest.mark.parametrize("change", ["less", "more"])
def test_a_fetched_dataset_must_be_whole(change: str, root: Path) -> None:
    marked(root)
    if change == "less":
        (pear(root) / "price.txt").unlink()
    else:
        write(pear(root) / "hint.txt", "it is light")
    with pytest.raises(
        DataError, match=r"is not complete there: 1 .*; complete it with `itbench fetch fruit/pears`"
    ):
        pears(root).prepare()


def test_other_counts_than_the_published_one_are_told(root: Path) -> None:
    assert (pears(root).data_warning(), pears(root).data_gap()) == (None, None)
    shutil.rmtree(pear(root))
    assert pears(root).data_warning() is None
    assert pears(root).data_gap() == f"{pear(root).parent} has 3 of the 4 tasks of Pears"
    for number in (20, 21):
        write(pear(root, number) / "weight.txt", "1")
    assert pears(root).data_warning() == f"Pears has 4 tasks, {pear(root).parent} has 5"


def test_the_first_truth_that_is_there_counts(root: Path) -> None:
    write(pear(root) / "ground_truth.json", "weight: 77")
    assert pears(root).truth(TASK)["weight"] == 2
    (pear(root) / "ground_truth.yaml").unlink()
    assert pears(root).truth(TASK)["weight"] == 77
    assert {path.name for path in pears(root).truth_files()} == {"ground_truth.yaml", "ground_truth.json"}
    (pear(root) / "ground_truth.json").unlink()
    with pytest.raises(
        DataError, match=r"Pear-2: no truth there, expected ground_truth\.yaml; fetch the dataset again"
    ):
        pears(root).truth(TASK)


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"\xff", "ground_truth.yaml: not UTF-8 at byte 0"), (b"heavy", "ground_truth.yaml: no weight")],
)
def test_a_truth_that_cannot_be_read_is_told(data: bytes, told: str, root: Path) -> None:
    (pear(root) / "ground_truth.yaml").write_bytes(data)
    with pytest.raises(DataError) as raised:
        pears(root).truth(TASK)
    assert told in str(raised.value)


def test_a_stray_file_beside_the_tasks_does_not_stand_in_for_the_published_truth(root: Path) -> None:
    write(pear(root).with_name(f"{TASK}.json"), "weight: 99")
    assert pears(root).truth(TASK)["weight"] == 2


@pytest.mark.parametrize(
    "place",
    [
        f"{TASK}.json",
        f"{TASK}.yaml",
        f"{TASK}.yml",
        "Pear-2/ground_truth.yaml",
        "fruit/Pear-2/ground_truth.json",
    ],
)
def test_a_truth_may_lie_elsewhere(place: str, tmp_path: Path) -> None:
    write(tmp_path / "apart" / place, "weight: 8")
    assert Pears().truth_from(TASK, tmp_path / "apart")["weight"] == 8
    with pytest.raises(DataError) as raised:
        Pears().truth_from("pears-3", tmp_path / "apart")
    assert "no truth of task 'pears-3' in " in str(raised.value)
    assert "pears-3.json, pears-3.yaml, pears-3.yml, Pear-3/ground_truth.yaml" in str(raised.value)


@pytest.mark.parametrize(
    ("task_id", "told"),
    [
        ("pears-3", "it has 4: pears-1, pears-2, pears-5, pears-10 ..."),
        ("pears-02", "its ids are pears-<number>"),
        ("pears-\uff12", "its ids are pears-<number>"),
        ("pears-../x", "its ids are pears-<number>"),
        ("Pear-2", "its ids are pears-<number>"),
        ("", "its ids are pears-<number>"),
    ],
)
def test_a_task_that_is_not_there_is_refused(task_id: str, told: str, root: Path) -> None:
    for ask in (pears(root).inputs, pears(root).truth, pears(root).check):
        with pytest.raises(UsageError) as raised:
            ask(task_id)
        assert str(raised.value) == f"suite 'pears' has no task {task_id!r}; {told}"


def test_only_ids_that_can_be_are_asked_of_the_hub() -> None:
    with pytest.raises(UsageError, match=r"no task '\.\./x'; its ids are pears-<number>"):
        Pears().fetch(["../x"])


@pytest.mark.parametrize("name", ["Pear-x", "Pear-02", "Pear-", "Pear-1234567"])
def test_a_directory_with_half_a_name_is_told(name: str, root: Path) -> None:
    (pear(root).with_name(name)).mkdir()
    with pytest.raises(DataError, match=f"{name}: not the name of a task, expected Pear-<number>; remove it"):
        pears(root).prepare()


def test_links_into_the_hubs_cache_are_followed_and_a_second_link_to_a_truth_is_refused(
    root: Path, tmp_path: Path
) -> None:
    repository = tmp_path / "hub" / PEARS.cache_folder
    snapshot = repository / "snapshots" / "abc"
    (repository / "blobs").mkdir(parents=True)
    for number, source in enumerate(sorted(path for path in root.rglob("*") if path.is_file())):
        blob = repository / "blobs" / f"b{number}"
        shutil.copy(source, blob)
        target = snapshot / source.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(os.path.relpath(blob, target.parent))
    suite = pears(tmp_path / "hub", revision="abc")
    assert paths(list(shown_inputs(suite, TASK))) == ["notes/colour.txt", "weight.txt"]
    assert (suite.settings()["revision"], suite.truth(TASK)["weight"]) == ("abc", 2)
    (pear(snapshot) / "x").symlink_to((pear(snapshot, 1) / "ground_truth.yaml").resolve())
    with pytest.raises(DataError, match="x: another name of a truth"):
        shown_inputs(pears(tmp_path / "hub"), TASK)


def test_a_truth_stored_as_json_keeps_its_canary_over_the_years() -> None:
    digest = hashlib.sha256(b"weight: 2\n").hexdigest()
    assert canary_of("weight: 2\n") == f"itbench-canary-{digest}"
    assert json.loads(json.dumps(canary_of(""))) == canary_of("")


class Plain(PublishedSuite):
    """Pears whose truths are objects in files."""

    version, summary = "1", "Pears."
    dataset = PEARS

    def make_task(self, task_id: str, directory: Path) -> Task:
        return Task(id=task_id, title="A pear", instructions="Weigh it.", hand_in=HandIn(answer_schema={}))


@pytest.mark.parametrize(
    ("name", "text", "canary"),
    [
        ("ground_truth.yaml", "weight: 2\n", canary_of("weight: 2\n")),
        (f"../{TASK}.json", '{"weight": 2, "canary": "kept"}', "kept"),
        (f"../{TASK}.yml", "{weight: 2, canary: kept}", "kept"),
    ],
)
def test_a_truth_is_by_default_the_object_in_a_file_of_json_or_yaml(
    name: str, text: str, canary: str, tmp_path: Path
) -> None:
    (tmp_path / "Pear-2").mkdir()
    (tmp_path / "Pear-2" / name).write_text(text)
    assert Plain().truth_from(TASK, tmp_path) == {"weight": 2, "canary": canary}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- 2", "expected a JSON object, found list"),
        ("", "expected a JSON object, found NoneType"),
        ("weight: [", "cannot be parsed"),
        ("!!python/object:os.system {}", "cannot be parsed"),
    ],
)
def test_a_file_that_holds_no_object_is_no_truth(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / f"{TASK}.yaml").write_text(text)
    with pytest.raises(DataError) as raised:
        Plain().truth_from(TASK, tmp_path)
    assert f"{TASK}.yaml: {told}" in str(raised.value)
    assert "\n" not in str(raised.value)
