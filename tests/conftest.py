"""Fixtures for all tests: fake distributions, the tiny domain `sums`, and the command line."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

SUMS = Path(__file__).parent / "plugins" / "sums" / "src"


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
