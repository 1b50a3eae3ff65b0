"""Which requests of a trial hold all messages of which others, so that few pages show them all."""

from collections.abc import Mapping
from dataclasses import dataclass

from itbench.interfaces.events import EventKind
from itbench.store.reader import RunFile

_REQUESTS = """
SELECT position, json_extract(data, '$.number') AS number, json_extract(data, '$.after') AS after,
    coalesce(json_extract(data, '$.from'), 0) AS first, coalesce(json_array_length(data, '$.messages'), 0) AS told
FROM event WHERE trial = ? AND kind = ? AND json_valid(data) AND json_extract(data, '$.role') IS NULL ORDER BY position
"""


@dataclass(frozen=True, slots=True)
class _Request:
    position: int
    count: int


def whole_requests(run: RunFile, trial: int) -> Mapping[int, tuple[int, int]]:
    """Return, for the position of each request, that of a later one that begins with all its messages, and how many these are."""
    requests: dict[int, _Request] = {}
    longer: dict[int, int] = {}
    for row in run.connection.execute(_REQUESTS, (trial, str(EventKind.REQUEST))):
        before = requests.get(row["after"]) if row["after"] is not None else None
        if not isinstance(row["number"], int) or not isinstance(row["first"], int):
            continue
        if before is not None and row["first"] >= before.count:
            longer[before.position] = row["position"]
        requests[row["number"]] = _Request(row["position"], row["first"] + row["told"])
    return {each.position: (_last(each.position, longer), each.count) for each in requests.values()}


def _last(position: int, longer: Mapping[int, int]) -> int:
    while position in longer:
        position = longer[position]
    return position
