"""5.4.1: Secrets in environment variables."""

from itbench.interfaces.json import JsonObject, JsonValue
from itbench_ciso.controls.control import Control, complies, violates
from itbench_ciso.controls.exceptions import exempt_workload, workload_ways
from itbench_ciso.controls.pod_ways import (
    HARDENED,
    ContainerEdit,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
    text_look_alikes,
)
from itbench_ciso.controls.workload import Workload

_REFERENCE = {"name": "database", "key": "password"}
_VARIABLE: JsonObject = {"name": "DATABASE_PASSWORD", "valueFrom": {"secretKeyRef": _REFERENCE}}
_LOG_LEVEL: JsonObject = {"name": "LOG_LEVEL", "value": "info"}


def _env(*variables: JsonObject) -> ContainerEdit:
    return lambda container: container.update(env=[dict(variable) for variable in variables])


def _env_from(*sources: JsonObject) -> ContainerEdit:
    return lambda container: container.update(envFrom=[dict(source) for source in sources])


def _value_from(source: str, **fields: JsonValue) -> JsonObject:
    return {"name": "SETTING", "valueFrom": {source: dict(fields)}}


def _mounted(workload: Workload) -> None:
    workload.spec["volumes"].append({"name": "database", "secret": {"secretName": "database"}})
    _mount(workload)


def _projected(workload: Workload) -> None:
    sources = [{"secret": {"name": "database"}}]
    workload.spec["volumes"].append({"name": "database", "projected": {"sources": sources}})
    _mount(workload)


def _mount(workload: Workload) -> None:
    workload.container["volumeMounts"].append({"name": "database", "mountPath": "/etc/database"})
    _env({"name": "SECRET_FILE", "value": "/etc/database/password"})(workload.container)


def _pulled(workload: Workload) -> None:
    workload.spec["imagePullSecrets"] = [{"name": "registry"}]


_READS_ONE = _env(_LOG_LEVEL, _VARIABLE)
_READS_ALL = _env_from(
    {"configMapRef": {"name": "settings"}}, {"prefix": "DB_", "secretRef": {"name": "database"}}
)
_OPTIONAL = _env(_value_from("secretKeyRef", **_REFERENCE, optional=True))
_OTHER_SOURCES = _env(
    _LOG_LEVEL,
    _value_from("configMapKeyRef", name="secrets", key="path"),
    _value_from("fieldRef", fieldPath="metadata.name"),
)

CONTROL = Control(
    number="5.4.1",
    title="Secrets reach containers as files, not as variables",
    parameters=exempt_workload,
    is_admission=True,
    ways=(
        *every_container("reads a Secret by a variable", _READS_ONE),
        violates("a container takes all keys of a Secret", edited(in_container(_READS_ALL))),
        violates(
            "an init container takes all keys of a Secret",
            edited(lambda pod: _READS_ALL(pod.init_container())),
        ),
        violates("the reference is optional", edited(in_container(_OPTIONAL))),
        *workload_ways("reads a Secret by a variable", in_container(_READS_ONE)),
        *HARDENED,
        complies("a Secret is mounted", edited(_mounted)),
        complies("a Secret is projected", edited(_projected)),
        complies("variables come from elsewhere", edited(in_container(_OTHER_SOURCES))),
        complies(
            "all keys come from a ConfigMap",
            edited(in_container(_env_from({"configMapRef": {"name": "secret-settings"}}))),
        ),
        complies(
            "a variable's value is plain",
            edited(in_container(_env({"name": "SECRET_KEY_REF", "value": "secretKeyRef"}))),
        ),
        complies("the reference is null", edited(in_container(_env(_LOG_LEVEL | {"valueFrom": None})))),
        complies("a Secret is for pulling images", edited(_pulled)),
        *text_look_alikes(
            "secretKeyRef",
            "  containers:\n  - name: main\n    envFrom:\n    - secretRef:\n        name: database\n",
        ),
        *foreign_look_alikes({"containers": [{"name": "main", "env": [_VARIABLE]}]}),
    ),
)
