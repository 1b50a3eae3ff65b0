"""5.2.12: volumes that are directories of the node."""

from itbench.interfaces.json import JsonObject
from itbench.made.randomness import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, complies, on_scene, violates
from itbench_ciso.controls.pod_ways import (
    HARDENED,
    Edit,
    edited,
    every_kind,
    foreign_look_alikes,
    text_look_alikes,
)
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.workload import Workload

_ALLOWABLE = ("/var/log/pods", "/etc/ssl/certs", "/usr/share/zoneinfo", "/opt/licences")


def _allowed(random: Randomness) -> Parameters:
    return {"allowed_paths": sorted(random.shuffled(_ALLOWABLE)[:2])}


def _mounted(workload: Workload, source: JsonObject) -> None:
    workload.spec["volumes"].append({"name": "data"} | source)
    workload.container["volumeMounts"].append({"name": "data", "mountPath": "/data", "readOnly": True})


def _host_path(path: str) -> Edit:
    return lambda workload: _mounted(workload, {"hostPath": {"path": path}})


def _changed(ending: str) -> Change:
    def change(scene: Scene, parameters: Parameters) -> None:
        _host_path(f"{scene.random.pick(parameters['allowed_paths'])}{ending}")(scene.workload())

    return change


def _unused(workload: Workload) -> None:
    workload.spec["volumes"].insert(0, {"name": "spare", "hostPath": {"path": "/srv", "type": "Directory"}})


def _one_of_two(scene: Scene, parameters: Parameters) -> None:
    workload = scene.workload()
    _host_path(parameters["allowed_paths"][0])(workload)
    workload.spec["volumes"].append({"name": "root", "hostPath": {"path": "/"}})


def _not_allowed(scene: Scene, parameters: Parameters) -> None:
    others = [path for path in _ALLOWABLE if path not in parameters["allowed_paths"]]
    _host_path(scene.random.pick(others))(scene.workload())


def _both(scene: Scene, parameters: Parameters) -> None:
    workload = scene.workload()
    for number, path in enumerate(parameters["allowed_paths"]):
        volume = {"name": f"data-{number}", "hostPath": {"path": path, "type": "Directory"}}
        workload.spec["volumes"].append(volume)


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
        *every_kind("mounts a path of the node", _host_path("/var/lib/kubelet")),
        violates("a volume that no container mounts is one", edited(_unused)),
        violates("one of two paths is not allowed", _one_of_two),
        violates("a harmless path that is not allowed", _not_allowed),
        violates("a path below an allowed one", _changed("/private")),
        violates("a path that only begins like an allowed one", _changed("-old")),
        violates("an allowed path that climbs up again", _changed("/..")),
        *HARDENED,
        complies("an allowed path", _changed("")),
        complies("both allowed paths", _both),
        complies(
            "a claim", edited(lambda pod: _mounted(pod, {"persistentVolumeClaim": {"claimName": "data"}}))
        ),
        complies("the field is null", edited(lambda pod: _mounted(pod, {"emptyDir": {}, "hostPath": None}))),
        complies("a PersistentVolume is a path of a node", on_scene(_persistent)),
        *text_look_alikes("hostPath", "  volumes:\n  - name: data\n    hostPath:\n      path: /etc\n"),
        *foreign_look_alikes({"volumes": [{"name": "data", "hostPath": {"path": "/etc"}}]}),
    ),
)
