"""Fixtures of the FinOps tests: the domain on the command line, and its tasks made once for all tests."""

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _shared_sandbox(shared_sandbox: None) -> None:
    """Make no sandbox anew for each test."""


@pytest.fixture
def finops(distribution: Callable[..., Path]) -> None:
    """Make the domain known to the command line, where it is not installed with itbench."""
    if "finops" not in {point.name for point in entry_points(group="itbench.domains")}:
        points = {"finops": "itbench_finops.domain:DOMAIN"}
        distribution("itbench-finops-for-tests", group="itbench.domains", points=points, code={})


@pytest.fixture
def made(finops_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the domain find its embedded tasks in the shared cache."""
    monkeypatch.setenv("ITBENCH_CACHE", str(finops_cache))
    return finops_cache


@pytest.fixture(scope="session")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay three simulated anomalies out as ITBench-Lite does: no FOCUS table, and the truth beside the data."""
    import yaml

    from itbench_finops.bills.anomaly import make_anomaly
    from itbench_finops.bills.specs import draw_specs

    root = tmp_path_factory.mktemp("lite")
    for number, drawn in zip((1, 2, 10), draw_specs(4711, 3), strict=True):
        spec = replace(drawn, days=75, resources=40)
        folder = root / "snapshots" / "finops" / "v0.1-finops-anomaly" / f"Scenario-{number}"
        truth = make_anomaly(spec, folder)
        (folder / "focus.csv").unlink()
        resources = [{"name": each["name"], "type": each["type"]} for each in truth["resource"]]
        (folder / "ground_truth.yaml").write_text(yaml.safe_dump({"id": number, "resource": resources}))
    return root
