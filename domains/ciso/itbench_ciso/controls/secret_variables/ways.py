"""5.4.1: Secrets in environment variables."""

from collections.abc import Callable

from itbench import JsonObject, JsonValue
from itbench_ciso.controls.control import Control, Way, complies
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.exceptions import exempt_workload, workload_ways
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    ContainerEdit,
    bad,
    bad_container,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
    text_look_alikes,
)

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


_SETTING = _value_from("configMapKeyRef", name="secrets", key="path")
_READS_ONE = _env(_LOG_LEVEL, _VARIABLE)
_READS_NONE = _env(_LOG_LEVEL, _SETTING)
_SETTINGS: JsonObject = {"configMapRef": {"name": "secret-settings"}}
_READS_ALL = _env_from({"prefix": "DB_", "secretRef": {"name": "database"}})
_TAKES_SETTINGS = _env_from({"prefix": "DB_", **_SETTINGS})
_OTHER_SOURCES = _env(_LOG_LEVEL, _SETTING, _value_from("fieldRef", fieldPath="metadata.name"))
_NULLS = _env(
    _LOG_LEVEL | {"valueFrom": None},
    {
        "name": "PATH_OF_SECRET",
        "valueFrom": {"secretKeyRef": None, "configMapKeyRef": {"name": "a", "key": "b"}},
    },
)


def _both(first: ContainerEdit, second: ContainerEdit) -> ContainerEdit:
    def edit(container: JsonObject) -> None:
        first(container)
        second(container)

    return edit


def _all_keys_in(name: str, pick: Callable[[Workload], JsonObject], kind: str | None = None) -> Way:
    return bad(
        f"{name} takes all keys of a Secret",
        lambda workload: _READS_ALL(pick(workload)),
        lambda workload: _TAKES_SETTINGS(pick(workload)),
        kind,
    )


CONTROL = Control(
    number="5.4.1",
    title="Secrets reach containers as files, not as variables",
    parameters=exempt_workload,
    is_admission=True,
    ways=(
        *every_container("reads a Secret by a variable", _READS_ONE, _READS_NONE),
        _all_keys_in("a container", lambda workload: workload.container),
        _all_keys_in("a container after the first", Workload.second_container),
        _all_keys_in("an init container", Workload.init_container),
        _all_keys_in("an ephemeral container", Workload.ephemeral_container, "Pod"),
        bad_container(
            "only the first of two variables is a Secret's",
            _env(_VARIABLE, _LOG_LEVEL),
            _env(_SETTING, _LOG_LEVEL),
        ),
        bad_container(
            "a Secret comes after a ConfigMap",
            _env_from(_SETTINGS, {"secretRef": {"name": "database"}}),
            _env_from(_SETTINGS, {"configMapRef": {"name": "database"}}),
        ),
        bad_container(
            "a Secret comes before a ConfigMap",
            _env_from({"secretRef": {"name": "database"}}, _SETTINGS),
            _env_from({"configMapRef": {"name": "database"}}, _SETTINGS),
        ),
        bad_container(
            "the reference is optional",
            _env(_value_from("secretKeyRef", **_REFERENCE, optional=True)),
            _env(_value_from("configMapKeyRef", **_REFERENCE, optional=True)),
        ),
        bad_container(
            "all keys are optional",
            _env_from({"secretRef": {"name": "database", "optional": True}}),
            _env_from({"configMapRef": {"name": "database", "optional": True}}),
        ),
        bad_container("a Secret by both", _both(_READS_ONE, _READS_ALL), _both(_READS_NONE, _TAKES_SETTINGS)),
        *workload_ways("reads a Secret by a variable", in_container(_READS_ONE), in_container(_READS_NONE)),
        *HARDENED,
        complies("a Secret is mounted", edited(_mounted)),
        complies("a Secret is projected", edited(_projected)),
        complies("variables come from elsewhere", edited(in_container(_OTHER_SOURCES))),
        complies("all keys come from a ConfigMap", edited(in_container(_env_from(_SETTINGS)))),
        complies(
            "a variable's value is plain",
            edited(in_container(_env({"name": "SECRET_KEY_REF", "value": "secretKeyRef"}))),
        ),
        complies("references are null", edited(in_container(_NULLS))),
        complies("the lists are null", edited(lambda pod: pod.container.update(env=None, envFrom=None))),
        complies("a Secret is for pulling images", edited(_pulled)),
        *text_look_alikes(
            "secretKeyRef",
            "  containers:\n  - name: main\n    envFrom:\n    - secretRef:\n        name: database\n",
        ),
        *foreign_look_alikes(in_container(_both(_READS_ONE, _READS_ALL))),
    ),
)
