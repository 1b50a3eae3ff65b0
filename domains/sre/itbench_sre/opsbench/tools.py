"""The ten tools of one trial, answered from a recording, and the list of calls for the scorer."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from itbench import JsonObject, JsonValue, Tool, ToolError
from itbench_sre.opsbench.recording import Recording
from itbench_sre.opsbench.resources import Resources

# What a step is known by. Longer values name nothing that there is.
KEY_ARGUMENTS = ("resource_type", "name", "app_name", "node_name", "service_name", "port")
_LONGEST = 300


@cache
def tool_texts() -> dict[str, JsonObject]:
    """Return description, properties and required arguments of each tool by its name."""
    texts: dict[str, JsonObject] = json.loads(
        (files("itbench_sre.opsbench") / "tools.json").read_text("utf-8")
    )
    return texts


class CaseTools:
    """The tools of one trial.

    Attributes:
        calls: what was called, in order, for the scorer; whatever the agent does, only calls of tools are in it.
    """

    def __init__(self, recording: Recording, namespace: str, system: str) -> None:
        self._recording, self._namespace, self._system = recording, namespace, system
        self._resources = Resources(recording, namespace)
        self.calls: list[JsonObject] = []

    def offered(self) -> list[Tool]:
        """Return the tools for an agent."""
        answers: Mapping[str, Callable[..., JsonValue]] = {
            "GetResources": self._resources.get,
            "DescribeResource": self._resources.describe,
            "GetAppYAML": lambda app_name: self._of_service("GetAppYAML", app_name=app_name),
            "GetServiceDependencies": lambda service_name: self._of_service(
                "GetServiceDependencies", service_name=service_name
            ),
            "GetRecentLogs": self._recent_logs,
            "GetErrorLogs": self._error_logs,
            "CheckServiceConnectivity": self._connectivity,
            "CheckNodeServiceStatus": self._node_service,
            "GetClusterConfiguration": lambda: self._recording.answer("GetClusterConfiguration"),
            "GetAlerts": lambda: (
                self._recording.answer("GetAlerts") or "No active metric anomalies detected at this time."
            ),
        }
        return [self._tool(name, answers[name], text) for name, text in tool_texts().items()]

    def _tool(self, name: str, answer: Callable[..., JsonValue], text: JsonObject) -> Tool:
        properties, required = text["properties"], text["required"]

        def refused(arguments: JsonValue) -> None:
            self._note(name, arguments if isinstance(arguments, dict) else {}, is_error=True)

        async def call(**arguments: JsonValue) -> JsonValue:
            missing = [key for key in required if arguments.get(key) in (None, "")]
            self._note(name, arguments, is_error=bool(missing))
            if missing:
                raise ToolError(f"{name} needs {', '.join(missing)}")
            # As in the authors' program, arguments that a tool does not have are let pass.
            return answer(**{key: value for key, value in arguments.items() if key in properties})

        parameters = {"type": "object", "properties": properties, "required": required}
        return Tool(name=name, description=text["what"], parameters=parameters, call=call, refused=refused)

    def _note(self, tool: str, arguments: JsonObject, *, is_error: bool) -> None:
        kept = {key: _short(arguments[key]) for key in KEY_ARGUMENTS if key in arguments}
        self.calls.append({"tool": tool, "arguments": kept, "is_error": is_error})

    def _of_service(self, tool: str, **argument: JsonValue) -> JsonValue:
        ((_, name),) = argument.items()
        allowed = sorted(self._recording.services.get(tool, ()))
        if name not in allowed:
            return (
                f"Error: Error: Resource '{name}' is not in the allowed list of services for {self._system}. "
                f"Allowed: {allowed}"
            )
        return self._recording.answer(tool, **argument)

    def _logged(self, tool: str, service_name: str) -> str | None:
        allowed = sorted(self._recording.services.get("GetErrorLogs", ()))
        if service_name in allowed:
            return None
        return (
            f"Error: {tool} does not support service '{service_name}' for {self._system}. Allowed: {allowed}"
        )

    def _recent_logs(self, namespace: str, service_name: str) -> JsonValue:
        problem = self._logged("GetRecentLogs", service_name)
        if problem is not None:
            return problem
        if namespace != self._namespace:
            return (
                f"Error: GetRecentLogs expected namespace '{self._namespace}' for system '{self._system}', "
                f"got '{namespace}'."
            )
        sources = {
            service_name: f"From {service_name} logs:",
            f"{service_name}.previous": "From previous container logs:",
            f"{service_name}.istio-proxy": "From istio-proxy logs:",
        }
        blocks = [
            [head, *self._recording.logs[key]] for key, head in sources.items() if key in self._recording.logs
        ]
        lines = [line for block in blocks for line in ("", *block)][1:]
        return lines or f"No recent logs found for {service_name} in {namespace} namespace."

    def _error_logs(self, namespace: str, service_name: str) -> JsonValue:
        problem = self._logged("GetErrorLogs", service_name)
        if problem is not None:
            return f"Error: {problem}"
        found = self._recording.answer("GetErrorLogs", namespace=namespace, service_name=service_name)
        if found is None:
            return "Error: Error logs for the specified service are not available."
        is_clean = isinstance(found, dict) and (
            found.get("total_errors") == 0 or found.get("patterns", "-") in ([], {})
        )
        if not found or is_clean:
            return f"No error logs found for {service_name} in {namespace} namespace."
        return json.dumps(found, indent=2, ensure_ascii=False)

    def _connectivity(self, service_name: str, port: int, namespace: str) -> JsonValue:
        known = self._recording.services
        allowed = sorted({*known.get("CheckServiceConnectivity", ()), *known.get("GetAppYAML", ())})
        if service_name not in allowed:
            return (
                f"Error: Error: service '{service_name}' is not supported for connectivity checks in {self._system}. "
                f"Allowed: {allowed}"
            )
        found = self._recording.answer(
            "CheckServiceConnectivity", namespace=namespace, service_name=service_name, port=port
        )
        return "Connection failed" if found is None else found

    def _node_service(self, node_name: str, service_name: str) -> JsonValue:
        if service_name == "kube-scheduler" and node_name != "master":
            return (
                f"Error: '{service_name}' is not expected to run on node '{node_name}' in this benchmark setup. "
                "Query the 'master' node instead."
            )
        found = self._recording.answer(
            "CheckNodeServiceStatus", node_name=node_name, service_name=service_name
        )
        return found or (
            "Error: Status information for cluster control plane components is not available in the dataset"
        )


def _short(value: JsonValue) -> JsonValue:
    return value if value is None or isinstance(value, bool | int | float) else str(value)[:_LONGEST]
