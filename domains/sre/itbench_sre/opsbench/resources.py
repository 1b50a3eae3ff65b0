"""What `GetResources` and `DescribeResource` answer, misses as the authors' tools word them."""

from collections.abc import Iterable

from itbench import JsonObject, JsonValue
from itbench_sre.opsbench.kinds import CLUSTER_KINDS, kind_of
from itbench_sre.opsbench.recording import Recording

_SELECTED_KINDS = frozenset({"pods", "services", "deployments", "persistentvolumeclaims"})
_YAML_KINDS = (
    "configmaps", "deployments", "ingresses", "networkpolicies", "secrets", "serviceaccounts", "services", "statefulsets",
)  # fmt: skip


class Resources:
    """The recorded objects of one case.

    Args:
        recording: of the case.
        home: the namespace of the application.
    """

    def __init__(self, recording: Recording, home: str) -> None:
        self._recording = recording
        self._home = home

    def get(
        self, resource_type: str, namespace: str | None = None, name: str | None = None, **flags: JsonValue
    ) -> JsonValue:
        """Return what `kubectl get` printed; flags are show_labels, output_wide, output_yaml and label_selector."""
        kind = kind_of(resource_type)
        if kind is None:
            return f"Error: Unknown resource type '{resource_type}'"
        flags["label_selector"] = selector = str(flags.get("label_selector") or "").strip()
        problem = _problem(kind, namespace, name, flags)
        if problem is not None:
            return problem
        found = self._found("GetResources", kind, namespace, name=name, **flags)
        if found:
            return found
        if flags.get("output_yaml"):
            state = f'not recorded in namespace "{namespace}"' if found is None else "empty or not available"
            return f'Error: YAML snapshot for {kind} "{name}" is {state}.'
        if selector:
            return self._selected(kind, namespace, name, flags)
        if found is None and name:
            return _not_found(kind, kind, name, namespace)
        return (
            f"No {kind} found." if kind in CLUSTER_KINDS else f"No resources found in {namespace} namespace."
        )

    def describe(self, resource_type: str, name: str, namespace: str | None = None) -> JsonValue:
        """Return what `kubectl describe` printed."""
        kind = kind_of(resource_type)
        if not name:
            return "Error: Error: 'DescribeResource' command requires a specific 'name'."
        if kind is None:
            return f"Error: Unknown resource type '{resource_type}'"
        if kind == "namespaces":
            return (
                "Error: Describing namespaces is not supported in this benchmark. "
                'Use `GetResources(resource_type="namespaces")` instead.'
            )
        if kind not in CLUSTER_KINDS and not namespace:
            return "Error: Error: 'DescribeResource' command requires a specific 'namespace'."
        found = self._found("DescribeResource", kind, namespace, name=name)
        return _not_found(kind, resource_type, name, namespace) if found is None else found

    def _found(self, tool: str, kind: str, namespace: str | None, **more: JsonValue) -> JsonValue:
        places = [None, self._home] if kind in CLUSTER_KINDS else [namespace]
        answers = (
            self._recording.answer(tool, resource_type=kind, namespace=place, **more) for place in places
        )
        return next((answer for answer in answers if answer is not None), None)

    def _selected(self, kind: str, namespace: str | None, name: str | None, flags: JsonObject) -> JsonValue:
        """Return those rows of a recorded table that another recorded table says the selector selects."""

        def table(**more: JsonValue) -> list[str]:
            found = self._found("GetResources", kind, namespace, name=name, **more)
            return [line for line in str(found or "").splitlines() if line.strip()]

        told = str(flags["label_selector"])
        selector = "=".join(part.strip() for part in told.split("="))
        names = (
            _names(table(label_selector=told))
            or _names(table(show_labels=True), holding=selector)
            or _names(row for row in table(output_wide=True) if row.split()[-1] in {selector, "SELECTOR"})
        )
        rows = table(**{**flags, "label_selector": ""})
        chosen = [row for row in rows[1:] if row.split()[0] in names]
        return "\n".join([rows[0], *chosen]) if chosen else f'No matching {kind} found for selector "{told}".'


def _problem(kind: str, namespace: str | None, name: str | None, flags: JsonObject) -> str | None:
    selector, is_yaml = str(flags["label_selector"]), flags.get("output_yaml")
    tables = [flag for flag in ("show_labels", "output_wide") if flags.get(flag)]
    is_pair = selector.count("=") == 1 and all(part.strip() for part in selector.split("="))
    problems = {
        "Error: 'GetResources' command requires a specific 'namespace'.": kind not in CLUSTER_KINDS
        and not namespace,
        f"label_selector is not supported for {kind} in this benchmark. Please query all {kind} in the namespace and "
        "manually inspect.": selector and kind not in _SELECTED_KINDS,
        "Error: Only simple label selectors in the form 'key=value' are supported.": selector and not is_pair,
        "Error: Only one of '--show-labels' or '-o wide' can be specified at a time for kubectl get.": len(
            tables
        )
        > 1,
        "Error: 'output_yaml' cannot be combined with 'show_labels' or 'output_wide'.": is_yaml and tables,
        f"output_yaml is only supported for single named resources of types {list(_YAML_KINDS)}.": is_yaml
        and kind not in _YAML_KINDS,
        "Error: 'output_yaml' requires a specific resource 'name'; list queries are not supported.": is_yaml
        and not name,
    }
    return next((f"Error: {text}" for text, is_so in problems.items() if is_so), None)


def _names(rows: Iterable[str], holding: str = "") -> set[str]:
    return {row.split()[0] for row in list(rows)[1:] if holding in row}


def _not_found(kind: str, spelling: str, name: str, namespace: str | None) -> str:
    if kind in CLUSTER_KINDS:
        return f'Error from server (NotFound): {kind} "{name}" not found'
    return f'Error from server (NotFound): {spelling} "{name}" not found in namespace "{namespace}"'
