"""Ways that change one pod: in each kind of workload, in each kind of container, and look-alikes.

A violating way is told by an edit, and its repaired twin by another edit of the same workload or container, which
leaves it hardened unless told otherwise.
"""

from collections.abc import Callable
from typing import TypeAlias

from itbench import JsonObject, JsonValue
from itbench_ciso.controls.control import Change, Way, complies, on_scene, violates
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.manifests.workload import WORKLOAD_KINDS, Workload

Edit: TypeAlias = Callable[[Workload], object]
ContainerEdit: TypeAlias = Callable[[JsonObject], object]
Picked: TypeAlias = Callable[[Workload], JsonObject]

# None of Kubernetes' own API groups.
_FOREIGN_VERSIONS = ("fleet.meridian.example/v1", "apps.meridian.example/v1", "batch.meridian.example/v1")


def unchanged(_target: object) -> None:
    """Leave a workload or a container as it is, which is hardened."""


def edited(edit: Edit, kind: str | None = None) -> Change:
    """Return the change that adds a hardened workload and edits it."""
    return on_scene(lambda scene: edit(scene.workload(kind)))


def bad(name: str, edit: Edit, fine: Edit = unchanged, kind: str | None = None) -> Way:
    """Return the violating way that adds a workload and edits it; `fine` is the edit of the repaired one."""
    return violates(name, edited(edit, kind), edited(fine, kind))


def bad_container(
    name: str, edit: ContainerEdit, fine: ContainerEdit = unchanged, kind: str | None = None
) -> Way:
    """Return the violating way that adds a workload and edits its first container."""
    return bad(name, in_container(edit), in_container(fine), kind)


def pod_edit(**fields: JsonValue) -> Edit:
    """Return the edit that sets fields of the pod spec."""
    return lambda workload: workload.spec.update(fields)


def pod_context(**fields: JsonValue) -> Edit:
    """Return the edit that sets fields of the pod's security context."""
    return lambda workload: workload.context.update(fields)


def container_context(**fields: JsonValue) -> ContainerEdit:
    """Return the edit that sets fields of a container's security context."""
    return lambda container: container["securityContext"].update(fields)


def capabilities(**lists: list[str] | None) -> ContainerEdit:
    """Return the edit that gives a container exactly these lists of capabilities."""

    def edit(container: JsonObject) -> None:
        container["securityContext"]["capabilities"] = lists

    return edit


def in_container(edit: ContainerEdit) -> Edit:
    """Return the edit of a workload's first container."""
    return lambda workload: edit(workload.container)


def every_kind(what: str, edit: Edit, fine: Edit = unchanged) -> tuple[Way, ...]:
    """Return one violating way for each kind of workload, and special ones; `what` follows the kind."""

    def stopped(then: Edit) -> Edit:
        def stop(workload: Workload) -> None:
            workload.object["spec"]["replicas"] = 0
            then(workload)

        return stop

    return (
        *(bad(f"a {kind} {what}", edit, fine, kind) for kind in WORKLOAD_KINDS),
        bad(f"a workload with no replicas {what}", stopped(edit), stopped(fine), "Deployment"),
        unplaced_way(what, edit, fine),
    )


def every_container(what: str, edit: ContainerEdit, fine: ContainerEdit = unchanged) -> tuple[Way, ...]:
    """Return one violating way for each kind of workload and container; `what` follows "container"."""
    places: tuple[tuple[str, Picked, str | None], ...] = (
        ("a container after the first", Workload.second_container, None),
        ("the second of three containers", _second_of_three, None),
        ("an init container", Workload.init_container, None),
        ("an init container after the first", _second_init_container, None),
        ("a sidecar", Workload.sidecar, None),
        ("an ephemeral container", Workload.ephemeral_container, "Pod"),
    )
    return (
        *every_kind(f"with a container that {what}", in_container(edit), in_container(fine)),
        *(bad(f"{name} {what}", _at(pick, edit), _at(pick, fine), kind) for name, pick, kind in places),
    )


def unplaced_way(what: str, edit: Edit, fine: Edit = unchanged) -> Way:
    """Return the violating way of a workload that names no namespace."""
    return violates(
        f"a workload without a namespace {what}",
        on_scene(lambda scene: edit(scene.unplaced_workload())),
        on_scene(lambda scene: fine(scene.unplaced_workload())),
    )


def _at(pick: Picked, edit: ContainerEdit) -> Edit:
    return lambda workload: edit(pick(workload))


def _second_of_three(workload: Workload) -> JsonObject:
    second = workload.second_container()
    workload.third_container()
    return second


def _second_init_container(workload: Workload) -> JsonObject:
    workload.init_container()
    return workload.sidecar()


def _full(scene: Scene) -> None:
    for kind in ("Pod", None):
        workload = scene.workload(kind)
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


def foreign_look_alikes(edit: Edit) -> tuple[Way, ...]:
    """Return ways that comply: what would violate in a workload stands in objects that are none.

    Args:
        edit: what makes a workload violate.
    """

    def custom(scene: Scene) -> None:
        for kind in scene.random.shuffled(("WorkloadTemplate", "AppBundle", "Rollout"))[:2]:
            workload = scene.workload("Deployment")
            edit(workload)
            workload.object.update(apiVersion="delivery.meridian.example/v1", kind=kind)

    def other_group(scene: Scene) -> None:
        for kind in WORKLOAD_KINDS:
            workload = scene.workload(kind)
            edit(workload)
            workload.object["apiVersion"] = scene.random.pick(_FOREIGN_VERSIONS)

    def revision(scene: Scene) -> None:
        workload = scene.workload("Deployment")
        edit(workload)
        template = workload.object["spec"]["template"]
        del workload.object["spec"]
        workload.object.update(kind="ControllerRevision", data={"spec": {"template": template}}, revision=1)

    return (
        complies("custom resources have such fields", on_scene(custom)),
        complies("objects of other API groups have workloads' kinds and such fields", on_scene(other_group)),
        complies("a ControllerRevision has such fields", on_scene(revision)),
    )
