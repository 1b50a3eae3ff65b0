"""Many trials at a time where few files may be open or few processes started: a right answer is never a zero."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from itbench.store.reader import RunFile

ADD = """
import json, os, re, sys
one, other = re.search(r"Add (\\d+) and (\\d+)", json.load(sys.stdin)["instructions"]).groups()
with open(os.environ["ITBENCH_ANSWER"], "w") as file:
    json.dump({"sum": int(one) + int(other)}, file)
"""
# As users start it, with what the tests have put on the path.
ITBENCH = [sys.executable, "-c", "from itbench.cli.main import main; main()"]
# A run is resumed until nothing is left to do, as its exit code asks for.
MOST_RESUMES = 5


@pytest.fixture
def bare_cache(cache_without_packages: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a test use a sandbox that has no packages, which these programs do not need."""
    monkeypatch.setenv("ITBENCH_CACHE", str(cache_without_packages))
    return cache_without_packages


def limited(limits: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run itbench under limits of the shell."""
    return subprocess.run(
        ["bash", "-c", f'{limits}; exec "$@"', "bash", *ITBENCH, *map(str, words)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=1200,
    )


def all_right(limits: str, trials: int, at_once: int, *agent: str) -> tuple[str, list[int]]:
    """Run so many right answers, resume until all is done; return what the run said, and all exit codes."""
    program = agent or ("-a", "command", "--", "python3", "-c", ADD)
    done = limited(limits, "run", "sums/many", "-n", str(trials), "--max-trials", str(at_once), *program)
    codes = [done.returncode]
    (path,) = Path("runs").glob("*.itbench")
    with RunFile(path) as run:
        stages = {row["fault_stage"] for row in run.connection.execute("SELECT fault_stage FROM trial")}
    assert stages <= {None, "environment"}, done.stderr
    while codes[-1] != 0 and len(codes) <= MOST_RESUMES:
        codes.append(limited(limits, "resume", path).returncode)
    found = json.loads(limited("true", "show", path, "--json").stdout)
    assert (found["trials_scored"], found["score"]) == (trials, 1.0), (codes, done.stderr)
    return done.stderr, codes


@pytest.mark.slow
def test_programs_in_sandboxes_under_few_descriptors_are_scored(
    sums: Path, bare_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow: 16 sandboxes."""
    monkeypatch.chdir(tmp_path)
    said, codes = all_right("ulimit -n 128", 16, 16)
    assert "concurrent trials and not 16: the limit of 128 open files allows no more; raise ulimit -n" in said
    assert codes == [0]


NEEDY = """
from dataclasses import replace
from itbench import Needs
from itbench_sums import DOMAIN, Sums

class Needy(Sums):
    def needs(self, task_id):
        return Needs(services=SERVICES)

DOMAIN = replace(DOMAIN, name="needy", suites=(Needy("many", 16),), needs_sandbox=True)
"""


@pytest.mark.slow
def test_services_of_a_world_leave_room_for_fewer_trials(
    sums: Path,
    distribution: Callable[..., Path],
    bare_cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Slow: two runs of 16 sandboxes in processes of their own."""
    monkeypatch.chdir(tmp_path)
    site = distribution(
        "needy", group="itbench.domains", points={"needy": "needy:DOMAIN"}, code={"needy": NEEDY}
    )
    told = []
    for services in (0, 2):
        (site / "needy.py").write_text(f"SERVICES = {services}\n{NEEDY}")
        done = limited("ulimit -n 128", "run", "needy", "-a", "adder", "--max-trials", "16")
        assert done.returncode == 0, done.stderr
        told.append(int(done.stderr.partition(" concurrent trials and not 16")[0].split()[-1]))
    assert 1 <= told[1] <= told[0] // 2


@pytest.mark.soak
@pytest.mark.parametrize(
    ("limits", "trials"), [("ulimit -n 256", 64), ("ulimit -Sn 256", 64), ("ulimit -n 1024", 200)]
)
def test_many_programs_in_sandboxes_under_few_descriptors_are_scored(
    limits: str,
    trials: int,
    sums: Path,
    bare_cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    _, codes = all_right(limits, trials, trials)
    assert codes == [0]


@pytest.mark.slow
def test_a_lack_that_comes_while_trials_run_is_the_environment_s_fault(
    sums: Path, bare_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    distribution: Callable[..., Path],
) -> None:  # fmt: skip
    """Slow: 14 sandboxes, and a resumption. A plugin stands for whatever else a process may hold."""
    monkeypatch.chdir(tmp_path)
    distribution(
        "itbench-thief", group="itbench.plugins", points={"thief": "thief:PLUGIN"}, code={"thief": THIEF}
    )
    _, codes = all_right("ulimit -n 256", 14, 12)
    assert codes == [1, 0]


THIEF = '''
import os
from pathlib import Path
from itbench.interfaces.hooks import hookimpl

class Thief:
    """Takes all descriptors but some while the first run runs."""

    @hookimpl
    def run_started(self, plan, path, done):
        if Path("stolen").exists():
            return
        Path("stolen").touch()
        self.held = []
        try:
            while True:
                self.held.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            for _ in range(30):
                os.close(self.held.pop())

PLUGIN = Thief()
'''
