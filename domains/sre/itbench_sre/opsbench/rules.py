"""What the cheats try, and the rules of the baseline, which reads tables, events and logs as an engineer would."""

import re
from collections.abc import Sequence

from itbench_sre.opsbench.agents import MOST_FREQUENT, Case, CaseAgent, Finding

_QUOTAS = ("cpu", "memory", "pods", "services", "storage")
# The first one that an event or a line of a log holds tells the root cause.
_TEXTS = (
    (r"serviceaccount \S+ not found", "missing_service_account"),
    (r"secret \S+ not found", "missing_secret_binding"),
    (r"FailedToRetrieveImagePullSecret|failed to authorize|pull access denied", "missing_image_pull_secret"),
    (
        r"Failed to pull image.*(no such host|dial tcp: lookup|server misbehaving)",
        "image_registry_dns_failure",
    ),
    (r"Failed to pull image", "incorrect_image_reference"),
    (r"OOMKilled", "oom_killed"),
    (r"Permission denied", "volume_mount_permission_denied"),
    (r"anti-affinity", "pod_anti_affinity_conflict"),
    (r"PersistentVolumeClaims?\b.*already bound|volume already bound", "pv_binding_occupied"),
    (r"Insufficient memory", "memory_capacity_mismatch"),
    (r"Insufficient cpu", "cpu_capacity_mismatch"),
    (r"[23] node\(s\) had untolerated taint", "taint_toleration_mismatch"),
    (r"[2-4] node\(s\) were unschedulable", "node_cordon_mismatch"),
    (r"[Cc]annot bind to requested volume.*accessMode|incompatible accessMode", "pvc_access_mode_mismatch"),
    (r"requested PV is too small|insufficient capacity", "pvc_capacity_mismatch"),
    (r"storageClassName does not match|storageclass\S* \S+ not found", "pvc_storage_class_mismatch"),
    (r"Too many connections", "db_connection_exhaustion"),
    (r"read-only", "db_readonly_mode"),
    (r"Access denied for user", "mysql_invalid_credentials"),
    (
        r"Port \d+ was already in use|Address already in use|port.*already in use",
        "service_sidecar_port_conflict",
    ),
    (r"UnknownHostException|no such host|Name or service not known", "service_dns_resolution_failure"),
    (r"Communications link failure|Connection refused.*mysql", "mysql_invalid_port"),
)


async def _constant(case: Case) -> Sequence[Finding]:
    return MOST_FREQUENT[case.system]


async def _first_unready(case: Case) -> Sequence[Finding]:
    return [(f"app/{case.app_of(row[0])}", "node_selector_mismatch") for row in await _unready(case)]


async def _first_alert(case: Case) -> Sequence[Finding]:
    text = await case.ask("GetAlerts")
    names = re.findall(r'"(?:name|entry_service)": ?"([^"]+)"', text)
    return [(f"app/{case.app_of(name)}", "pod_network_delay") for name in dict.fromkeys(names)]


async def _first_warning(case: Case) -> Sequence[Finding]:
    rows = [row for row in await case.table("events") if len(row) > 3 and row[1] == "Warning"]
    return [
        (f"app/{case.app_of(name)}", "pod_network_delay") for name in dict.fromkeys(row[3] for row in rows)
    ]


async def _baseline(case: Case) -> Sequence[Finding]:
    """The first findings of rules about nodes, quotas, deployments, services, logs and alerts, in this order."""
    found: list[Finding] = []
    for rule in (_nodes, _deployments, _quotas, _services, _logs, _slow):
        found += [each for each in await rule(case) if each not in found]
        if len(found) >= 3:
            break
    return found


async def _nodes(case: Case) -> Sequence[Finding]:
    """System services that do not run."""
    found: list[Finding] = []
    for service in ("containerd", "kubelet", "kube-proxy", "kube-scheduler"):
        for node in (
            ("master",) if service == "kube-scheduler" else ("master", "worker-01", "worker-02", "worker-03")
        ):
            text = await case.ask("CheckNodeServiceStatus", node_name=node, service_name=service)
            if text and "active (running)" not in text and not text.startswith("Error"):
                found.append((f"node/{node}", f"{service.replace('-', '_')}_unavailable"))
    return found


async def _deployments(case: Case) -> Sequence[Finding]:
    """What the events of Deployments' pods, claims and ReplicaSets say where some are not ready."""
    found: list[Finding] = []
    for name, ready, *_ in await case.table("deployments"):
        app = case.app_of(name)
        if ready == "0/0":
            found.append((f"app/{app}", "deployment_zero_replicas"))
    unready = [
        row[0]
        for row in await case.table("deployments")
        if row[1].partition("/")[0] != row[1].partition("/")[2]
    ]
    restarted = [row[0] for row in await case.table("pods") if len(row) > 3 and row[3] not in {"0", "1"}]
    for app in dict.fromkeys(map(case.app_of, [*unready, *restarted])):
        texts = [
            await _described(case, kind, app) for kind in ("pods", "persistentvolumeclaims", "replicasets")
        ]
        text = "\n".join([*texts, await case.ask("GetErrorLogs", namespace=case.namespace, service_name=app)])
        quota = re.search(r"exceeded quota: \S+ requested: \S*?(cpu|memory|pods|services|storage)", text)
        if quota is not None:
            found.append((f"namespace/{case.namespace}", _quota_cause(quota[1])))
            continue
        cause = _probe_cause(text) or await _cause(case, app, text)
        if cause is not None:
            database = cause in {"db_connection_exhaustion", "db_readonly_mode"}
            found.append(("app/tsdb-mysql" if database else f"app/{app}", cause))
    return found


async def _cause(case: Case, app: str, text: str) -> str | None:
    if re.search(r"didn't match Pod's node affinity/selector", text):
        manifest = await case.ask("GetAppYAML", app_name=app)
        return "node_affinity_mismatch" if "nodeAffinity" in manifest else "node_selector_mismatch"
    cause = next((cause for form, cause in _TEXTS if re.search(form, text)), None)
    if cause is None and "unbound immediate PersistentVolumeClaims" in text:
        manifest = await case.ask("GetAppYAML", app_name=app)
        return (
            "pvc_selector_mismatch"
            if re.search(r"selector:\s+matchLabels:\s+(?!app:)", manifest)
            else "pv_binding_occupied"
        )
    return cause


def _probe_cause(text: str) -> str | None:
    for probe in ("Liveness", "Readiness"):
        failed = re.findall(rf"{probe} probe failed: (.*)", text)
        known = re.search(rf"{probe}:\s+(http-get|tcp-socket|grpc)\S* \S*?:?(\d+)", text)
        if failed and known is not None and "x" in text.partition(f"{probe} probe failed")[0][-60:]:
            if re.search(r"connection refused|failed to connect", failed[-1]):
                return f"{probe.lower()}_probe_incorrect_port"
            if re.search(r"malformed|statuscode|unimplemented|rpc|EOF|HTTP", failed[-1]):
                return f"{probe.lower()}_probe_incorrect_protocol"
            return "liveness_probe_incorrect_timing"
    return None


async def _quotas(case: Case) -> Sequence[Finding]:
    """Quotas that are used up, or that a claim may have been refused by."""
    rows = [" ".join(row) for row in await case.table("resourcequota")]
    used = [word for row in rows for word in _QUOTAS if word in row]
    return [(f"namespace/{case.namespace}", _quota_cause(word)) for word in used]


def _quota_cause(word: str) -> str:
    return f"namespace_{word.removesuffix('s')}_quota_exceeded"


async def _services(case: Case) -> Sequence[Finding]:
    """Services that lead to no pod, or to a port that takes no connection."""
    found: list[Finding] = []
    empty = {row[0] for row in await case.table("endpoints") if row[1:2] == ["<none>"]}
    for name, _, _, _, ports, *_ in await case.table("services"):
        port = re.match(r"(\d+)(?::\d+)?/(TCP|UDP)", ports)
        if name not in case.apps or port is None:
            continue
        if port[2] == "UDP":
            found.append((f"app/{name}", "service_protocol_mismatch"))
        elif name in empty:
            text = await case.ask(
                "DescribeResource", resource_type="services", name=name, namespace=case.namespace
            )
            wrong = f"app={name}" not in text.partition("Selector:")[2].partition("\n")[0]
            found.append(
                (f"app/{name}", "service_selector_mismatch" if wrong else "service_port_mapping_mismatch")
            )
        elif "ucceeded" not in await case.ask(
            "CheckServiceConnectivity", service_name=name, port=int(port[1]), namespace=case.namespace
        ):
            found.append((f"app/{name}", "service_port_mapping_mismatch"))
    return found


async def _logs(case: Case) -> Sequence[Finding]:
    """What the error logs of all services say."""
    found: list[Finding] = []
    for app in case.apps:
        text = await case.ask("GetErrorLogs", namespace=case.namespace, service_name=app)
        if re.search(r"read-only", text):
            found.append(("app/tsdb-mysql", "db_readonly_mode"))
        elif re.search(r"no such host|lookup \S+ on|name resolver error", text):
            found.append((f"app/{app}", "service_env_var_address_mismatch"))
    return found


async def _slow(case: Case) -> Sequence[Finding]:
    """The service of which some measure rose most."""
    alerts = await case.ask("GetAlerts")
    rises = re.findall(r"([a-z0-9-]+)-(p\d\dlatency|cpu\w*): [^()]*\(\+([\d.]+)%\)", alerts)
    ordered = sorted(rises, key=lambda rise: -float(rise[2]))
    return [
        (f"app/{name}", "pod_network_delay" if "latency" in what else "pod_cpu_overload")
        for name, what, _ in ordered
    ]


async def _unready(case: Case) -> list[list[str]]:
    return [row for row in await case.table("pods") if len(set(row[1].split("/"))) > 1 or row[2] != "Running"]


async def _described(case: Case, kind: str, app: str) -> str:
    names = [row[0] for row in await case.table(kind) if case.app_of(row[0]) == app]
    place = {"namespace": case.namespace}
    return "\n".join(
        [await case.ask("DescribeResource", resource_type=kind, name=name, **place) for name in names]
    )


_TRICKS = {
    "constant": _constant,
    "first-unready": _first_unready,
    "first-alert": _first_alert,
    "first-warning": _first_warning,
    "baseline": _baseline,
}


def make_agent(name: str) -> CaseAgent:
    """Return the agent of that name.

    Raises:
        KeyError: there is none.
    """
    return CaseAgent(_TRICKS[name])
