"""Tasks that are made are pinned with their truths, in one way for all domains."""

from pathlib import Path
from typing import Any

import pytest

from itbench import DataError
from itbench.kit.generated.digests import digest_of
from itbench.kit.generated.suite import GeneratedSuite
from itbench.plugins.domains import domain_host

SUITES = [
    pytest.param(suite, id=f"{plugin.name}/{suite.name}")
    for plugin in domain_host().listing()
    if plugin.value is not None
    for suite in plugin.value.suites
    if isinstance(suite, GeneratedSuite)
]


def test_the_suites_of_all_domains_are_found() -> None:
    assert len(SUITES) >= 6


@pytest.mark.parametrize("suite", SUITES)
def test_every_embedded_task_of_every_domain_is_pinned(suite: GeneratedSuite) -> None:
    ids = [job.id for job in suite.jobs()]
    assert len(ids) == suite.embedded
    assert set(ids) <= set(suite.pinned())
    assert all(len(digest) == 64 for digest in suite.pinned().values())


@pytest.mark.parametrize("part", ["file", "hidden", "truth"])
def test_a_task_that_comes_out_otherwise_is_refused(part: str, quarry: Any, tmp_path: Path) -> None:
    stones, truth = quarry.stones(), quarry.make_stone(quarry.Stone("stone-1", 1), tmp_path / "inputs")
    if part == "truth":
        truth["weight"] = 3
    else:
        (tmp_path / {"file": "inputs", "hidden": "hidden"}[part] / "stone.txt").write_text("blue")
    stones.digests["stone-1"] = digest_of(tmp_path / "inputs", truth, tmp_path / "hidden")
    with pytest.raises(DataError, match="task stone-1 came out with hash"):
        quarry.make_here(stones)
