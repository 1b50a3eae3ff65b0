"""A dataset in a Git repository: fetched from an address that the user names, found again, and held against what was fetched."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from itbench import DataError, HandIn, JsonObject, SuiteOptions, Task, UsageError
from itbench.kit import GitDataset, GitSuite
from itbench.kit.published.clone import head_commit

PLUMS = GitDataset(
    repository="orchard/Plums",
    domain="fruit",
    suite="plums",
    directories="data/*/*",
    key_file="picture.json",
    task_prefix="plum-",
    data_folders=("data",),
    count=3,
)


class Plums(GitSuite):
    version, summary, dataset = "1", "Plums.", PLUMS
    truth_names = ("truth.json",)
    needed_files = ("picture.json",)
    hidden_files = ("picture.json", "label.json")

    def make_task(self, task_id: str, directory: Path) -> Task:
        del directory
        return Task(id=task_id, title="A plum", instructions="Name it.", hand_in=HandIn())

    def read_truth(self, task_id: str, path: Path) -> JsonObject:
        del task_id
        found: JsonObject = json.loads(path.read_text())
        return found


def git(root: Path, *words: str) -> str:
    names = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *names, *words], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def orchard(tmp_path: Path) -> Path:
    """Return a Git repository with three plums, two of them in folders that would tell."""
    if shutil.which("git") is None:
        pytest.skip("there is no program git")
    root = tmp_path / "orchard"
    for number, inside in enumerate(("ripe/1", "rotten/1", "rotten/2")):
        directory = root / "data" / inside
        directory.mkdir(parents=True)
        (directory / "picture.json").write_text(json.dumps({"pixels": number}))
        (directory / "truth.json").write_text(json.dumps({"canary": f"c{number}", "is": inside}))
    (root / "README.md").write_text("plums")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "plums")
    return root


def fetched(url: str, **extra: str) -> Plums:
    suite = Plums().configured(SuiteOptions(extra={"url": url, **extra}))
    suite.fetch()
    return Plums()


def test_a_fetched_clone_is_found_with_its_commit_and_progress_is_told(orchard: Path) -> None:
    told: list[tuple[str, int, int]] = []
    suite = Plums().configured(SuiteOptions(extra={"url": orchard.as_uri()}))
    root = suite.fetch(progress=lambda *what: told.append(what))
    assert any("receiving objects" in text for text, _, _ in told)
    assert told[-1][0] == "fetching plums: verifying"
    found = Plums()
    assert found.settings()["revision"] == git(orchard, "rev-parse", "HEAD") == head_commit(root)
    assert len(list(found.tasks())) == 3
    assert found.data_warning() is None
    assert found.data_gap() is None
    assert [line for task in found.tasks() for line in found.check(task.id)] == []


def test_a_repository_of_one_commit_is_brought_and_no_history(orchard: Path) -> None:
    (orchard / "README.md").write_text("more plums")
    git(orchard, "commit", "-qam", "more")
    root = fetched(orchard.as_uri()).location.directory
    assert git(root, "rev-list", "--count", "HEAD") == "1"


def test_what_was_changed_since_makes_its_task_faulty(orchard: Path) -> None:
    suite = fetched(orchard.as_uri())
    task_id, directory = next(iter(suite.directories.items()))
    text = (directory / "truth.json").read_text()
    (directory / "truth.json").write_text(text.replace("canary", "CANARY"))
    (problem,) = Plums().check(task_id)
    assert "truth.json: not the content that was fetched" in problem
    assert "itbench fetch fruit/plums --suite-option url=URL" in problem
    with pytest.raises(DataError, match="not the content that was fetched"):
        Plums().truth(task_id)
    (directory / "truth.json").unlink()
    with pytest.raises(DataError, match="is not complete there: 1 of 6 files missing"):
        list(Plums().tasks())


def test_fetching_again_replaces_the_clone_and_a_failure_leaves_it(orchard: Path, tmp_path: Path) -> None:
    suite = fetched(orchard.as_uri())
    first = suite.settings()["revision"]
    with pytest.raises(DataError, match=r"could not be cloned: git ended with 128: fatal: "):
        fetched((tmp_path / "nowhere").as_uri())
    assert Plums().settings()["revision"] == first
    (orchard / "data/ripe/1/label.json").write_text("{}")
    git(orchard, "add", "-A")
    git(orchard, "commit", "-qm", "label")
    again = fetched(orchard.as_uri())
    assert again.settings()["revision"] != first
    assert sorted(len(again.hidden(task.id)) for task in again.tasks()) == [1, 1, 2]
    leftovers = [path.name for path in again.location.directory.parent.iterdir() if path.name != "Plums"]
    assert leftovers == []


def test_another_repository_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "-q")
    git(tmp_path / "empty", "commit", "-qm", "none", "--allow-empty")
    with pytest.raises(DataError, match=r"has no data/\*/\*/picture\.json; is it orchard/Plums\?"):
        fetched((tmp_path / "empty").as_uri())


@pytest.mark.parametrize(
    ("extra", "tasks", "problem"),
    [
        ({}, (), "orchard/Plums: say where from: itbench fetch fruit/plums --suite-option url=URL"),
        ({"url": "--upload-pack=touch x"}, (), "cannot be the address of a Git repository"),
        ({"url": "  "}, (), "cannot be the address of a Git repository"),
        ({"url": "https://localhost/x"}, ("plum-1",), "is fetched as a whole; leave out --task"),
    ],
)
def test_what_cannot_be_fetched_is_said(extra: dict[str, str], tasks: tuple[str, ...], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        Plums().configured(SuiteOptions(extra=extra)).fetch(tasks)


def test_a_password_in_the_address_is_not_repeated(tmp_path: Path) -> None:
    url = f"file://me:hunter2@localhost{tmp_path}/nowhere"
    with pytest.raises(DataError) as caught:
        fetched(url)
    assert "hunter2" not in str(caught.value)


def test_an_address_that_would_run_a_program_is_refused_by_git(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="could not be cloned"):
        fetched(f"ext::sh -c 'touch {tmp_path}/ran'")
    assert not (tmp_path / "ran").exists()


def test_links_of_a_repository_lead_nowhere(orchard: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("host")
    (orchard / "data/ripe/1/label.json").symlink_to(tmp_path / "secret")
    git(orchard, "add", "-A")
    git(orchard, "commit", "-qm", "link")
    suite = fetched(orchard.as_uri())
    found = [
        entry.source
        for task in suite.tasks()
        for entry in suite.hidden(task.id)
        if entry.path == "label.json"
    ]
    assert [(path.is_symlink(), "host" in path.read_text()) for path in found] == [(False, False)]


def test_a_clone_of_the_users_own_is_read_where_it_lies_and_nothing_in_it_is_run(
    orchard: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(orchard, "config", "core.fsmonitor", f"touch {tmp_path}/ran")
    suite = Plums().configured(SuiteOptions(data=orchard))
    assert suite.settings()["revision"] == git(orchard, "rev-parse", "HEAD")
    (tmp_path / "ran").unlink(missing_ok=True)
    git(orchard, "config", "--unset", "core.fsmonitor")
    (tmp_path / "ran").unlink(missing_ok=True)
    git(orchard, "pack-refs", "--all")
    assert len(list(Plums().configured(SuiteOptions(data=orchard)).tasks())) == 3
    assert head_commit(orchard) == git(orchard, "rev-parse", "HEAD")
    shutil.move(orchard, tmp_path / "plums")
    monkeypatch.setenv("ITBENCH_DATA", str(tmp_path))
    assert Plums().location.directory == tmp_path / "plums"
    assert not (tmp_path / "ran").exists()


def test_a_copy_without_git_has_no_commit_and_fewer_tasks_are_told(orchard: Path) -> None:
    shutil.rmtree(orchard / ".git")
    shutil.rmtree(orchard / "data/ripe")
    suite = Plums().configured(SuiteOptions(data=orchard))
    assert suite.settings()["revision"] is None
    assert suite.data_gap() == f"{orchard} has 2 of the 3 tasks of Plums"
    with pytest.raises(DataError, match="at commit None, but 'abc' is asked for"):
        list(Plums().configured(SuiteOptions(data=orchard, extra={"revision": "abc"})).tasks())


def test_a_missing_dataset_is_told_with_the_way_to_it(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"orchard/Plums was not found in .*bring it with `itbench fetch fruit/plums"
    ):
        list(Plums().tasks())
    with pytest.raises(DataError, match="no such directory; fix --data or ITBENCH_DATA"):
        list(Plums().configured(SuiteOptions(data=tmp_path / "x")).tasks())
