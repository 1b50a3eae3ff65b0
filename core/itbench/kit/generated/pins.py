"""Pinned hashes of tasks that are made from seeds: every machine must make the same bytes."""

import json
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from itbench.host.output_file import write_output
from itbench.kit.generated.digests import digest_of
from itbench.kit.generated.suite import GeneratedSuite


def read_manifest(path: Path) -> dict[str, str]:
    """Return the pinned hash of each embedded task by its id."""
    manifest: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def make_manifest(suites: Iterable[GeneratedSuite]) -> dict[str, str]:
    """Make all tasks of these suites, throw them away, and return their hashes by id."""
    found: dict[str, str] = {}
    for suite in suites:
        for job in suite.jobs():
            with TemporaryDirectory() as name:
                inputs = Path(name) / "inputs"
                truth = job.make(inputs)
                found[job.id] = digest_of(inputs, truth, inputs.with_name("hidden"))
    return found


def write_manifest(path: Path, manifest: dict[str, str]) -> None:
    """Pin these hashes."""
    write_output(path, json.dumps(manifest, indent=1) + "\n")
