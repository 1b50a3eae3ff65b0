"""Every command that a page shows is run, in order, as a reader would type it."""

import fcntl
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

# Slow: it installs itbench into an environment of its own and runs whole suites.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

REPOSITORY = Path(__file__).resolve().parents[2]
RUNNING = f"{sys.version_info[0]}.{sys.version_info[1]}"
README = REPOSITORY / "README.md"
GETTING_STARTED = REPOSITORY / "docs" / "tutorial" / "getting-started.md"
PAGES = [README, *sorted((REPOSITORY / "docs").rglob("*.md"))]
BESIDE = ("CHANGELOG.md", "CONTRIBUTING.md", "RELEASING.md", "SECURITY.md")
# What a newcomer has after `git clone`; the rest of a checkout is made.
CLONED = (
    "core",
    "domains",
    "schemas",
    "Makefile",
    "pyproject.toml",
    "constraints.txt",
    "README.md",
    "LICENSE",
)
BLOCK = re.compile(
    r'^```(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL
)
LINK = re.compile(r"\]\((?P<target>[^)#:]+)\)")


def name_of(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def script_of(page: str) -> str:
    """Return all that a reader does, in order: commands of console blocks, and files that a title names.

    A line of a console block that begins with `> ` continues the command before it.
    """
    lines = []
    for block in BLOCK.finditer(page):
        if block["title"]:
            path = block["title"]
            lines += [f"mkdir -p '{Path(path).parent}'", f"cat > '{path}' <<'END-OF-FILE'"]
            lines += [block["text"].removesuffix("\n"), "END-OF-FILE"]
        elif block["kind"] == "console":
            lines += [line[2:] for line in block["text"].splitlines() if line.startswith(("$ ", "> "))]
    return "\n".join(lines)


def failure_of(script: str, folder: Path, variables: dict[str, str]) -> str:
    """Run it as a reader's shell would, but stop at the first command that fails; return what it said, if one did."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ITBENCH", "HF_"))}
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail -x\n{script}"],
        cwd=folder,
        env=kept | variables,
        capture_output=True,
        text=True,
        timeout=800,
    )
    return "" if done.returncode == 0 else f"{done.returncode}: {done.stdout[-2000:]}{done.stderr[-3000:]}"


@contextmanager
def small_hub(folder: Path) -> Iterator[dict[str, str]]:
    """Serve a small dataset of made-up incidents as the hub would, and lay it out as `lite`."""
    here = REPOSITORY / "tests" / "sre" / "published"
    serve = runpy.run_path(str(REPOSITORY / "tests" / "core" / "kit" / "published" / "hub_server.py"))[
        "serve"
    ]
    scenario_files = runpy.run_path(str(here / "conftest.py"))["scenario_files"]
    files = {
        f"snapshots/sre/v0.2-made-up/Scenario-{number}/{path}": data
        for number in (2, 5, 11)
        for path, data in scenario_files(number).items()
    }
    for path, data in files.items():
        target = folder / "lite" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    with serve("ibm-research/ITBench-Lite", files) as hub:
        yield {"HF_ENDPOINT": hub.url, "HF_HOME": str(folder / "hub"), "HF_HUB_DISABLE_XET": "1"}


def small_clone(folder: Path) -> dict[str, str]:
    """Make a Git repository of made-up cases in the layout of Cloud-OpsBench, and a cache of its own for what is fetched."""
    write_case = runpy.run_path(str(REPOSITORY / "tests" / "sre" / "opsbench" / "conftest.py"))["write_case"]
    root = folder / "origin"
    for number, inside in enumerate(("scheduling/7", "service/2", "runtime/1"), start=1):
        write_case(root, f"boutique/{inside}", number)
    commit = ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "cases"]
    for words in (["init", "-q"], ["add", "-A"], commit):
        subprocess.run(["git", *words], cwd=root, check=True)
    return {"CLOUD_OPSBENCH": root.as_uri(), "ITBENCH_CACHE": str(folder / "own-cache")}


@dataclass(frozen=True)
class Newcomer:
    """A folder in which somebody cloned the repository and ran `make run`, and nothing else."""

    folder: Path
    python: Path
    cache: Path

    @property
    def clone(self) -> Path:
        return self.folder / "clone"

    @property
    def doctor(self) -> Path:
        """The file with what `itbench doctor` said then, in a cache with nothing in it."""
        return self.folder / "doctor.json"

    @property
    def variables(self) -> dict[str, str]:
        return {
            "ITBENCH_CACHE": str(self.cache),
            "HOME": str(self.folder),
            # Of this machine: what was fetched once is not fetched again.
            "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache/pip")),
            "PYTHON": str(self.python.resolve()),
        }

    def begin(self) -> None:
        self.clone.mkdir()
        for name in CLONED:
            source = REPOSITORY / name
            if source.is_dir():
                shutil.copytree(source, self.clone / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, self.clone / name)
        assert failure_of("make run", self.clone, self.variables) == ""
        empty = self.variables | {"ITBENCH_CACHE": str(self.folder / "empty")}
        command = "clone/.venv/bin/itbench doctor --json > said.json || true; mv said.json doctor.json"
        assert failure_of(command, self.folder, empty) == ""


@pytest.fixture
def newcomer(
    machine_folder: Path, incident_cache: Path, python_of: Callable[[str], Path]
) -> Callable[[str], Newcomer]:
    """Return a function that tells where `make run` was run with some Python, once for all tests."""

    def make(version: str) -> Newcomer:
        found = Newcomer(machine_folder / f"newcomer-{version}", python_of(version), incident_cache)
        found.folder.mkdir(exist_ok=True)
        with (found.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not found.doctor.exists():
                found.begin()
        return found

    return make


@pytest.mark.parametrize(
    "version",
    [
        pytest.param(each, marks=[] if each == RUNNING else [pytest.mark.soak])
        for each in ("3.11", "3.12", "3.13")
    ],
)
def test_readme_and_getting_started_work_from_top_to_bottom_in_a_clone(
    version: str, newcomer: Callable[[str], Newcomer]
) -> None:
    """`make run` first, then every command of both pages in the same folder, in the environment that it made."""
    script = "\n".join([script_of(README.read_text()), script_of(GETTING_STARTED.read_text())])
    assert script.count("itbench run sre") > 6
    found = newcomer(version)
    with small_hub(found.clone) as hub:
        assert failure_of(script, found.clone, found.variables | hub) == ""
    assert len(list((found.clone / "runs").glob("*-baseline-*.itbench"))) >= 3


def test_doctor_names_what_each_part_lacks_after_make_run(newcomer: Callable[[str], Newcomer]) -> None:
    found = {row["check"]: row for row in json.loads(newcomer(RUNNING).doctor.read_text())}
    lacking = {name: row["status"] for name, row in found.items() if "pip install" in str(row)}
    assert {
        "agent react",
        "agent stirrup",
        "ciso: CEL, for admission policies",
        "huggingface_hub",
        "jinja2",
        "pyarrow",
        "uvicorn",
    } <= set(lacking)
    assert set(lacking.values()) == {"note"}
    assert {found[f"domain {name}"]["status"] for name in ("sre", "finops", "ciso")} == {"ok"}
    assert "itbench sandbox build" in str(found["ciso: OPA, for Rego"])


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page not in (README, GETTING_STARTED)], ids=name_of
)
def test_every_command_of_a_page_works(
    page: Path, installed: Path, incident_cache: Path, tmp_path: Path
) -> None:
    text = page.read_text()
    script = script_of(text)
    if not script:
        pytest.skip("the page shows no command")
    with small_hub(tmp_path) as hub:
        variables = hub | {
            "PATH": f"{installed}{os.pathsep}{os.environ['PATH']}",
            "ITBENCH_CACHE": str(incident_cache),
            "HOME": os.environ.get("HOME", str(tmp_path)),
        }
        if "$CLOUD_OPSBENCH" in script:
            variables |= small_clone(tmp_path)
        assert failure_of(script, tmp_path, variables) == ""
    for path in tmp_path.glob("*/pyproject.toml"):
        name = tomllib.loads(path.read_text())["project"]["name"]
        subprocess.run([installed / "pip", "uninstall", "--quiet", "--yes", name], check=True)


def test_every_link_of_a_page_leads_somewhere() -> None:
    links = [
        (page, target)
        for page in [*PAGES, *(REPOSITORY / name for name in BESIDE)]
        for target in LINK.findall(page.read_text())
    ]
    assert len(links) > 100
    assert [(name_of(page), target) for page, target in links if not (page.parent / target).exists()] == []


def test_the_two_set_up_commands_of_the_readme_are_targets_of_the_makefile() -> None:
    targets = re.findall(r"^make (\w+)", (REPOSITORY / "README.md").read_text(), re.MULTILINE)
    assert targets == ["run", "test"]
    makefile = (REPOSITORY / "Makefile").read_text()
    assert all(f"\n{target}: " in makefile for target in targets)
    assert "make test" in (REPOSITORY / ".ci" / "run").read_text()


def test_every_command_of_the_program_is_on_the_page_about_it() -> None:
    from itbench.cli.app import build_app

    text = (REPOSITORY / "docs" / "reference" / "cli.md").read_text()
    missing = [
        command.name for command in build_app(["run"]).registered_commands if f"`{command.name}" not in text
    ]
    assert missing == []
