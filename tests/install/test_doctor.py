"""`itbench doctor` where only itbench itself is installed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # It makes an environment and installs into it.

REPOSITORY = Path(__file__).resolve().parents[2]


def test_doctor_names_what_each_part_lacks_in_a_plain_install(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c"]
    subprocess.run([*install, REPOSITORY / "constraints.txt", REPOSITORY], check=True, timeout=300)
    done = subprocess.run(
        [python.with_name("itbench"), "doctor", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    found = {row["check"]: row for row in json.loads(done.stdout)}
    lacking = {name: row["status"] for name, row in found.items() if "pip install" in str(row)}
    assert {
        "agent react",
        "agent stirrup",
        "ciso: CEL, for admission policies",
        "huggingface_hub",
        "pyarrow",
    } <= set(lacking)
    assert set(lacking.values()) == {"note"}
    assert {found[f"domain {name}"]["status"] for name in ("sre", "finops", "ciso")} == {"ok"}
    assert "itbench sandbox build" in str(found["ciso: OPA, for Rego"])
