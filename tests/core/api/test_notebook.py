"""The example notebook, and the interrupt of a kernel, in a real kernel."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import itbench

REPOSITORY = Path(__file__).resolve().parents[3]
NOTEBOOK = REPOSITORY / "examples" / "runs.ipynb"
# Of the packages of Jupyter, with one another.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
SET_UP = """
import itbench
class Ended:
    @itbench.hookimpl
    def trial_finished(self, record):
        open("ended-" + record.key.task, "w").close()
"""


@pytest.fixture
def own_jupyter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep a kernel away from the user's folders, and let it see what the test sees."""
    pytest.importorskip("ipykernel", reason="needs the extra 'test': pip install '.[test]'")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))


@pytest.fixture
def kernel(patient: None, own_jupyter: None) -> Iterator[Any]:
    manager = pytest.importorskip("jupyter_client").manager
    running, client = manager.start_new_kernel(startup_timeout=120)
    yield running, client
    client.stop_channels()
    running.shutdown_kernel(now=True)


def test_the_interrupt_of_a_kernel_ends_a_run_cleanly_and_the_next_cell_resumes_it(kernel: Any) -> None:
    running, client = kernel
    assert reply(client, SET_UP)["status"] == "ok"
    for call in ("itbench.run", "await itbench.run_async"):
        sent = client.execute(
            f'{call}("patient", agent="patient:waits=1", limit=4, hooks=[Ended()])', stop_on_error=False
        )
        while len(list(Path().glob("ended-*"))) < 2:
            assert running.is_alive()
            threading.Event().wait(0.05)
        running.interrupt_kernel()
        ended = client._recv_reply(sent, timeout=60)["content"]
        assert ended["ename"] in {"KeyboardInterrupt", "CancelledError"}, ended
        assert "resume it with itbench.resume" in "".join(ended["traceback"])
        (path,) = Path("runs").glob("*.itbench")
        Path("go").touch()
        assert (
            reply(client, 'run = itbench.resume("latest"); assert run.summary().is_sound')["status"] == "ok"
        )
        assert [trial.key.attempt for trial in itbench.open_run(path).trials()] == [0] * 4
        for each in (path, Path("go"), *Path().glob("ended-*")):
            each.unlink()


def reply(client: Any, code: str) -> Any:
    return client._recv_reply(client.execute(code), timeout=120)["content"]


def test_the_example_notebook_runs_and_is_kept_without_outputs(
    incident_cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own_jupyter: None
) -> None:
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell for cell in cells if cell.outputs or cell.execution_count] == []
    monkeypatch.setenv("ITBENCH_CACHE", str(incident_cache))
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert "over 4 of 4 trials" in cells[1].outputs[0].data["text/plain"]
    assert "over 2 of 2 trials" in cells[2].outputs[0].data["text/plain"]
    assert "shape: (2, 2)" in cells[-1].outputs[0].data["text/plain"]
