"""Generated applications: sound for every seed, unlike each other and unlike the demo."""

import json
from collections import Counter
from functools import cache
from typing import Any

import pytest
import yaml

from itbench_sre.world.application.flags import read_flags
from itbench_sre.world.application.flows import containers_of, noon_rates
from itbench_sre.world.application.generated import generated
from itbench_sre.world.application.model import Application, Work
from itbench_sre.world.application.otel_demo import PROGRAMS
from itbench_sre.world.application.soundness import Deployed, deployed, faults, targets
from itbench_sre.world.store.kinds import KINDS
from itbench_sre.world.store.quantities import thousandths, units

pytestmark = pytest.mark.slow  # Fifty applications are made.

SEEDS = range(50)
_WORKLOADS = ("CronJob", "Deployment", "StatefulSet")


@cache
def applications() -> dict[int, Application]:
    """Return them by seed; not made before they are needed, as each process that runs tests imports this."""
    return {seed: generated(seed) for seed in SEEDS}


@cache
def running() -> dict[int, list[Deployed]]:
    return {seed: deployed(application) for seed, application in applications().items()}


@cache
def rates() -> dict[int, dict[tuple[str, str], int]]:
    return {
        seed: noon_rates(application, targets(application), application.entrance.partition(":")[0])
        for seed, application in applications().items()
    }


def _workloads(application: Application) -> list[Any]:
    return [body for body in application.objects if body["kind"] in _WORKLOADS]


def test_every_seed_gives_a_sound_application() -> None:
    assert {seed: found for seed, one in applications().items() if (found := faults(one))} == {}


def test_they_have_10_to_60_workloads_and_every_object_a_name_of_its_own() -> None:
    sizes = []
    for seed, application in applications().items():
        names = Counter((body["kind"], body["metadata"]["name"]) for body in application.objects)
        assert [name for name, count in names.items() if count > 1] == [], seed
        for body in application.objects:
            assert body["apiVersion"] == KINDS[body["kind"]].api_version
            assert body["metadata"].get("namespace", application.namespace) == application.namespace
        sizes.append(len(_workloads(application)))
    assert min(sizes) >= 10
    assert max(sizes) <= 64
    assert max(sizes) - min(sizes) > 30


def test_no_name_is_that_of_a_program_of_the_demo() -> None:
    demo = set(PROGRAMS)
    for application in applications().values():
        assert not demo & {body["metadata"]["name"] for body in application.objects}
        assert not demo & {image.program.name for image in application.images if image.program}


def test_all_styles_and_all_kinds_of_objects_occur() -> None:
    kinds = {body["kind"] for application in applications().values() for body in application.objects}
    assert kinds == {
        "ConfigMap", "CronJob", "Deployment", "HorizontalPodAutoscaler", "Ingress", "LimitRange", "Namespace",
        "NetworkPolicy", "PodDisruptionBudget", "ResourceQuota", "Secret", "Service", "ServiceAccount", "StatefulSet",
    }  # fmt: skip
    assert {one.manager for one in applications().values()} == {
        "argocd-controller",
        "helm",
        "kubectl-client-side-apply",
    }
    probes, languages, read_from = set(), set(), set()
    for containers in running().values():
        for one in containers:
            ready = one.container.get("readinessProbe", {"none": 0})
            probes |= set(ready) & {"exec", "grpc", "httpGet", "none", "tcpSocket"}
            languages.add(one.program.language)
            read_from |= {path.rpartition(".")[2] for path in one.files}
    assert probes == {"exec", "grpc", "httpGet", "none", "tcpSocket"}
    assert len(languages) >= 14
    assert read_from >= {"conf", "json", "properties", "yaml"}


def test_a_request_costs_a_bounded_number_of_calls() -> None:
    for seed, application in applications().items():
        calls = rates()[seed]
        weights = sum(journey.weight for journey in application.journeys)
        routes = sum(journey.weight * len(journey.operations) for journey in application.journeys)
        asked = application.visits_per_minute * 1000 * routes // weights
        assert sum(calls.values()) < 30 * asked, seed


def test_memory_and_processors_suffice_at_noon() -> None:
    for seed in SEEDS:
        calls = rates()[seed]
        for one in running()[seed]:
            limits = one.container["resources"].get("limits", {})
            if "memory" in limits:
                assert one.program.memory * 11 // 10 < units(limits["memory"]), (seed, one.program.name)
            busy_us = sum(
                calls.get((one.program.name, name), 0)
                * sum(s.cpu_us for s in operation.steps if isinstance(s, Work))
                for name, operation in one.program.operations.items()
            )
            used_m = one.program.idle_cpu_m + busy_us // 1000 // 60_000
            limit = limits.get("cpu")
            assert limit is None or used_m < thousandths(limit) // 2, (seed, one.program.name)


def test_pools_fit_into_what_the_servers_admit() -> None:
    for seed, application in applications().items():
        wanted: Counter[str] = Counter()
        for one in running()[seed]:
            replicas = one.workload["spec"].get("replicas", 1)
            for name in one.program.dependencies:
                for key, value in {**one.environment, **_flat(one.files)}.items():
                    if key.upper().replace(".", "_").startswith(f"{name}_".upper().replace("-", "_")) and (
                        key.upper().endswith(("POOL_SIZE", "MAX_CONNECTIONS", "POOL_MAX", "CONNECTION_LIMIT"))
                    ):
                        wanted[name] += replicas * int(value)
        stores = {
            body["metadata"]["name"]: body for body in application.objects if body["kind"] == "StatefulSet"
        }
        admitted = {
            one.workload["metadata"]["name"]: int(one.files["/etc/postgresql/postgresql.conf"].split()[2])
            for one in running()[seed]
            if "/etc/postgresql/postgresql.conf" in one.files
        }
        assert admitted
        for name, most in admitted.items():
            assert name in stores
            assert 0 < wanted[name] < most - 3, (seed, name)


def _flat(files: Any) -> dict[str, str]:
    """Return the leaves of configuration files by dotted keys."""
    made: dict[str, str] = {}

    def walk(found: Any, prefix: str) -> None:
        if isinstance(found, dict):
            for key, value in found.items():
                walk(value, f"{prefix}.{key}" if prefix else key)
        else:
            made[prefix] = str(found)

    for path, text in files.items():
        if path.endswith((".yaml", ".json")):
            walk(yaml.load(text, yaml.CSafeLoader), "")
        elif path.endswith(".properties"):
            made |= dict(line.split("=", 1) for line in text.splitlines())
    return made


def test_flags_are_served_from_a_mounted_file_and_act_on_programs_that_ask() -> None:
    for seed, application in applications().items():
        (text,) = (
            one.files["/etc/flags/flags.json"] for one in running()[seed] if one.program.role == "flags"
        )
        flags = read_flags(text).flags
        acting = {name for image in application.images for name in image.flags}
        assert acting == set(flags)
        assert len(flags) >= 4


def test_every_program_has_good_and_bad_versions_whose_tags_differ_from_program_to_program() -> None:
    application = applications()[7]
    bad: dict[str, set[str]] = {}
    for image in application.images:
        if image.program is None or image.program.name == "busybox":
            continue
        tag = image.reference.rpartition(":")[2]
        if image.defects.get("failure_per_million", 0) > 100_000:
            bad.setdefault(image.program.name, set()).add(tag)
    assert len(bad) > 5
    assert len({min(tags) for tags in bad.values()}) > 3
    for container in (c for body in _workloads(application) for c in containers_of(body)):
        (now,) = (image for image in application.images if image.reference == container["image"])
        assert not now.defects


@pytest.mark.parametrize("seed", [0, 33])
def test_the_same_seed_gives_the_same_application(seed: int) -> None:
    again = generated(seed)
    assert again == applications()[seed]
    assert json.dumps(again.objects) == json.dumps(applications()[seed].objects)


def test_the_size_can_be_chosen() -> None:
    small, large = (len(_workloads(generated(5, size))) for size in (10, 60))
    assert 10 <= small <= 14
    assert 54 <= large <= 64
