"""Rollouts that fail: a Deployment is changed so that its new pods do not come up, or come up unable to work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import ADDRESSES, BY_NAME, VERSION
from itbench_sre.simulator.faults import EASY, Fault
from itbench_sre.simulator.paths import callers

if TYPE_CHECKING:
    from collections.abc import Callable

    from itbench_sre.simulator.faults import Case


def _fault(
    case: Case, what: str, effect: str, mechanism: str, change: Callable[[], None], callee: str = ""
) -> Fault:
    target, cluster = case.target, case.world.cluster

    def inject() -> None:
        before = cluster.deployments[target].template
        change()
        if case.undo_us:
            case.world.loop.at(case.undo_us, cluster.undo, target, before)

    return Fault(
        kind="Deployment",
        name=target,
        pattern=rf"{target}\b",
        condition=what,
        effect=effect,
        category="Change",
        mechanism=mechanism,
        solution=f"roll Deployment {target} back to its previous revision",
        inject=inject,
        hits=(target,),
        path=tuple(name for name in (callee, target, *callers(target)) if name),
    )


def _image(case: Case) -> Fault:
    world, target = case.world, case.target
    image = f"ghcr.io/open-telemetry/demo:{VERSION[:-1]}{4 + world.random.fork('image').below(5)}-{target}"

    def change() -> None:
        world.kubelet.missing_images.add(image)
        path = ("spec", "containers", target, "image")
        world.cluster.change_template(target, "kubectl-set", path, image=image)

    return _fault(
        case,
        f"the image was set to {image}, which does not exist",
        "new pods stay in ImagePullBackOff",
        "nonexistent-kubernetes-workload-container-image",
        change,
    )


def _probe(case: Case) -> Fault:
    world, target = case.world, case.target
    port = BY_NAME[target].port + world.random.fork("port").pick((1, 10, 80))

    def change() -> None:
        path = ("spec", "containers", target, "readinessProbe", "tcpSocket", "port")
        world.cluster.change_template(target, "argocd-controller", path, readiness_port=port)

    return _fault(
        case,
        f"the readiness probe was pointed at port {port}, where nothing listens",
        "new pods run but never become ready",
        "misconfigured-kubernetes-workload-container-readiness-probe",
        change,
    )


def _command(case: Case) -> Fault:
    world, target = case.world, case.target
    program = world.random.fork("command").pick((f"/app/{target}-server", "./start.sh", "/usr/local/bin/run"))

    def change() -> None:
        world.kubelet.missing_commands.add(program)
        path = ("spec", "containers", target, "command")
        world.cluster.change_template(target, "kubectl-patch", path, command=(program,))

    return _fault(
        case,
        f"the container command was set to {program}, which the image does not have",
        "new pods crash in a loop",
        "invalid-kubernetes-workload-container-command",
        change,
    )


_PATHS = {"checkout": "PAYMENT_ADDR", "frontend": "AD_ADDR", "shipping": "QUOTE_ADDR"}


def _address(case: Case) -> Fault:
    world, target = case.world, case.target
    name = _PATHS[target]
    usual = ADDRESSES[target]
    host = usual[name].rpartition("/")[2].partition(":")[0]
    random = world.random.fork("host")
    if case.difficulty == EASY:
        dead = usual[name].replace(host, f"{host}-{random.pick(('svc', 'v2', 'internal'))}")
    else:
        dead = usual[name].replace(":8080", f":{random.pick((8081, 9090, 50051))}")

    def change() -> None:
        before = world.cluster.deployments[target].template.environment
        environment = tuple((key, dead if key == name else value) for key, value in before)
        path = ("spec", "containers", target, "env", name, "value")
        world.cluster.change_template(target, "kubectl-set", path, environment=environment)

    return _fault(
        case,
        f"environment variable {name} was set to {dead}, where nothing answers",
        f"the rollout succeeds, calls of {host} fail",
        "modified-kubernetes-workload-container-environment-variable",
        change,
        host,
    )


ROLLOUTS = {
    "rollout-image": _image,
    "rollout-probe": _probe,
    "rollout-command": _command,
    "rollout-address": _address,
}
