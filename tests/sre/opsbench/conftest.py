"""A small clone of made-up cases in the published layout, and the published ones where they lie beside the checkout."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench import Suite, SuiteOptions, Tool, TrialSetup
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench_sre.opsbench.environment import CaseEnvironment
from itbench_sre.suites.cloud_opsbench import CLOUD_OPSBENCH

PUBLISHED = Path(__file__).parents[3] / "../shared/reference/cloud-opsbench"
PODS = "NAME                     READY   STATUS    RESTARTS   AGE\ncart-5d8f9c7b6d-x2x4z    0/1     Pending   0          9s\n"
LABELS = (
    "NAME                     READY   STATUS    RESTARTS   AGE   LABELS\n"
    "cart-5d8f9c7b6d-x2x4z    0/1     Pending   0          9s    app=cart\n"
    "shop-7c6b5d4f8b-q5w6r    1/1     Running   0          9s    app=shop\n"
)
NODES = "NAME     STATUS   ROLES    AGE\nmaster   Ready    master   9d\n"


def key(tool: str, **arguments: Any) -> str:
    return f"{tool}:{json.dumps(arguments, separators=(',', ':'))}"


def cache_of(number: int) -> dict[str, Any]:
    place = {"namespace": "boutique"}
    return {
        "collection_timestamp": f"2031-01-01T00:00:0{number}.123456",
        key("GetResources", resource_type="pods", name="", **place): PODS,
        # The order of arguments and the spelling of kinds vary.
        key("GetResources", namespace="boutique", show_labels=True, name="", resource_type="po"): LABELS,
        key("GetResources", resource_type="secrets", name="", **place): "",
        key("GetResources", resource_type="nodes", name="", namespace=""): NODES,
        key(
            "DescribeResource", name="cart-5d8f9c7b6d-x2x4z", resource_type="pods", **place
        ): f"Name: cart {number}",
        key("GetAppYAML", app_name="cart"): "kind: Deployment",
        key("GetErrorLogs", service_name="cart", **place): {"total_errors": 0},
        key("GetErrorLogs", service_name="shop", **place): [{"count": 2, "sample": "höher"}],
        "CheckServiceConnectivity-boutique-redis-cart-6379": "open",
        "GetClusterConfiguration": {"node_count": 1},
        "GetAlerts:{}": {},
    }


def write_case(root: Path, inside: str, number: int, **result: str) -> Path:
    directory = root / "benchmark" / inside
    (directory / "raw_data").mkdir(parents=True)
    (directory / "tool_cache.json").write_text(json.dumps(cache_of(number)))
    truth = {
        "fault_taxonomy": "Scheduling_Fault",
        "fault_object": "app/cart",
        "root_cause": "node_cordon_mismatch",
    }
    steps = ["GetResources::pods", "DescribeResource::pods::cart"]
    metadata = {
        "namespace": "boutique",
        "query": "Carts do not open.",
        "result": truth | result,
        "process": {"path1": steps, "path2": [*steps, "GetAppYAML::cart"]},
    }
    (directory / "metadata.json").write_text(json.dumps(metadata))
    states = {
        "kubectl get pods -n boutique": PODS,
        "kubectl get pods -n boutique --show-labels": LABELS,
        "kubectl describe pods cart-5d8f9c7b6d-x2x4z -n boutique": "Name: cart\n",
        "kubectl get secrets -n boutique": "",
        "kubectl get nodes -o wide": NODES,
        "kubectl get events -n boutique --sort-by='.lastTimestamp' | tail -n 50": "9s Warning",
    }
    logs = {"cart": [f"line {line}" for line in range(60)], "cart.previous": "ended\n\nbadly"}
    for name, value in (("k8s_states", states), ("logs", logs), ("alert", {})):
        (directory / f"raw_data/{name}.json").write_text(json.dumps(value))
    calls = [
        "tool_name='GetResources' arguments={namespace: 'boutique', resource_type: 'pod', name: None, show_labels: False}",
        "tool_name='DescribeResource' arguments={namespace: 'boutique', resource_type: 'pod', name: 'cart-5d8f9c7b6d-x2x4z'}",
    ]
    golden = root / "golden-trajectory" / inside
    golden.mkdir(parents=True)
    for name in ("path1", "path2"):
        trace = [{"tool_name": "", "calling": call, "output": ""} for call in calls]
        (golden / f"{name}.json").write_text(json.dumps({"diagnostic_trace": trace}))
    return directory


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return the root of a clone with three cases."""
    root = tmp_path / "clone"
    write_case(root, "boutique/scheduling/7", 1)
    write_case(root, "boutique/admission/12", 2, fault_object="namespace/boutique")
    write_case(root, "trainticket/runtime/3", 3, root_cause="db_read_only", fault_taxonomy="Runtime_Fault")
    return root


@pytest.fixture(scope="session")
def published() -> Path:
    """Return where the published cases lie; skips where they do not."""
    if not PUBLISHED.is_dir():
        pytest.skip(f"there is no {PUBLISHED.resolve()}")
    return PUBLISHED


def suite_of(root: Path, **extra: str) -> Any:
    return CLOUD_OPSBENCH.configured(SuiteOptions(data=root, extra=extra))


def environment_of(suite: Suite, task_id: str) -> CaseEnvironment:
    sandbox = LocalSandbox(is_in_process=True)
    task = next(task for task in suite.tasks() if task.id == task_id)
    hidden, secret = suite.hidden(task_id), suite.setup(task_id)
    return CaseEnvironment(
        TrialSetup(task=task, hidden=hidden, secret=secret, sandbox=sandbox, bench=sandbox)
    )


@pytest.fixture
def tools(clone: Path) -> Callable[..., Any]:
    """Return a function that calls a tool of the first case, as the environment offers it."""
    suite = suite_of(clone)
    (task_id,) = (id_ for id_, path in suite.directories.items() if path.parent.name == "scheduling")

    def call(tool: str, **arguments: Any) -> Any:
        async def once() -> Any:
            async with environment_of(suite, task_id).open() as workspace:
                offered: dict[str, Tool] = {each.name: each for each in workspace.tools}
                return await offered[tool].call(**arguments)

        return asyncio.run(once())

    return call
