"""A run is resumed on what it was started on: tasks, inputs, truths, hidden data and versions, or not at all."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from importlib_metadata import version

from itbench.store.reader import RunFile
from itbench.store.seals import seal_all

Itbench = Callable[..., Any]

WELLS = '''
from pathlib import Path
from itbench import AgentSpec, Domain, Input, Score
from itbench.kit.directory import DirectorySuite

class Wells(DirectorySuite):
    """A suite in a folder, with data that only judges see and an option that decides something."""
    def configured(self, options):
        self.level = options.extra.get("level")
        return self
    def hidden(self, task_id):
        return [Input(path.name, path) for path in sorted((self.root / "hidden" / task_id).glob("*"))]

    def check(self, task_id):
        found = []
        for entry in [*self.inputs(task_id), *self.hidden(task_id)]:
            try:
                entry.source.read_text("utf-8")
            except UnicodeDecodeError as error:
                found.append(f"{entry.path}: not UTF-8 at byte {error.start}")
        return found

class Digger:
    def __init__(self, request):
        pass
    async def solve(self, task, workspace, trace):
        await workspace.write_file("answer.json", b'{"depth": 3}')

class Depth:
    def score(self, task, submission, truth):
        return Score(value=float(submission.answer["depth"] == truth["depth"]))

DOMAIN = Domain(name="wells", summary="Dig.", scorer=Depth(),
    suites=(Wells(Path("wells"), name="deep", version="1", summary="Deep ones."),),
    solution=lambda task, truth: {"answer.json": b'{"depth": %d}' % truth["depth"]},
    agents=(AgentSpec(name="digger", summary="Digs.", create=Digger, role="baseline", is_in_process=True),))
'''


MANY = """
import json
from pathlib import Path
from itbench import AgentSpec, Domain, Score, Suite, Task

ASKED = Path("asked")

class Many(Suite):
    name, version, summary = "many", "1", "Many tasks."
    def tasks(self):
        return [Task(id=f"m-{number}", title="t", instructions="i") for number in range(40)]
    def truth(self, task_id):
        return {"canary": f"canary-of-{task_id}-4f1b7a"}
    def truth_files(self):
        with ASKED.open("a") as file:
            file.write("x")
        return []

class Idle:
    def __init__(self, request):
        pass
    async def solve(self, task, workspace, trace):
        await workspace.write_file("answer.json", b"{}")

class One:
    def score(self, task, submission, truth):
        return Score(value=1.0)

DOMAIN = Domain(name="many", summary="s", scorer=One(), suites=(Many(),), solution=lambda task, truth: {},
    agents=(AgentSpec(name="idle", summary="s", create=Idle, role="baseline", is_in_process=True),))
"""


def write(path: str, value: object) -> None:
    target = Path("wells") / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(value if isinstance(value, str) else json.dumps(value))


def edit(path: str, **changes: object) -> None:
    write(path, json.loads((Path("wells") / path).read_text()) | changes)


@pytest.fixture
def wells(distribution: Callable[..., Path], itbench: Itbench) -> Callable[[str], None]:
    """Make the domain `wells` with two tasks in the current folder; return what installs it in a version."""
    for name in ("well-1", "well-2"):
        hand_in = {"answer_schema": {"type": "object", "required": ["depth"]}}
        write(f"tasks/{name}.json", {"id": name, "title": "Dig", "instructions": "Dig.", "hand_in": hand_in})
        write(f"inputs/{name}/map.txt", "x marks the spot")
        write(f"hidden/{name}/rock.txt", "granite")
        write(f"truths/{name}.json", {"canary": f"canary-{name}-91f0c2d4a7", "depth": 3})

    def install(number: str) -> None:
        for site in Path().glob("site-wells-*"):
            shutil.rmtree(site)
        distribution(
            "wells-" + number[0],
            group="itbench.domains",
            points={"wells": "wells_mod:DOMAIN"},
            code={"wells_mod": WELLS},
            version=number,
        )

    install("1.0")
    return install


def edited(old: str, new: str) -> None:
    """Edit the installed code of the domain in place."""
    (module,) = Path().glob("site-wells-*/wells_mod.py")
    text = module.read_text()
    assert old in text
    module.write_text(text.replace(old, new))


def started(itbench: Itbench, *words: str) -> Path:
    """Return a run of which nothing counts yet: its first trials have no score."""
    assert itbench("run", "wells", *words).code == 0
    (path,) = Path("runs").glob("*.itbench")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "DELETE FROM score; DELETE FROM submission; DELETE FROM event; DELETE FROM trial;"
        )
        seal_all(connection)
        connection.commit()
    return path


def counted(path: Path) -> int:
    with RunFile(path) as run:
        return len(list(run.outcomes()))


CHANGES: dict[str, tuple[Callable[[], object], str]] = {
    "text": (
        lambda: edit("tasks/well-2.json", instructions="Dig deeper."),
        "the text, the limits or the files to hand in of task 'well-2' have changed",
    ),
    "title": (lambda: edit("tasks/well-2.json", title="Dug"), "of task 'well-2' have changed"),
    "limits": (lambda: edit("tasks/well-2.json", limits={"turns": 3}), "of task 'well-2' have changed"),
    "schema": (
        lambda: edit("tasks/well-1.json", hand_in={"answer_schema": {"type": "object"}}),
        "of task 'well-1' have changed",
    ),
    "tags": (lambda: edit("tasks/well-1.json", tags=["wet"]), "of task 'well-1' have changed"),
    "task gone": (
        lambda: Path("wells/tasks/well-1.json").unlink(),
        "task 'well-1' is no longer in the suite",
    ),
    "input": (lambda: write("inputs/well-2/map.txt", "y marks the spot"), "the inputs of task 'well-2' have"),
    "one more input": (lambda: write("inputs/well-2/a.txt", ""), "the inputs of task 'well-2' have changed"),
    "input gone": (lambda: Path("wells/inputs/well-1/map.txt").unlink(), "the inputs of task 'well-1' have"),
    "truth": (
        lambda: edit("truths/well-2.json", depth=4),
        "the truth or the hidden data of task 'well-2' has",
    ),
    "canary": (
        lambda: edit("truths/well-1.json", canary="canary-of-another-kind"),
        "the truth or the hidden data of task 'well-1' has changed",
    ),
    "hidden": (lambda: write("hidden/well-1/rock.txt", "gneiss"), "hidden data of task 'well-1' has changed"),
    "one more hidden": (lambda: write("hidden/well-2/b", ""), "hidden data of task 'well-2' has changed"),
    "hidden gone": (
        lambda: Path("wells/hidden/well-2/rock.txt").unlink(),
        "hidden data of task 'well-2' has changed",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", CHANGES)
def test_a_run_of_what_has_changed_is_refused_and_nothing_is_written(
    kind: str, wells: Callable[[str], None], itbench: Itbench
) -> None:
    path = started(itbench)
    change, words = CHANGES[kind]
    change()
    before = path.read_bytes()
    done = itbench("resume", path)
    assert done.code == 2
    assert words in done.err
    assert f"since '{path}' was started, so old and new trials would not be comparable" in done.err
    assert path.read_bytes() == before
    assert [entry.name for entry in Path("runs").iterdir()] == [path.name]


@pytest.mark.slow
def test_what_the_run_does_not_have_may_change(wells: Callable[[str], None], itbench: Itbench) -> None:
    path = started(itbench, "--task", "well-1")
    for change, _ in CHANGES.values():
        if "well-2" in _:
            change()
    write("tasks/well-0.json", json.loads(Path("wells/tasks/well-1.json").read_text()) | {"id": "well-0"})
    Path("wells/inputs/well-1/map.txt").touch()
    done = itbench("resume", path)
    assert (done.code, counted(path), "note" in done.err) == (0, 1, False)


@pytest.mark.slow
@pytest.mark.parametrize("change", ["truth", "hidden"])
def test_a_run_that_is_not_scored_leaves_truths_and_hidden_data_alone(
    change: str, wells: Callable[[str], None], itbench: Itbench
) -> None:
    shutil.move("wells/truths", "elsewhere")
    path = started(itbench, "--no-score")
    shutil.move("elsewhere", "wells/truths")
    CHANGES[change][0]()
    assert itbench("resume", path).code == 0
    assert counted(path) == 2


def damage(kind: str) -> None:
    if kind == "data":
        Path("wells/inputs/well-2/map.txt").write_bytes(b"x marks \xff\xfe")
    elif kind == "hidden":
        Path("wells/hidden/well-2/rock.txt").write_bytes(b"\xff")
    else:
        Path("wells/truths/well-2.json").write_text("{")


def repair(kind: str) -> None:
    """Make it sound again, but not what it was before."""
    write("inputs/well-2/map.txt", "z marks the spot")
    write("hidden/well-2/rock.txt", "basalt")
    write("truths/well-2.json", {"canary": "canary-well-2-91f0c2d4a7", "depth": 3})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("data", "map.txt: not UTF-8 at byte 8"),
        ("hidden", "rock.txt: not UTF-8 at byte 0"),
        ("truth", "DataError: wells/truths/well-2.json: not JSON"),
    ],
)
def test_a_task_of_faulty_data_has_no_score_until_that_is_repaired_and_the_run_resumed(
    kind: str, words: str, wells: Callable[[str], None], itbench: Itbench
) -> None:
    damage(kind)
    dry = itbench("run", "wells", "--dry-run")
    assert f"the data of task well-2 is faulty, it gets no score: {words}" in dry.err
    done = itbench("run", "wells", "--json")
    found = json.loads(done.out)
    assert (done.code, found["trials_scored"], found["score"]) == (1, 1, 1.0)
    assert found["score_missing_as_zero"] == 0.5
    assert f"note: the data of task well-2 is faulty, it gets no score: {words}" in done.err
    path = Path(found["path"])
    shown = itbench("show", path, "well-2").out
    assert "its data is faulty: " in shown
    assert words in shown
    assert "warning: the data of 1 task is faulty, so it has no score: well-2" in itbench("show", path).out
    assert itbench("resume", path).code == 1
    repair(kind)
    again = itbench("resume", path)
    assert (again.code, "is faulty" in again.out + again.err) == (0, False)
    assert "over 2 of 2 trials" in again.out
    with RunFile(path) as run:
        attempts = [tuple(row) for row in run.connection.execute("SELECT task, attempt FROM outcome")]
        plan = run.plan()
        stored = {row["id"]: row["content_hash"] for row in run.tasks()}
    assert sorted(attempts) == [("well-1", 0), ("well-2", 2)]
    assert stored == {task["id"]: task["content_hash"] for task in plan["tasks"]}
    new = json.loads(itbench("run", "wells", "--dry-run", "--json").out)["plan"]
    assert (new["tasks"], new["suite_hash"]) == (plan["tasks"], plan["suite_hash"])


@pytest.mark.slow
def test_faulty_data_can_be_allowed_and_every_report_says_so(
    wells: Callable[[str], None], itbench: Itbench
) -> None:
    damage("data")
    done = itbench("run", "wells", "--allow-faulty-data")
    assert (done.code, "over 2 of 2 trials" in done.out) == (0, True)
    assert "is faulty, it is run anyway: map.txt" in done.err
    (path,) = Path("runs").glob("*.itbench")
    assert "warning: the data of 1 task is faulty and was allowed to be: well-2" in itbench("show", path).out
    assert "faulty data" in itbench("leaderboard", path).out
    repair("data")
    assert "the inputs of task 'well-2' have changed" in itbench("resume", path).err


@pytest.mark.slow
def test_what_is_not_chosen_may_be_faulty(wells: Callable[[str], None], itbench: Itbench) -> None:
    for kind in ("data", "hidden", "truth"):
        damage(kind)
    done = itbench("run", "wells", "--task", "well-1")
    assert (done.code, "is faulty" in done.err) == (0, False)


def test_a_secret_among_the_inputs_stops_everything(wells: Callable[[str], None], itbench: Itbench) -> None:
    Path("wells/inputs/well-1/notes.txt").hardlink_to("wells/truths/well-2.json")
    done = itbench("run", "wells", "--allow-faulty-data")
    assert (done.code, Path("runs").exists()) == (3, False)
    assert "wells/inputs/well-1/notes.txt: another name of a truth; remove it" in done.err
    checked = itbench("validate", "wells")
    assert "data-sound: task well-1: " in checked.out
    assert "another name of a truth" in checked.out
    write("suite.json", {"name": "deep", "version": "1", "summary": "Deep ones."})
    assert "another name of a truth" in itbench("validate", "./wells").out


@pytest.mark.slow
def test_the_plan_tells_nothing_of_a_truth(wells: Callable[[str], None], itbench: Itbench) -> None:
    path = started(itbench)
    hashes = []
    for depth in range(2):
        edit("truths/well-1.json", canary=f"canary-{depth}-91f0c2d4a7")
        hashes.append(json.loads(itbench("run", "wells", "--dry-run", "--json").out)["plan"]["tasks"][0])
    with RunFile(path) as run:
        hashes.append(run.plan()["tasks"][0])
    assert len({task["content_hash"] for task in hashes}) == 1
    assert (
        len({task["private_hash"] for task in hashes}) == 3
    )  # One truth, three canaries: nothing to compare.


@pytest.mark.slow
def test_an_option_that_decides_something_is_part_of_what_a_task_is(
    wells: Callable[[str], None], itbench: Itbench
) -> None:
    plans = [
        json.loads(itbench("run", "wells", "--dry-run", "--json", *words).out)["plan"]
        for words in ((), ("-S", "level=hard"), ("-S", "level=easy"))
    ]
    assert len({plan["suite_hash"] for plan in plans}) == 3
    path = started(itbench, "-S", "level=hard")
    assert itbench("resume", path).code == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "before", [{}, {"resumed": []}, {"hash_version": 1}], ids=["none", "one new key", "its version"]
)
def test_a_run_file_from_before_there_were_private_hashes_is_resumed_and_that_is_said(
    before: dict[str, object], wells: Callable[[str], None], itbench: Itbench
) -> None:
    path = started(itbench)
    as_before(path, before)
    done = itbench("resume", path)
    assert (done.code, counted(path)) == (0, 2)
    assert "note: the run has no hashes of its truths, so whether they have changed is not known" in done.err
    assert itbench("show", path).code == 0


@pytest.mark.slow
@pytest.mark.parametrize("change", ["text", "input", "hidden"])
def test_a_run_file_from_before_there_were_private_hashes_still_knows_its_tasks(
    change: str, wells: Callable[[str], None], itbench: Itbench
) -> None:
    path = started(itbench)
    as_before(path, {})
    CHANGES[change][0]()
    assert itbench("resume", path).code == 2


def as_before(path: Path, more: dict[str, object]) -> None:
    """Make a plan as it was written before there were two hashes."""
    import hashlib

    with closing(sqlite3.connect(path)) as connection:
        plan = json.loads(connection.execute("SELECT document FROM plan").fetchone()[0])
        for key in ("resumed", "hash_version"):
            del plan[key]
        del plan["agent"]["origin"]
        for task in plan["tasks"]:
            (document,) = connection.execute(
                "SELECT document FROM task WHERE id = ?", (task["id"],)
            ).fetchone()
            seen = hashlib.sha256(document.encode())
            for folder, name in (("inputs", "map.txt"), ("hidden", "rock.txt")):
                data = (Path("wells") / folder / task["id"] / name).read_bytes()
                seen.update(json.dumps([name, hashlib.sha256(data).hexdigest()]).encode())
            task["content_hash"] = f"sha256:{seen.hexdigest()}"
            del task["private_hash"]
            now = (task["content_hash"], task["id"])
            connection.execute("UPDATE task SET content_hash = ? WHERE id = ?", now)
        connection.execute("UPDATE plan SET document = ?", (json.dumps(plan | more),))
        seal_all(connection)
        connection.commit()


@pytest.mark.slow
def test_another_version_of_the_domain_is_refused_unless_it_is_allowed(
    wells: Callable[[str], None], itbench: Itbench
) -> None:
    path = started(itbench)
    wells("2.0")
    refused = itbench("resume", path)
    assert refused.code == 2
    assert (
        f"'{path}' was started with wells-1 1.0, installed is wells-2 2.0; old and new trials may not be comparable"
        in refused.err
    )
    assert counted(path) == 0
    allowed = itbench("resume", path, "--allow-other-version")
    assert (allowed.code, counted(path)) == (0, 2)
    assert "note: the run was started with wells-1 1.0, installed is wells-2 2.0" in allowed.err
    with RunFile(path) as run:
        plan = run.plan()
        (scored,) = run.connection.execute(
            "SELECT DISTINCT domain_origin FROM scoring JOIN score ON scoring.id = score.scoring"
        ).fetchall()
    assert plan["domain_origin"] == "wells-1 1.0"
    assert [(each["domain_origin"], each["agent_origin"]) for each in plan["resumed"]] == [
        ("wells-2 2.0", "wells-2 2.0")
    ]
    assert scored["domain_origin"] == "wells-2 2.0"
    told = itbench("show", path).out
    assert (
        f"warning: started with itbench {version('itbench')}, wells-1 1.0, resumed with wells-2 2.0" in told
    )
    assert "other versions" in itbench("leaderboard", path).out


@pytest.mark.slow
def test_resuming_with_the_same_versions_is_recorded_and_no_warning(
    wells: Callable[[str], None], itbench: Itbench
) -> None:
    path = started(itbench)
    itbench("resume", path)
    itbench("resume", path)
    with RunFile(path) as run:
        assert [each["domain_origin"] for each in run.plan()["resumed"]] == ["wells-1 1.0"]
    assert "resumed with" not in itbench("show", path).out


@pytest.mark.slow
def test_runs_by_other_truths_are_not_compared_in_silence(
    wells: Callable[[str], None], itbench: Itbench
) -> None:
    started(itbench)
    edit("truths/well-1.json", depth=5)
    itbench("run", "wells", "-a", "null")
    paths = sorted(Path("runs").glob("*.itbench"))
    words = "truths or hidden data differ between these runs"
    assert words in itbench("leaderboard", *paths).out
    assert words not in itbench("leaderboard", paths[0], paths[0]).out
    assert "truths or hidden data differ between the two runs" in itbench("compare", *paths).out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "words"),
    [("itbench_version", "started with itbench 0.0.1"), ("agent", "started with elsewhere 3")],
    ids=["itbench", "agent"],
)
def test_another_version_of_itbench_or_of_the_agent_is_refused_too(
    key: str, words: str, wells: Callable[[str], None], itbench: Itbench
) -> None:
    path = started(itbench)
    with closing(sqlite3.connect(path)) as connection:
        plan = json.loads(connection.execute("SELECT document FROM plan").fetchone()[0])
        plan[key] = plan[key] | {"origin": "elsewhere 3"} if key == "agent" else "0.0.1"
        connection.execute("UPDATE plan SET document = ?", (json.dumps(plan),))
        seal_all(connection)
        connection.commit()
    done = itbench("resume", path)
    assert (done.code, words in done.err) == (2, True)
    assert itbench("resume", path, "--allow-other-version").code == 0


@pytest.mark.slow
def test_trials_that_another_version_scored_are_not_mixed_with_new_ones(
    wells: Callable[[str], None], itbench: Itbench
) -> None:
    path = started(itbench)
    itbench("resume", path)
    wells("2.0")
    itbench("score", path)
    wells("1.0")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DELETE FROM score WHERE trial = 1; DELETE FROM trial WHERE id = 1;")
        seal_all(connection)
        connection.commit()
    done = itbench("resume", path)
    assert (done.code, "scored with wells-2 2.0, installed is wells-1 1.0" in done.err) == (2, True)
    itbench("score", path)
    assert itbench("resume", path).code == 0


@pytest.mark.slow
def test_trials_of_earlier_rules_are_not_mixed_with_those_of_newer_ones(
    wells: Callable[[str], None], itbench: Itbench
) -> None:
    path = started(itbench)
    itbench("resume", path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "UPDATE scoring SET scoring_version = 0; DELETE FROM score WHERE trial = 1; DELETE FROM trial WHERE id = 1;"
        )
        seal_all(connection)
        connection.commit()
    done = itbench("resume", path)
    assert (done.code, "scored with rules of version 0, installed is rules of version 1" in done.err) == (
        2,
        True,
    )
    assert itbench("score", path).code == 1
    assert itbench("resume", path).code == 0


@pytest.mark.slow
def test_trials_that_were_scored_with_other_truths_are_not_mixed_with_new_ones(
    wells: Callable[[str], None], itbench: Itbench
) -> None:
    path = started(itbench)
    itbench("resume", path)
    shutil.copytree("wells/truths", "others")
    itbench("score", path, "--truths", "others")
    done = itbench("resume", path)
    assert done.code == 2
    assert "were last scored with the truths in 'others'" in done.err
    assert f"score all of them alike first: `itbench score {path}`" in done.err
    itbench("score", path)
    assert itbench("resume", path).code == 0


@pytest.mark.slow
def test_a_disabled_plugin_of_the_same_name_is_not_named_as_the_one_that_ran(
    wells: Callable[[str], None],
    distribution: Callable[..., Path],
    itbench: Itbench,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("aaa-wells", "zzz-wells"):
        distribution(name, group="itbench.domains", points={"wells": "nowhere:X"}, code={}, version="0.1")
    monkeypatch.setenv("ITBENCH_DISABLE_PLUGINS", "aaa-wells,zzz-wells")
    path = started(itbench)
    with RunFile(path) as run:
        plan = run.plan()
        origins = {row[0] for row in run.connection.execute("SELECT domain_origin FROM scoring")}
    assert (plan["domain_origin"], plan["agent"]["origin"], origins) == (
        "wells-1 1.0",
        "wells-1 1.0",
        {"wells-1 1.0"},
    )


@pytest.mark.slow
def test_the_truths_of_a_suite_are_listed_a_few_times_for_a_run_and_not_for_each_task(
    distribution: Callable[..., Path], itbench: Itbench
) -> None:
    distribution("many", group="itbench.domains", points={"many": "many_one:DOMAIN"}, code={"many_one": MANY})
    asked = Path("asked")
    commands = (("run", "many", "--dry-run"), ("run", "many"), ("resume", None))
    for word, *rest in commands:
        asked.write_text("")
        path = [next(Path("runs").glob("*.itbench"))] if rest == [None] else rest
        assert itbench(word, *path).code == 0
        assert len(asked.read_text()) <= 6, word
    asked.write_text("")
    assert itbench("run", "many", "--limit", "1", "--dry-run").code == 0
    assert len(asked.read_text()) > 0


def test_a_run_is_not_resumed_by_other_code_of_the_same_version(
    wells: Callable[[str], None], itbench: Itbench
) -> None:
    path = started(itbench)
    edited("float(submission.answer", "0.5 * float(submission.answer")
    done = itbench("resume", path)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert (
        "was started with other code of wells-1 1.0 than is installed, though the version is the same"
        in done.err
    )
    assert "add --allow-other-version" in done.err
    assert counted(path) == 0
    assert itbench("score", path).code in {0, 1}


@pytest.mark.slow
def test_other_code_that_is_allowed_is_noted_in_the_plan_and_every_report(
    wells: Callable[[str], None], itbench: Itbench
) -> None:
    path = started(itbench)
    edited("float(submission.answer", "0.5 * float(submission.answer")
    done = itbench("resume", path, "--allow-other-version")
    assert counted(path) == 2
    assert "resumed with other code of wells-1 1.0" in done.out
    assert "resumed with other code of wells-1 1.0" in itbench("show", path).out
    assert "other versions" in itbench("leaderboard", path).out
    with RunFile(path) as run:
        plan = run.plan()
    assert plan["domain_code"] == plan["agent"]["code"] != plan["resumed"][0]["domain_code"]


@pytest.mark.slow
def test_the_same_code_and_a_plan_without_a_fingerprint_are_resumed(
    wells: Callable[[str], None], itbench: Itbench
) -> None:
    path = started(itbench)
    assert itbench("resume", path).code == 0
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(
            "DELETE FROM score; DELETE FROM submission; DELETE FROM event; DELETE FROM trial;"
            "UPDATE plan SET document = json_remove(document, '$.domain_code', '$.agent.code', '$.resumed');"
        )
        seal_all(connection)
    edited("Digs.", "Digs deep.")
    done = itbench("resume", path)
    assert (done.code, counted(path)) == (0, 2)
    assert "other code" not in done.out
