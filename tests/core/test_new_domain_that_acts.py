"""`itbench new-domain --kind acting` writes a domain with a server in a sandbox, which works as it stands."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from itbench.store.reader import RunFile
from itbench.validation.scaffold.kind import Kind
from itbench.validation.scaffold.write import write_domain

# Slow: each test opens sandboxes; without any on this machine, `plain_sandbox` skips them with the reason.
pytestmark = pytest.mark.slow

NAME, MODULE = "web-ops", "itbench_web_ops"


@pytest.fixture
def written(
    cache_without_packages: Path,
    distribution: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Path]:
    """Write the domain and install it for one test, with a sandbox without the packages that it does not need."""
    folder = tmp_path / "written"
    write_domain(NAME, folder, Kind.ACTING)
    monkeypatch.syspath_prepend(str(folder / "src"))
    distribution(
        f"itbench-{NAME}", group="itbench.domains", points={NAME: f"{MODULE}.domain:DOMAIN"}, code={}
    )
    monkeypatch.setenv("ITBENCH_CACHE", str(cache_without_packages))
    yield folder
    for module in [name for name in sys.modules if name.split(".")[0] == MODULE]:
        del sys.modules[module]


def test_it_passes_its_own_tests(written: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"],
        cwd=written,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout


def test_validate_finds_nothing(written: Path, itbench: Callable[..., Any]) -> None:
    done = itbench("validate", NAME, "--json")
    assert done.code == 0, done.out + done.err
    report = json.loads(done.out)
    assert (report["tasks"], report["findings"]) == (2, [])


@pytest.mark.parametrize(("agent", "score"), [("oracle", 1.0), ("baseline", 0.5), ("null", 0.0)])
def test_who_repairs_the_server_scores(
    agent: str, score: float, written: Path, itbench: Callable[..., Any]
) -> None:
    done = itbench("run", NAME, "--agent", agent, "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["score"], told["faults"], told["trials_scored"]) == (score, {}, 2)


BREAK = """
import urllib.request as r
for name, value in SETTINGS.items():
    r.urlopen(r.Request("http://app:8080/settings/" + name, value.encode(), method="PUT"), timeout=20)
"""


@pytest.mark.parametrize(
    ("settings", "value", "reason"),
    [
        ({"workers": "many"}, 0.0, "the shop does not start with the settings that were stored"),
        ({"workers": "4", "stock_path": "/stock", "currency": "USD"}, 0.0, None),
        ({"workers": "4", "stock_path": "/stock"}, 1.0, None),
    ],
)
def test_the_end_state_is_what_the_server_says(
    settings: dict[str, str],
    value: float,
    reason: str | None,
    written: Path,
    itbench: Callable[..., Any],
) -> None:
    """An agent that is a program acts through the network of its workspace and through `itbench-tool`."""
    program = f"SETTINGS = {settings!r}\n{BREAK}"
    script = f"python3 -c '{program.replace(chr(39), chr(34))}'; itbench-tool restart_app '{{}}'; true"
    done = itbench("run", NAME, "-n", "1", "--agent", "command", "--", "sh", "-c", script)
    (path,) = Path("runs").glob("*.itbench")
    with RunFile(path) as run:
        (trial,) = run.connection.execute("SELECT value, fault_stage, fault FROM outcome").fetchall()
    assert trial["value"] == value, done.err
    if reason is not None:
        assert (trial["fault_stage"], reason in trial["fault"]) == ("agent", True)
