"""Bringing the dataset: what is asked of the hub, and what happens when it says no."""

from pathlib import Path
from typing import Any

import pytest

from itbench.errors import DataError
from itbench_ciso.published.suite import ITBENCH_LITE

huggingface_hub = pytest.importorskip("huggingface_hub")


@pytest.mark.slow
def test_only_the_tasks_that_were_asked_for_are_brought(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Any] = []

    def download(repository: str, **more: Any) -> str:
        asked.append((repository, more["allow_patterns"]))
        return str(tmp_path)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    assert ITBENCH_LITE.fetch() == tmp_path
    ITBENCH_LITE.fetch(["k8s-opa-static-cis-5.1.1"])
    assert asked == [
        ("ibm-research/ITBench-Lite", ["snapshots/ciso/*"]),
        ("ibm-research/ITBench-Lite", ["snapshots/ciso/*/k8s-opa-static-cis-5.1.1/*"]),
    ]


def test_a_hub_that_does_not_answer_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> str:
        raise OSError("no route\nto host")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(
        DataError, match="could not be downloaded: OSError: no route to host; the same command resumes"
    ):
        ITBENCH_LITE.fetch()
