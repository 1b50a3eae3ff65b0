"""Calls of tools as steps, by the rules of the published evaluator."""

import re
from collections.abc import Mapping, Sequence

from itbench import JsonObject, JsonValue
from itbench_sre.opsbench.kinds import kind_of

_KEYS = {
    "GetResources": ("resource_type",),
    "DescribeResource": ("resource_type", "name"),
    "CheckNodeServiceStatus": ("node_name", "service_name"),
    "GetErrorLogs": ("service_name",),
    "GetRecentLogs": ("service_name",),
    "GetServiceDependencies": ("service_name",),
    "GetAppYAML": ("app_name",),
    "CheckServiceConnectivity": ("service_name", "port"),
}
_POD_NAMES = (
    re.compile(r"([a-z0-9-]+)-[a-f0-9]{8,10}-[a-z0-9]{4,6}\n?"),
    re.compile(r"([a-z0-9-]+)-[a-z0-9]{5}\n?"),
)


def step_of(call: JsonObject) -> str | None:
    """Return the step that a call is, such as `DescribeResource::pods::cart`; None for an invalid one."""
    tool, arguments = call["tool"], call["arguments"]
    values = [arguments.get(key) for key in _KEYS.get(tool, ())]
    if call["is_error"] or any(value is None or not str(value).strip() for value in values):
        return None
    if "resource_type" in _KEYS.get(tool, ()):
        spelling = str(values[0]).strip().lower()
        values[0] = kind_of(spelling) or spelling
        if values[0] == "pods" and len(values) > 1:
            return f"{tool}::pods::{_without_suffix(values[1])}"
    return "::".join([tool, *(str(value).strip() for value in values or [""])])


def coverage_by_workload(steps: Sequence[str], paths: Mapping[str, Sequence[str]]) -> float:
    """Return the best coverage of a path if longer names of the same object count too.

    The paths name a ReplicaSet or a claim by its workload, as in `DescribeResource::replicasets::cart`; a call has to name it in
    full, `cart-5b9f6c7d8`, which the published evaluator does not take for the same.
    """

    def covered(expert: str) -> bool:
        return any(
            step == expert or (expert.count("::") > 1 and step.startswith(f"{expert}-")) for step in steps
        )

    shares = [sum(map(covered, set(path))) / len(set(path)) for path in paths.values() if path]
    return max(shares, default=1.0)


def _without_suffix(name: JsonValue) -> str:
    for pattern in _POD_NAMES if isinstance(name, str) else ():
        found = pattern.fullmatch(name)
        if found is not None:
            return found[1]
    return str(name)
