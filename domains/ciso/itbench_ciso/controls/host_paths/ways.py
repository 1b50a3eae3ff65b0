"""5.2.12: volumes that are directories of the node."""

from collections.abc import Sequence

from itbench import JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, on_scene, violates
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    Edit,
    bad,
    edited,
    every_kind,
    foreign_look_alikes,
    text_look_alikes,
)

_ALLOWABLE = ("/var/log/pods", "/etc/ssl/certs", "/usr/share/zoneinfo", "/opt/licences")
_SCRATCH: JsonObject = {"emptyDir": {}}


def _allowed(random: Randomness) -> Parameters:
    return {"allowed_paths": sorted(random.shuffled(_ALLOWABLE)[:2])}


def _mounted(workload: Workload, source: JsonObject) -> None:
    workload.spec["volumes"].append({"name": "data"} | source)
    workload.container["volumeMounts"].append({"name": "data", "mountPath": "/data", "readOnly": True})


def _host_path(path: str) -> Edit:
    return lambda workload: _mounted(workload, {"hostPath": {"path": path}})


def _own_directory(workload: Workload) -> None:
    _mounted(workload, _SCRATCH)


def _paths(parameters: Parameters, *, are_allowed: bool) -> Sequence[str]:
    return [path for path in _ALLOWABLE if (path in parameters["allowed_paths"]) is are_allowed]


def _changed(beginning: str, ending: str) -> Change:
    def change(scene: Scene, parameters: Parameters) -> None:
        _host_path(f"{beginning}{scene.random.pick(parameters['allowed_paths'])}{ending}")(scene.workload())

    return change


def _near(name: str, beginning: str, ending: str) -> Way:
    return violates(name, _changed(beginning, ending), _changed("", ""))


def _harmless(*, is_allowed: bool) -> Change:
    def change(scene: Scene, parameters: Parameters) -> None:
        _host_path(scene.random.pick(_paths(parameters, are_allowed=is_allowed)))(scene.workload())

    return change


def _unused(source: JsonObject) -> Edit:
    return lambda workload: workload.spec["volumes"].insert(0, {"name": "spare"} | source)


def _two(*, are_allowed: bool) -> Change:
    """Return the change that has both allowed paths, or the first one and another after it."""

    def change(scene: Scene, parameters: Parameters) -> None:
        first, second = parameters["allowed_paths"]
        volumes = scene.workload().spec["volumes"]
        for number, path in enumerate((first, second if are_allowed else "/")):
            volumes.append({"name": f"data-{number}", "hostPath": {"path": path, "type": "Directory"}})

    return change


def _persistent(scene: Scene) -> None:
    spec = {
        "capacity": {"storage": "5Gi"},
        "accessModes": ["ReadWriteOnce"],
        "hostPath": {"path": "/mnt/disks/a"},
    }
    scene.add(
        {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": scene.name()}, "spec": spec}
    )


CONTROL = Control(
    number="5.2.12",
    title="Pods must not mount paths of their node",
    parameters=_allowed,
    is_admission=True,
    ways=(
        *every_kind("mounts a path of the node", _host_path("/var/lib/kubelet"), _own_directory),
        bad(
            "a volume that no container mounts is one",
            _unused({"hostPath": {"path": "/srv", "type": "Directory"}}),
            _unused(_SCRATCH),
        ),
        violates("one of two paths is not allowed", _two(are_allowed=False), _two(are_allowed=True)),
        violates(
            "a harmless path that is not allowed", _harmless(is_allowed=False), _harmless(is_allowed=True)
        ),
        _near("a path below an allowed one", "", "/private"),
        _near("a path that only begins like an allowed one", "", "-old"),
        _near("a path that only ends like an allowed one", "/mnt", ""),
        _near("an allowed path that climbs up again", "", "/.."),
        _near("an allowed path with a slash at its end", "", "/"),
        *HARDENED,
        complies("an allowed path", _changed("", "")),
        complies("both allowed paths", _two(are_allowed=True)),
        complies(
            "a claim", edited(lambda pod: _mounted(pod, {"persistentVolumeClaim": {"claimName": "data"}}))
        ),
        complies("the field is null", edited(lambda pod: _mounted(pod, {"emptyDir": {}, "hostPath": None}))),
        complies("a PersistentVolume is a path of a node", on_scene(_persistent)),
        *text_look_alikes("hostPath", "  volumes:\n  - name: data\n    hostPath:\n      path: /etc\n"),
        *foreign_look_alikes(_host_path("/etc")),
    ),
)
