"""Ways that change one pod: in each kind of workload, in each kind of container, and look-alikes."""

from collections.abc import Callable
from typing import TypeAlias

from itbench.interfaces.json import JsonObject, JsonValue
from itbench_ciso.controls.control import Change, Way, complies, on_scene, violates
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.workload import WORKLOAD_KINDS, Workload

Edit: TypeAlias = Callable[[Workload], object]
ContainerEdit: TypeAlias = Callable[[JsonObject], object]


def edited(edit: Edit, kind: str | None = None) -> Change:
    """Return the change that adds a hardened workload and edits it."""
    return on_scene(lambda scene: edit(scene.workload(kind)))


def pod_edit(**fields: JsonValue) -> Edit:
    """Return the edit that sets fields of the pod spec."""
    return lambda workload: workload.spec.update(fields)


def pod_context(**fields: JsonValue) -> Edit:
    """Return the edit that sets fields of the pod's security context."""
    return lambda workload: workload.context.update(fields)


def container_context(**fields: JsonValue) -> ContainerEdit:
    """Return the edit that sets fields of a container's security context."""
    return lambda container: container["securityContext"].update(fields)


def in_container(edit: ContainerEdit) -> Edit:
    """Return the edit of a workload's first container."""
    return lambda workload: edit(workload.container)


def every_kind(what: str, edit: Edit) -> tuple[Way, ...]:
    """Return one violating way for each kind of workload, and one that is stopped; `what` follows the kind."""

    def stopped(workload: Workload) -> None:
        workload.object["spec"]["replicas"] = 0
        edit(workload)

    return (
        *_each_kind(what, edit),
        violates(f"a workload with no replicas {what}", edited(stopped, "Deployment")),
    )


def every_container(what: str, edit: ContainerEdit) -> tuple[Way, ...]:
    """Return one violating way for each kind of workload and container; `what` follows "container"."""
    return (
        *_each_kind(f"with a container that {what}", in_container(edit)),
        violates(f"a container after the first {what}", edited(lambda pod: edit(pod.second_container()))),
        violates(f"an init container {what}", edited(lambda pod: edit(pod.init_container()))),
        violates(f"a sidecar {what}", edited(lambda pod: edit(pod.sidecar()))),
        violates(
            f"an ephemeral container {what}", edited(lambda pod: edit(pod.ephemeral_container()), "Pod")
        ),
    )


def _each_kind(what: str, edit: Edit) -> tuple[Way, ...]:
    return tuple(violates(f"a {kind} {what}", edited(edit, kind)) for kind in WORKLOAD_KINDS)


def _full(scene: Scene) -> None:
    workload = scene.workload()
    workload.second_container()
    workload.init_container()
    workload.sidecar()
    if workload.kind == "Pod":
        workload.ephemeral_container()


def _bare(scene: Scene) -> None:
    workload = scene.workload()
    workload.spec["initContainers"] = scene.random.pick((None, []))
    del workload.spec["volumes"]
    del workload.container["volumeMounts"]


HARDENED = (
    complies("a hardened workload with containers of every kind", on_scene(_full)),
    complies("a hardened workload whose lists are null, empty or absent", on_scene(_bare)),
)


def text_look_alikes(field: str, spec: str) -> tuple[Way, ...]:
    """Return ways that comply: words about the field that are not the field.

    Args:
        field: the field's name.
        spec: what a pod spec that violates would say, in YAML, indented by two.
    """
    manifest = f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: example\nspec:\n{spec}"

    def noted(workload: Workload) -> None:
        workload.metadata["annotations"] = {f"review.meridian.example/{field}": "true"}

    def argued(workload: Workload) -> None:
        workload.container["args"] = [f"--{field}=true", f"{field}: true"]
        workload.container["env"] = [{"name": field, "value": "true"}]

    return (
        complies(
            "a ConfigMap holds such a pod as text",
            on_scene(lambda scene: scene.config_map({"pod.yaml": manifest})),
        ),
        complies("an annotation has the field's name", edited(noted)),
        complies("arguments and an environment variable have the field's name", edited(argued)),
    )


def foreign_look_alikes(fields: JsonObject) -> tuple[Way, ...]:
    """Return ways that comply: objects that are no workloads with these fields of a pod spec."""
    spec = {"replicas": 1, "template": {"spec": {"containers": [{"name": "main"}]} | fields}}

    def foreign(scene: Scene) -> None:
        kind = scene.random.pick(("WorkloadTemplate", "AppBundle", "Rollout"))
        scene.custom_object("delivery.meridian.example/v1", kind, spec)

    def foreign_group(scene: Scene) -> None:
        kind = scene.random.pick(("Deployment", "Job", "DaemonSet"))
        scene.custom_object("fleet.meridian.example/v1beta1", kind, spec)

    return (
        complies("a custom resource has such fields", on_scene(foreign)),
        complies(
            "an object of another API group has a workload's kind and such fields", on_scene(foreign_group)
        ),
    )
