"""What the ten tools answer: what was recorded, whatever the call looks like, and on a miss what the authors' tools say."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench import ToolError
from itbench.agents.domain_tools import ToolCallError, check_call
from itbench_sre.opsbench.tools import tool_texts
from itbench_sre.opsbench.truths import read_truth

from .conftest import LABELS, NODES, PODS, environment_of, suite_of

CART = "cart-5d8f9c7b6d-x2x4z"
HOME = {"namespace": "boutique"}
CALLS: list[tuple[str, dict[str, Any], Any]] = [
    ("GetResources", {"resource_type": "po", **HOME}, PODS),
    ("GetResources", {**HOME, "name": None, "resource_type": "Pods", "label_selector": None}, PODS),
    ("GetResources", {"resource_type": "pod", "output_wide": False, "show_labels": True, **HOME}, LABELS),
    ("GetResources", {"resource_type": "pods", "show_labels": True, "label_selector": "app=shop", **HOME},
     "NAME                     READY   STATUS    RESTARTS   AGE   LABELS\nshop-7c6b5d4f8b-q5w6r    1/1     Running   0          9s    app=shop"),
    ("GetResources", {"resource_type": "pods", "show_labels": True, "label_selector": " app = shop", **HOME},
     "NAME                     READY   STATUS    RESTARTS   AGE   LABELS\nshop-7c6b5d4f8b-q5w6r    1/1     Running   0          9s    app=shop"),
    ("GetResources", {"resource_type": "pods", "label_selector": "app=none", **HOME}, 'No matching pods found for selector "app=none".'),
    ("GetResources", {"resource_type": "pods", "label_selector": "app", **HOME},
     "Error: Error: Only simple label selectors in the form 'key=value' are supported."),
    ("GetResources", {"resource_type": "secrets", **HOME}, "No resources found in boutique namespace."),
    ("GetResources", {"resource_type": "jobs", **HOME}, "No resources found in boutique namespace."),
    ("GetResources", {"resource_type": "pods", "name": "x", **HOME},
     'Error from server (NotFound): pods "x" not found in namespace "boutique"'),
    ("GetResources", {"resource_type": "no"}, NODES),
    ("GetResources", {"resource_type": "nodes", **HOME}, NODES),
    ("GetResources", {"resource_type": "pv"}, "No persistentvolumes found."),
    ("GetResources", {"resource_type": "gadgets", **HOME}, "Error: Unknown resource type 'gadgets'"),
    ("GetResources", {"resource_type": "pods"}, "Error: Error: 'GetResources' command requires a specific 'namespace'."),
    ("GetResources", {"resource_type": "pods", "show_labels": True, "output_wide": True, **HOME},
     "Error: Error: Only one of '--show-labels' or '-o wide' can be specified at a time for kubectl get."),
    ("DescribeResource", {"resource_type": "pod", "name": CART, **HOME}, "Name: cart 1"),
    ("DescribeResource", {"resource_type": "po", "name": "x", **HOME},
     'Error from server (NotFound): po "x" not found in namespace "boutique"'),
    ("DescribeResource", {"resource_type": "node", "name": "x"}, 'Error from server (NotFound): nodes "x" not found'),
    ("GetAppYAML", {"app_name": "cart"}, "kind: Deployment"),
    ("GetAppYAML", {"app_name": "x"},
     "Error: Error: Resource 'x' is not in the allowed list of services for boutique. Allowed: ['cart']"),
    ("GetErrorLogs", {"service_name": "cart", **HOME}, "No error logs found for cart in boutique namespace."),
    ("GetErrorLogs", {"service_name": "shop", **HOME}, '[\n  {\n    "count": 2,\n    "sample": "höher"\n  }\n]'),
    ("GetRecentLogs", {"service_name": "cart", "lines": 3, **HOME},
     ["From cart logs:", *(f"line {line}" for line in range(10, 60)), "", "From previous container logs:", "ended", "badly"]),
    ("GetRecentLogs", {"service_name": "shop", **HOME}, "No recent logs found for shop in boutique namespace."),
    ("GetRecentLogs", {"service_name": "cart", "namespace": "default"},
     "Error: GetRecentLogs expected namespace 'boutique' for system 'boutique', got 'default'."),
    ("CheckServiceConnectivity", {"service_name": "redis-cart", "port": 6379, **HOME}, "open"),
    ("CheckServiceConnectivity", {"service_name": "redis-cart", "port": 6379.0, **HOME}, "open"),
    ("CheckServiceConnectivity", {"service_name": "cart", "port": 1, **HOME}, "Connection failed"),
    ("GetClusterConfiguration", {}, {"node_count": 1}),
    ("GetAlerts", {}, "No active metric anomalies detected at this time."),
    ("CheckNodeServiceStatus", {"node_name": "worker-01", "service_name": "kube-scheduler"},
     "Error: 'kube-scheduler' is not expected to run on node 'worker-01' in this benchmark setup. Query the 'master' node instead."),
]  # fmt: skip


def test_each_call_is_answered_as_recorded_or_as_the_authors_tools_word_a_miss(
    tools: Callable[..., Any],
) -> None:
    for tool, arguments, expected in CALLS:
        assert tools(tool, **arguments) == expected, (tool, arguments)


def test_a_missing_argument_is_an_error_of_the_call(tools: Callable[..., Any]) -> None:
    with pytest.raises(ToolError, match="GetErrorLogs needs namespace"):
        tools("GetErrorLogs", service_name="cart")


def test_the_environment_counts_every_call_also_refused_ones(clone: Path) -> None:
    suite = suite_of(clone)

    async def work() -> list[Any]:
        environment = environment_of(suite, next(iter(suite.directories)))
        async with environment.open() as workspace:
            offered = {tool.name: tool for tool in workspace.tools}
            await offered["GetResources"].call(resource_type="po", namespace="boutique", name="x" * 1000)
            for wrong in ({}, {"app_name": 7}, [], "text"):
                with pytest.raises(ToolCallError):
                    check_call(offered["GetAppYAML"], wrong)
            # An agent can write what it likes: files are not where calls are counted.
            await workspace.write_file("calls.json", b"[]")
            return (await environment.observe({"agent_output.json": b"{}"})).state["calls"]

    first, *others = asyncio.run(work())
    assert first == {
        "tool": "GetResources",
        "arguments": {"resource_type": "po", "name": "x" * 300},
        "is_error": False,
    }
    assert [call["is_error"] for call in others] == [True] * 4


def test_schemas_are_exact(clone: Path) -> None:
    assert len(tool_texts()) == 10
    for text in tool_texts().values():
        assert set(text) == {"what", "required", "properties"}
        assert set(text["required"]) <= set(text["properties"])
        assert all(
            "default" in shape for name, shape in text["properties"].items() if name not in text["required"]
        )


@pytest.mark.slow  # Reads all cases there are.
def test_every_call_of_the_experts_gets_the_answer_that_they_got(published: Path) -> None:
    """The golden trajectories hold outputs of the authors' tools, of a version that said nothing where nothing was found."""
    suite = suite_of(published)
    same = other = 0

    async def replay(task_id: str) -> None:
        nonlocal same, other
        directory = suite.directory(task_id)
        inside = directory.relative_to(published / "benchmark")
        async with environment_of(suite, task_id).open() as workspace:
            offered = {tool.name: tool for tool in workspace.tools}
            for name, calls in read_truth(directory / "metadata.json")["expert"].items():
                trace = json.loads((published / "golden-trajectory" / inside / f"{name}.json").read_text())
                for (tool, arguments), step in zip(calls, trace["diagnostic_trace"], strict=True):
                    if tool == "GetRecentLogs":
                        continue  # Six of these logs are not there, and others were read with another number of lines.
                    found, expected = await offered[tool].call(**arguments), step["output"]
                    texts = {str(found), json.dumps(found)}
                    is_same = str(expected) in texts or found == _read(expected)
                    if not is_same:
                        assert expected in ("", '""', []), (directory, tool, arguments)
                        assert str(found).startswith("No "), (directory, tool, arguments)
                    same, other = same + is_same, other + (not is_same)

    for task_id in suite.directories:
        asyncio.run(replay(task_id))
    assert (same > 400, other < 20) == (True, True)


def _read(output: Any) -> Any:
    return json.dumps(output, indent=2, ensure_ascii=False) if isinstance(output, dict | list) else output
