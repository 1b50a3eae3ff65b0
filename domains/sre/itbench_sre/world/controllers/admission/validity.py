"""The common mistakes in objects, refused in the API server's words."""

import json
import re
from collections.abc import Callable, Collection

from itbench_sre.world.controllers.admission.words import invalid
from itbench_sre.world.store.quantities import thousandths
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.store.selectors import is_selected

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_NAME_WORDS = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
    "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_TEMPLATED = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job")
_SET_WORDS = (
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
    "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)
_SET_FIELDS = frozenset(
    {
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    }
)
_POD_WORDS = (
    "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing "
    "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


def validate(body: JsonObject, old: JsonObject | None, manager: str) -> JsonObject:  # noqa: ARG001 - an Admission
    """Return an object as it is.

    Raises:
        Refusal: it is not valid, or changes what must not change.
    """
    errors: list[str] = []
    name = body["metadata"]["name"]
    is_roles = body["kind"] in ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
    if old is None and not is_roles and not _NAME.fullmatch(name):
        errors.append(f'metadata.name: Invalid value: "{name}": {_NAME_WORDS}')
    check = _CHECKS.get(body["kind"])
    if check is not None and body.get("spec") is not (old or {}).get("spec"):
        errors += check(body)
    if old is not None:
        errors += _frozen(body, old)
    if errors:
        raise invalid(body, errors)
    return body


def _workload(body: JsonObject) -> list[str]:
    spec, errors = body["spec"], []
    if spec.get("replicas", 0) < 0:
        errors.append(f"spec.replicas: Invalid value: {spec['replicas']}: must be greater than or equal to 0")
    selector, labels = spec.get("selector"), spec["template"]["metadata"].get("labels") or {}
    if not selector:
        errors.append("spec.selector: Required value")
    elif not is_selected(selector, labels):
        shown = f"map[string]string{json.dumps(labels, separators=(', ', ':'))}"
        where = "spec.template.metadata.labels"
        errors.append(f"{where}: Invalid value: {shown}: `selector` does not match template `labels`")
    errors += _strategy(spec.get("strategy") or {})
    claims = {each["metadata"]["name"] for each in spec.get("volumeClaimTemplates") or ()}
    return errors + pod_errors(spec["template"]["spec"], "spec.template.spec", claims)


def _strategy(strategy: JsonObject) -> list[str]:
    where = "spec.strategy.rollingUpdate"
    rolling = strategy.get("rollingUpdate")
    if rolling is None:
        return []
    if strategy.get("type") == "Recreate":
        return [f"{where}: Forbidden: may not be specified when strategy `type` is 'Recreate'"]
    if all(str(rolling[part]).rstrip("%") == "0" for part in ("maxSurge", "maxUnavailable")):
        value = rolling["maxUnavailable"]
        shown = value if isinstance(value, int) else json.dumps(value)
        return [f"{where}.maxUnavailable: Invalid value: {shown}: may not be 0 when `maxSurge` is 0"]
    return []


def pod_errors(spec: JsonObject, where: str, claims: Collection[str] = ()) -> list[str]:
    """Return what is wrong with the specification of a pod that stands at `where`; `claims` are volumes it will get."""
    errors: list[str] = []
    if not spec.get("containers"):
        errors.append(f"{where}.containers: Required value")
    volumes = {each["name"] for each in spec.get("volumes") or ()} | set(claims)
    seen: dict[str, None] = {}
    for part in ("containers", "initContainers"):
        for at, container in enumerate(spec.get(part) or ()):
            errors += _container_errors(container, f"{where}.{part}[{at}]", volumes)
            name = container.get("name", "")
            if name in seen:
                errors.append(f'{where}.{part}[{at}].name: Duplicate value: "{name}"')
            seen[name] = None
    policy = spec.get("restartPolicy", "Always")
    if policy not in ("Always", "OnFailure", "Never"):
        errors.append(
            f'{where}.restartPolicy: Unsupported value: "{policy}": supported values: "Always", "OnFailure", "Never"'
        )
    return errors


def _container_errors(container: JsonObject, where: str, volumes: set[str]) -> list[str]:
    errors: list[str] = []
    name = container.get("name", "")
    if not name:
        errors.append(f"{where}.name: Required value")
    elif not _LABEL.fullmatch(name):
        errors.append(
            f"{where}.name: Invalid value: \"{name}\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'"
        )
    if not container.get("image"):
        errors.append(f"{where}.image: Required value")
    for at, mount in enumerate(container.get("volumeMounts") or ()):
        if mount["name"] not in volumes:
            errors.append(f'{where}.volumeMounts[{at}].name: Not found: "{mount["name"]}"')
    for at, port in enumerate(container.get("ports") or ()):
        if not 0 < port["containerPort"] < 65536:
            errors.append(
                f"{where}.ports[{at}].containerPort: Invalid value: {port['containerPort']}: must be between 1 and 65535, inclusive"
            )
    return errors + _resource_errors(container.get("resources") or {}, f"{where}.resources")


def _resource_errors(resources: JsonObject, where: str) -> list[str]:
    errors, limits = [], resources.get("limits") or {}
    for part in ("limits", "requests"):
        for name, amount in (resources.get(part) or {}).items():
            if thousandths(amount) < 0:
                errors.append(
                    f'{where}.{part}[{name}]: Invalid value: "{amount}": must be greater than or equal to 0'
                )
    for name, request in (resources.get("requests") or {}).items():
        if name in limits and thousandths(request) > thousandths(limits[name]):
            errors.append(
                f'{where}.requests: Invalid value: "{request}": must be less than or equal to {name} limit of {limits[name]}'
            )
    return errors


def _pod(body: JsonObject) -> list[str]:
    return pod_errors(body["spec"], "spec")


def _cron_job(body: JsonObject) -> list[str]:
    template = body["spec"]["jobTemplate"]["spec"]["template"]
    return _job_policy(template, "spec.jobTemplate.spec.template.spec")


def _job(body: JsonObject) -> list[str]:
    return _job_policy(body["spec"]["template"], "spec.template.spec")


def _job_policy(template: JsonObject, where: str) -> list[str]:
    errors = pod_errors(template["spec"], where)
    if template["spec"].get("restartPolicy") not in ("OnFailure", "Never"):
        errors.append(f'{where}.restartPolicy: Required value: valid values: "OnFailure", "Never"')
    return errors


def _service(body: JsonObject) -> list[str]:
    spec, errors = body["spec"], []
    if not spec.get("ports") and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None":
        errors.append("spec.ports: Required value")
    ports = spec.get("ports") or ()
    for at, port in enumerate(ports):
        if not 0 < port["port"] < 65536:
            errors.append(
                f"spec.ports[{at}].port: Invalid value: {port['port']}: must be between 1 and 65535, inclusive"
            )
        if len(ports) > 1 and not port.get("name"):
            errors.append(f"spec.ports[{at}].name: Required value")
    return errors


def _autoscaler(body: JsonObject) -> list[str]:
    spec, errors = body["spec"], []
    if spec.get("maxReplicas", 0) < 1:
        errors.append(
            f"spec.maxReplicas: Invalid value: {spec.get('maxReplicas', 0)}: must be greater than 0"
        )
    elif spec["maxReplicas"] < spec["minReplicas"]:
        errors.append(
            f"spec.maxReplicas: Invalid value: {spec['maxReplicas']}: must be greater than or equal to `minReplicas`"
        )
    return errors


def _budget(body: JsonObject) -> list[str]:
    spec = body["spec"]
    if "minAvailable" in spec and "maxUnavailable" in spec:
        return ["spec: Invalid value: minAvailable and maxUnavailable cannot be both set"]
    return []


def _policy(body: JsonObject) -> list[str]:
    return [
        f'spec.podSelector.matchExpressions[{at}].operator: Invalid value: "{each["operator"]}": not a valid selector operator'
        for at, each in enumerate(body["spec"]["podSelector"].get("matchExpressions") or ())
        if each["operator"] not in _OPERATORS
    ]


def _frozen(body: JsonObject, old: JsonObject) -> list[str]:
    kind, spec, before = body["kind"], body.get("spec"), old.get("spec")
    if kind == "ConfigMap" and old.get("immutable") and body.get("data") != old.get("data"):
        return ["data: Forbidden: field is immutable when `immutable` is set"]
    if spec is before or spec == before or not isinstance(spec, dict) or not isinstance(before, dict):
        return []
    if kind == "StatefulSet":
        keys = {**spec, **before}
        is_changed = any(spec.get(key) != before.get(key) for key in keys if key not in _SET_FIELDS)
        return [_SET_WORDS] if is_changed else []
    if kind in _TEMPLATED and spec.get("selector") != before.get("selector"):
        labels = json.dumps((spec.get("selector") or {}).get("matchLabels") or {}, separators=(", ", ":"))
        shown = f"v1.LabelSelector{{MatchLabels:map[string]string{labels}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}}"
        return [f"spec.selector: Invalid value: {shown}: field is immutable"]
    if kind == "Job" and spec["template"] != before["template"]:
        return ["spec.template: Invalid value: core.PodTemplateSpec{}: field is immutable"]
    if kind == "Service" and before.get("clusterIP") and spec.get("clusterIP") != before["clusterIP"]:
        shown = f'[]string{{"{spec.get("clusterIP", "")}"}}'
        return [f"spec.clusterIPs[0]: Invalid value: {shown}: may not change once set"]
    if kind == "Pod" and _without_mutable(spec) != _without_mutable(before):
        return [_POD_WORDS]
    return []


def _without_mutable(spec: JsonObject) -> JsonObject:
    made = {k: v for k, v in spec.items() if k not in ("activeDeadlineSeconds", "tolerations", "nodeName")}
    for part in ("containers", "initContainers"):
        if part in made:
            made[part] = [
                {k: v for k, v in each.items() if k not in ("image", "resources")} for each in made[part]
            ]
    return made


_CHECKS: dict[str, Callable[[JsonObject], list[str]]] = {
    "CronJob": _cron_job,
    "DaemonSet": _workload,
    "Deployment": _workload,
    "HorizontalPodAutoscaler": _autoscaler,
    "Job": _job,
    "NetworkPolicy": _policy,
    "Pod": _pod,
    "PodDisruptionBudget": _budget,
    "ReplicaSet": _workload,
    "Service": _service,
    "StatefulSet": _workload,
}
