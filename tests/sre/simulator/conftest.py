"""Incidents are costly to make (about a second): each is made once for all tests."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from itbench_sre.simulator import IncidentSpec, embedded_specs, make_incident

if TYPE_CHECKING:
    from pathlib import Path

csv.field_size_limit(sys.maxsize)


@dataclass
class Made:
    """One incident on disk."""

    spec: IncidentSpec
    path: Path
    truth: dict[str, Any]

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.path / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter="\t"))

    def events(self) -> list[dict[str, Any]]:
        bodies = [json.loads(row["Body"]) for row in self.rows("k8s_events_raw.tsv")]
        return [body["object"] for body in bodies if "involvedObject" in body["object"]]

    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(row["Body"]) for row in self.rows("k8s_objects_raw.tsv")]

    @property
    def root(self) -> dict[str, Any]:
        root: dict[str, Any]
        (root,) = [group for group in self.truth["groups"] if group.get("root_cause")]
        return root


@dataclass
class Maker:
    """Makes the embedded incidents when they are first asked for."""

    directory: Path
    made: dict[str, Made] = field(default_factory=dict)

    def by_mechanism(self, mechanism: str) -> Made:
        (spec,) = [spec for spec in embedded_specs() if spec.mechanism == mechanism]
        return self.by_spec(spec)

    def as_easy(self, mechanism: str) -> Made:
        """Return the embedded incident of a mechanism without what makes it harder."""
        (spec,) = [spec for spec in embedded_specs() if spec.mechanism == mechanism]
        return self.by_spec(
            spec if spec.difficulty == 0 else replace(spec, id=f"{spec.id}-easy", difficulty=0)
        )

    def by_spec(self, spec: IncidentSpec) -> Made:
        if spec.id not in self.made:
            path = self.directory / spec.id
            self.made[spec.id] = Made(spec, path, make_incident(spec, path))
        return self.made[spec.id]


@pytest.fixture(scope="session")
def incidents(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return Maker(tmp_path_factory.mktemp("incidents"))
