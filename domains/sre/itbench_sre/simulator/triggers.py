"""Innocent changes of a workload that replace its pods: a restart, a good image, other resources, another log level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itbench_sre.simulator.catalog import BY_NAME, VERSION
from itbench_sre.simulator.faults import EASY

if TYPE_CHECKING:
    from itbench_sre.simulator.faults import Case
    from itbench_sre.simulator.randomness import Randomness
    from itbench_sre.simulator.world import World

_UPSTREAM = {
    "postgresql": "docker.io/library/postgres:17.{}",
    "valkey-cart": "docker.io/valkey/valkey:8.1.{}-alpine",
}


def deploy_good_image(world: World, service: str, random: Randomness) -> None:
    """Deploy another image of a service that works as well as the one before."""
    upstream = _UPSTREAM.get(service)
    if upstream:
        image = upstream.format(random.between(4, 9) + 3 * (service == "postgresql"))
    else:
        image = built_image(service, random)
    path = ("spec", "containers", service, "image")
    manager = random.pick(("argocd-controller", "kubectl-set"))
    world.cluster.change_template(service, manager, path, image=image)


def built_image(service: str, random: Randomness) -> str:
    """Return the reference of a later build of a service."""
    return f"ghcr.io/open-telemetry/demo:{VERSION}-{service}-build.{random.between(12, 97)}"


def change_resources(world: World, service: str, random: Randomness) -> None:
    """Give a service a little more of everything."""
    known = BY_NAME[service]
    more_mib = random.pick((16, 32, 64))
    world.cluster.change_template(
        service,
        "argocd-controller",
        ("spec", "containers", service, "resources"),
        memory_limit=known.memory_limit + more_mib,
        cpu_limit=known.cpu_limit + 100 * random.between(1, 3),
    )


def change_log_level(world: World, service: str, random: Randomness) -> None:
    """Add an environment variable that nothing depends on."""
    template = world.cluster.deployments[service].template
    name, value = random.pick((("LOG_LEVEL", "debug"), ("OTEL_LOG_LEVEL", "warn"), ("FEATURE_BANNER", "on")))
    kept = tuple(item for item in template.environment if item[0] != name)
    path = ("spec", "containers", service, "env", name)
    world.cluster.change_template(service, "kubectl-set", path, environment=(*kept, (name, value)))


def replace_pods(case: Case, service: str) -> None:
    """Do what makes a fault bite: a plain restart where it is easy, else a rollout that changes something."""
    random = case.world.random.fork("pod replacement")
    if case.difficulty == EASY:
        case.world.cluster.restart(service)
    else:
        random.pick((deploy_good_image, deploy_good_image, change_resources))(case.world, service, random)
