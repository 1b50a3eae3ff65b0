"""Fixtures for all tests: fake distributions, the tiny domain `sums`, and the command line."""

import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from itbench.interfaces.json import JsonObject
from itbench.interfaces.trace import TraceEvent
from itbench.report.export.atif.steps import Steps
from itbench.report.export.steps.reader import steps
from itbench.store.schema import APPLICATION_ID
from itbench.store.tables1 import TABLES_1

if TYPE_CHECKING:
    from itbench import ShownTrial
    from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox

# A slow machine is no failure of ours. `make soak` takes the other profile, by an option.
settings.register_profile("itbench", deadline=None, database=None, max_examples=40)
settings.register_profile("soak", deadline=None, database=None, max_examples=500)
settings.load_profile("itbench")
# Nor does each program that a test starts have to compile the sources again; what is installed is compiled when it
# is first imported, which is a small part of it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PIP_NO_COMPILE"] = "1"

REPOSITORY = Path(__file__).resolve().parents[1]
SUMS = Path(__file__).parent / "plugins" / "sums" / "src"


# What reads the formats of others, and the packages that this part of them imports.
_PEERS = ("harbor==0.26.0", "every-eval-ever==0.3.0")
_PEERS_NEED = ("pydantic", "pathspec", "toml", "requests", "rich", "jsonschema")

# What the tests of published data read, beside the checkout; it is not part of the repository.
REFERENCE = REPOSITORY / "../shared/reference"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Let one test process load all tests before the others do, which then find their asserts rewritten and compiled.

    In a fresh clone that is more than half of the processor time of a collection.
    """
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        yield
        return
    with (Path(session.config.option.basetemp).parent / "collection.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(file, fcntl.LOCK_SH)
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say in one line, after all reports, how many tests were skipped because the published data is not there."""
    yield
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    count = sum(str(REFERENCE) in reason for reason in reasons)
    if count:
        terminalreporter.write_line(
            f"{count} tests of published data were skipped: there is no {REFERENCE.resolve()}", yellow=True
        )


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from the user's cache and from other tests' folders."""
    monkeypatch.setenv("ITBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("ITBENCH_DATA", raising=False)
    monkeypatch.delenv("ITBENCH_DISABLE_PLUGINS", raising=False)


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return a function that makes a distribution as pip would leave it, and puts it on the path."""

    def make(
        name: str, *, group: str, points: dict[str, str], code: dict[str, str], version: str = "1.0"
    ) -> Path:
        site = tmp_path / f"site-{name}"
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        lines = [f"[{group}]", *(f"{point} = {target}" for point, target in points.items())]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
        for module, text in code.items():
            (site / f"{module}.py").write_text(text)
            monkeypatch.delitem(sys.modules, module, raising=False)
        monkeypatch.syspath_prepend(str(site))
        return site

    return make


@pytest.fixture
def sums(distribution: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the tiny domain `sums` for one test."""
    monkeypatch.syspath_prepend(str(SUMS))
    return distribution(
        "itbench-sums", group="itbench.domains", points={"sums": "itbench_sums:DOMAIN"}, code={}
    )


@dataclass(frozen=True)
class Outcome:
    """How a command of ours ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def itbench(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Outcome]:
    """Return a function that runs `itbench` with arguments, in a folder of the test's own."""
    from itbench.cli.main import main

    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Outcome:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["itbench", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def shown(itbench: Callable[..., Outcome]) -> Iterator[Callable[..., list["ShownTrial"]]]:
    """Return a function that runs `itbench run` with arguments, and gives the trials as panels see them."""
    from itbench.store.reader import RunFile
    from itbench.view.data.shown import shown_trials

    with ExitStack() as files:

        def run(*arguments: str | Path) -> "list[ShownTrial]":
            done = itbench("run", "--json", *arguments)
            assert done.code == 0, done.err
            path = Path(json.loads(done.out)["path"])
            return list(shown_trials(files.enter_context(RunFile(path)), "run"))

        yield run


@pytest.fixture
def panels_text() -> Callable[[Iterable[str]], str]:
    """Return a function that joins the HTML of panels, none of which may have failed."""

    def text(panels: Iterable[str]) -> str:
        found = "".join(panels)
        assert "panel-failed" not in found, found[found.index("panel-failed") :][:500]
        return found

    return text


@contextmanager
def processes_with(
    variables: Callable[[], Mapping[str, str]],
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Yield a function that starts `itbench` in a process with more variables; those that still run are ended after it.

    Args:
        variables: returns what each is given, at the moment at which it is started.
    """
    started: list[subprocess.Popen[str]] = []

    def start(*words: str | Path, **more: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", "from itbench.cli.main import main; main()", *map(str, words)],
            env={**os.environ, **variables(), **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def processes() -> Callable[..., AbstractContextManager[Callable[..., subprocess.Popen[str]]]]:
    """Return `processes_with`, for fixtures that last longer than a test."""
    return processes_with


@pytest.fixture
def background() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts `itbench` in a process that sees the fake distributions."""
    with processes_with(lambda: {"PYTHONPATH": os.pathsep.join(sys.path)}) as start:
        yield start


@pytest.fixture(scope="session")
def machine_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all test processes of this session share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


@pytest.fixture(scope="session")
def installed(machine_folder: Path) -> Path:
    """Return the `bin` of a fresh environment in which itbench is installed as a user would install it."""
    venv = machine_folder / "fresh-venv"
    with locked(machine_folder / "fresh-venv.lock"):
        if not (venv / "done").exists():
            install_itbench(Path(sys.executable), venv, "pip", "pytest", "hatchling")
            (venv / "done").touch()
    return venv / "bin"


@pytest.fixture(scope="session")
def inspect_python(machine_folder: Path) -> Path:
    """Return the Python of an environment with itbench[inspect], made once for all test processes.

    Its versions are not those of `constraints.txt`: Inspect AI pins some of its own.
    """
    from uv import find_uv_bin

    venv = machine_folder / "inspect-venv"
    program = venv / "bin" / "python"
    words = ["pip", "install", "--quiet", "--python", str(program), "-e", f"{REPOSITORY}[inspect]"]
    with locked(machine_folder / "inspect-venv.lock"):
        if not venv.exists():
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
            done = subprocess.run([find_uv_bin(), *words], capture_output=True, text=True, timeout=600)
            (venv / "problem").write_text(done.stderr if done.returncode else "")
    if problem := (venv / "problem").read_text():
        pytest.skip(f"Inspect AI cannot be installed here: {problem[-500:]}")
    return program


@pytest.fixture
def in_inspect(inspect_python: Path, tmp_path: Path) -> Callable[..., str]:
    """Return a function that runs Python code, or a program beside that Python, where Inspect AI is, and returns what it prints."""

    def run(*words: str | Path, program: str = "python", limit_s: float = 200.0) -> str:
        done = subprocess.run(
            [inspect_python.parent / program, *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=limit_s,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done.stdout

    return run


@pytest.fixture(scope="session")
def sandbox_cache(machine_folder: Path) -> Path:
    """Return the cache in which sandboxes and embedded tasks are made, once for all test processes."""
    cache = machine_folder / "sandbox-cache"
    (cache / "sandbox").mkdir(parents=True, exist_ok=True)
    return cache


@pytest.fixture
def shared_sandbox(sandbox_cache: Path, own_folders: None, tmp_path: Path) -> None:
    """Let the cache of one test have the sandboxes of all."""
    show_sandboxes(sandbox_cache, tmp_path / "cache")


@pytest.fixture(scope="session")
def plain_sandbox(sandbox_cache: Path) -> "BubblewrapSandbox":
    """Return the default sandbox without packages; its image is made once for all test processes."""
    from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox
    from itbench.sandbox.bubblewrap.support import available

    if problem := available():
        pytest.skip(problem)
    made = BubblewrapSandbox(with_tools=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ITBENCH_CACHE", str(sandbox_cache))
        made.prepare()
    return made


@pytest.fixture(scope="session")
def cache_without_packages(
    plain_sandbox: "BubblewrapSandbox", sandbox_cache: Path, machine_folder: Path
) -> Path:
    """Return a cache of its own with the default sandbox in it, whose folder of packages is empty.

    It is for programs that make a sandbox themselves and need none of the packages, which take a minute to install.
    """
    from itbench.sandbox.image.parts import tools_name
    from itbench.sandbox.image.store import make_stored

    cache = machine_folder / "cache-without-packages"
    with locked(machine_folder / "cache-without-packages.lock"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("ITBENCH_CACHE", str(cache))
        if not cache.exists():
            (cache / "sandbox").mkdir(parents=True)
            for made in (sandbox_cache / "sandbox").glob("image-*/"):
                (cache / "sandbox" / made.name).symlink_to(made)
        make_stored(tools_name(), lambda _: None)
    return cache


@pytest.fixture(scope="session")
def incident_cache(sandbox_cache: Path) -> Path:
    """Return a cache in which the first eight embedded incidents are made, once for all test processes.

    A run makes what it has beyond them.
    """
    from itbench_sre.suites.incidents import INCIDENTS, INCIDENTS_QUICK

    with locked(sandbox_cache / "incidents.lock"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("ITBENCH_CACHE", str(sandbox_cache))
        INCIDENTS_QUICK.prepare()
        if not INCIDENTS._root.exists():
            _copy_tasks(INCIDENTS_QUICK._root, INCIDENTS._root, [job.id for job in INCIDENTS_QUICK.jobs()])
    return sandbox_cache


@pytest.fixture
def copy_tasks() -> Callable[[Path, Path, Iterable[str]], None]:
    """Return a function that copies tasks from where one suite keeps them in a cache to where another does."""
    return _copy_tasks


@pytest.fixture(scope="session")
def finops_cache(sandbox_cache: Path) -> Path:
    """Return a cache in which the embedded tasks of FinOps are made, once for all test processes."""
    from itbench_finops.suites.anomalies import ANOMALIES
    from itbench_finops.suites.right_sizing import RIGHT_SIZING

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ITBENCH_CACHE", str(sandbox_cache))
        ANOMALIES.prepare()
        RIGHT_SIZING.prepare()
    return sandbox_cache


@pytest.fixture
def first_format() -> Callable[[Path | str], None]:
    """Makes a run file of today one as the first itbench wrote it, without what came later."""
    return _first_format


def _first_format(path: Path | str) -> None:
    old = Path(f"{path}.old")
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript(
            f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version=1; {TABLES_1[0]}"
        )
        connection.execute("ATTACH ? AS today", (str(path),))
        for table in ("plan", "task", "trial", "submission", "file", "event", "scoring", "score"):
            columns = connection.execute(f"PRAGMA main.table_info({table})").fetchall()
            values = [f"coalesce({name}, 0)" if required else name for _, name, _, required, *_ in columns]
            connection.execute(f"INSERT INTO main.{table} SELECT {', '.join(values)} FROM today.{table}")
        connection.commit()
    old.replace(path)


@pytest.fixture(scope="session")
def python_of() -> Callable[[str], Path]:
    """Return a function that finds the Python of a version such as `3.13`, or skips the test."""
    return _python_of


def _python_of(version: str) -> Path:
    if version == f"{sys.version_info[0]}.{sys.version_info[1]}":
        return Path(sys.executable)
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for path in sorted(root.glob(f"{version}.*/bin/python")):
        return path
    found = shutil.which(f"python{version}")
    # What lies on the path may stand for a version that is not installed, or not chosen.
    if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
        return Path(found)
    pytest.skip(f"no Python {version} on this machine")


@pytest.fixture
def install() -> Callable[..., Path]:
    """Return a function that installs itbench and more into a new environment of some Python."""

    def make(python: Path, venv: Path, *extras: str) -> Path:
        install_itbench(python, venv, *extras)
        return venv / "bin"

    return make


@pytest.fixture(scope="session")
def peers_python(machine_folder: Path) -> Path:
    """Return the Python of an environment with the readers of Harbor and every-eval-ever, made once for all test processes.

    Only what their models and validators import is installed beside them: all else that they need is hundreds of megabytes.
    """
    python, venv = _python_of("3.12"), machine_folder / "peers-venv"
    with locked(machine_folder / "peers-venv.lock"):
        if not (venv / "done").exists() and not (venv / "failed").exists():
            try:
                subprocess.run([python, "-m", "venv", "--without-pip", venv], check=True)
                install_packages(venv, *_PEERS_NEED)
                install_packages(venv, "--no-deps", *_PEERS)
                (venv / "done").touch()
            except (subprocess.SubprocessError, OSError) as error:
                (venv / "failed").write_text(str(error))
    if (venv / "failed").exists():
        pytest.skip(f"harbor and every-eval-ever cannot be installed: {(venv / 'failed').read_text()}")
    return venv / "bin" / "python"


@pytest.fixture
def peer(peers_python: Path, tmp_path: Path) -> Callable[..., str]:
    """Return a function that runs Python code with Harbor and every-eval-ever, and returns what it prints."""

    def run(code: str, *arguments: str | Path, text: str | None = None) -> str:
        done = subprocess.run(
            [peers_python, "-c", code, *arguments],
            cwd=tmp_path,
            input=text,
            capture_output=True,
            text=True,
            timeout=200,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    return run


_STEPS = """
import json, sys
from harbor.models.trajectories import Trajectory
head = {"schema_version": "ATIF-v1.8", "agent": {"name": "a", "version": "1"}}
made = Trajectory.model_validate(head | {"steps": json.load(sys.stdin)})
print(len(made.steps))
"""


@pytest.fixture
def atif_steps(peer: Callable[..., str]) -> Callable[..., list[JsonObject]]:
    """Return a function that makes ATIF steps of events, which Harbor's own models then take."""

    def make(events: Sequence[TraceEvent], instructions: str = "Do it.") -> list[JsonObject]:
        made = Steps(datetime(2026, 1, 1, tzinfo=UTC))
        for step in steps(events):
            made.take(step)
        found = made.finished(instructions, 9.0)
        assert peer(_STEPS, text=json.dumps(found)) == f"{len(found)}\n"
        return found

    return make


@pytest.fixture
def read_only() -> Callable[[Path], AbstractContextManager[None]]:
    """Return a context in which nobody can write in a folder."""
    return _read_only


@contextmanager
def _read_only(folder: Path) -> Iterator[None]:
    """Let nobody write in a folder: root may write wherever the file system lets anybody."""
    if os.geteuid() != 0:
        folder.chmod(0o555)
        try:
            yield
        finally:
            folder.chmod(0o755)
        return
    for options in (["--bind"], ["-o", "remount,bind,ro"]):
        done = subprocess.run(["mount", *options, folder, folder], capture_output=True, text=True)
        if done.returncode != 0:
            subprocess.run(["umount", "-l", folder], capture_output=True)
            pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def show_sandboxes(sandbox_cache: Path, cache: Path) -> None:
    """Make a cache that has the sandboxes of another one."""
    cache.mkdir(exist_ok=True)
    with suppress(FileExistsError):
        (cache / "sandbox").symlink_to(sandbox_cache / "sandbox")


def _copy_tasks(source: Path, target: Path, task_ids: Iterable[str]) -> None:
    for task_id in task_ids:
        shutil.copytree(source / "inputs" / task_id, target / "inputs" / task_id)
        for folder in ("truths", "records"):
            (target / folder).mkdir(exist_ok=True)
            shutil.copy2(source / folder / f"{task_id}.json", target / folder)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other test processes out."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install_itbench(python: Path, venv: Path, *extras: str) -> None:
    """Make a virtual environment and install itbench with the pinned versions, and what else is asked for.

    With uv, which takes a tenth of pip's processor time. Where it fails, as with an index that only pip's
    configuration names, pip does it.
    """
    # Not above: tests run in some of these environments, which have no uv.
    subprocess.run([python, "-m", "venv", "--without-pip", venv], check=True)
    packages = ["-c", str(REPOSITORY / "constraints.txt"), f"{REPOSITORY}[ciso,hub,seal]", *extras]
    # A built wheel is kept as long as pyproject.toml does not change, whatever becomes of the sources.
    install_packages(venv, *packages, uv_words=("--refresh-package", "itbench"))


def install_packages(venv: Path, *packages: str, uv_words: Sequence[str] = ()) -> None:
    """Install packages into an environment, with uv where it is there and works, else with pip."""
    program = str(venv / "bin" / "python")
    try:
        # Not above: tests run in some of these environments, which have no uv.
        from uv import find_uv_bin

        words = ["pip", "install", "--quiet", *uv_words, "--python", program, *packages]
        done = subprocess.run([find_uv_bin(), *words], capture_output=True, text=True, timeout=600)
        if done.returncode == 0:
            return
        print(f"uv failed, so pip installs: {done.stderr}")
    except ImportError:
        print("there is no uv, so pip installs")
    subprocess.run([program, "-m", "ensurepip"], capture_output=True, check=True)
    subprocess.run([program, "-m", "pip", "install", "--quiet", *packages], check=True, timeout=600)
