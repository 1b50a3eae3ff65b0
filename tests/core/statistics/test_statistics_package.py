"""The package as a whole: what it loads, and that its pages tell the truth."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import itbench.statistics

DOCS = Path(__file__).parents[3] / "docs"
PAGES = [DOCS / "reference" / "statistics.md", DOCS / "explanation" / "statistics-of-boards.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_are_true(page: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    example = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, page.name, str(page), 0)
    report: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(example, out=report.append)
    assert result.attempted >= 10
    assert result.failed == 0, "".join(report)


def test_every_public_function_is_on_a_page() -> None:
    page = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    functions = [name for name in itbench.statistics.__all__ if name[0].islower()]
    assert [name for name in functions if f"`{name}" not in page] == []


def test_statistics_need_nothing_but_the_standard_library() -> None:
    program = "import sys, itbench.statistics; print(*{name.partition('.')[0] for name in sys.modules})"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    loaded = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.split()
    assert "itbench" in loaded
    assert {"numpy", "scipy", "pydantic", "statistics"} & set(loaded) == set()


def test_public_names_are_sorted_and_exist() -> None:
    names = itbench.statistics.__all__
    assert names == sorted(names)
    assert all(hasattr(itbench.statistics, name) for name in names)
