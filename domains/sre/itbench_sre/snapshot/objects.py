"""Kubernetes objects, pulled every five minutes, and how each one changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from itbench import JsonObject
from itbench_sre.snapshot.differences import meaningful
from itbench_sre.snapshot.records import parse_body
from itbench_sre.snapshot.tsv import open_table
from itbench_sre.snapshot.values import parse_time

FILE_NAME = "k8s_objects_raw.tsv"


@dataclass(frozen=True, slots=True)
class ObjectId:
    """What object it is; the namespace is empty where it is cluster-scoped."""

    namespace: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace or 'cluster'}/{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """An object as one pull saw it."""

    seen_ns: int
    id: ObjectId
    body: JsonObject


@dataclass(slots=True)
class ObjectHistory:
    """An object over time.

    Attributes:
        versions: the first sight of each version that differs in more than noise from the one before.
        first_ns: the first pull that saw it.
        last_ns: the last pull that saw it.
        pulls: how many saw it.
    """

    id: ObjectId
    versions: list[ObjectVersion] = field(default_factory=list)
    first_ns: int = 0
    last_ns: int = 0
    pulls: int = 0


def read_objects(
    path: Path,
    *,
    is_wanted: Callable[[ObjectId], bool] = lambda _: True,
    faults: list[str] | None = None,
) -> Iterator[ObjectVersion]:
    """Yield every pulled object in file order.

    Raises:
        DataError: the file or a row cannot be read; rows are told of in `faults` instead where given.
    """
    with open_table(path, required=("Timestamp", "Body"), faults=faults) as table:
        time, body = table.position["Timestamp"], table.position["Body"]
        for version in table.records(lambda row: parse_object(parse_body(row[body]), parse_time(row[time]))):
            if is_wanted(version.id):
                yield version


def parse_object(body: JsonObject, seen_ns: int) -> ObjectVersion:
    """Return an object with its identity; a watch envelope around it is taken off.

    Raises:
        ValueError: it has no kind or no name.
    """
    if "kind" not in body and isinstance(body.get("object"), dict):
        body = body["object"]
    metadata = body.get("metadata")
    kind = body.get("kind")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(kind, str) or not isinstance(name, str):
        raise ValueError(f"an object without kind or metadata.name, found kind {kind!r} and name {name!r}")  # noqa: TRY004 - bad data, not a bad call
    return ObjectVersion(seen_ns, ObjectId(str(metadata.get("namespace") or ""), kind, name), body)


def read_histories(
    path: Path,
    *,
    is_wanted: Callable[[ObjectId], bool] = lambda _: True,
    faults: list[str] | None = None,
) -> dict[ObjectId, ObjectHistory]:
    """Return each object's history; only versions that differ in more than noise are kept in memory.

    Raises:
        DataError: the file or a row cannot be read; rows are told of in `faults` instead where given.
    """
    histories: dict[ObjectId, ObjectHistory] = {}
    for version in read_objects(path, is_wanted=is_wanted, faults=faults):
        history = histories.setdefault(version.id, ObjectHistory(version.id, first_ns=version.seen_ns))
        history.first_ns = min(history.first_ns, version.seen_ns)
        history.last_ns = max(history.last_ns, version.seen_ns)
        history.pulls += 1
        if not history.versions or meaningful(history.versions[-1].body) != meaningful(version.body):
            history.versions.append(version)
    return histories
