"""What the scripts, certificates, mirrors and clocks that mechanisms bring do to a world."""

import base64
import shutil
import subprocess

import pytest

from itbench_sre.world.application.shell import script_of
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.controllers.chaos.targets import targets_of
from itbench_sre.world.kubelet.references import parsed
from itbench_sre.world.kubelet.registry import MIRROR, PullError
from itbench_sre.world.mechanisms.extra import scripted
from itbench_sre.world.mechanisms.mirrors import pull_secret
from itbench_sre.world.mechanisms.pem import certificate
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.runtime.certificates import expiry_us
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.telemetry.samples import Samples, as_labels
from itbench_sre.world.world import World

from .conftest import settled

_BUSY = "for i in $(seq 3); do (while true; do sha256sum /dev/zero; done) & done; wait"
_ASKING = "for i in $(seq 4); do (while true; do wget -qO- https://kubernetes.default.svc/api/v1/pods; sleep 2; done) & done; wait"


def ran(script: str, name: str = "index-builder", **spec: object) -> World:
    """Return the demo some seconds after a workload with a script was created."""
    world = settled("demo").copy()
    ref = Ref("Deployment", world.application.namespace, name)
    world.store.create(scripted(ref, script, **spec), "helm")  # type: ignore[arg-type]  # fields of pods
    world.run_until(world.start_us + MINUTE_US // 2)
    return world


def test_a_script_is_taken_apart_into_what_it_does_for_ever() -> None:
    busy = script_of(["sh", "-c", _BUSY])
    assert (busy.loops, busy.is_endless, busy.connects, busy.asks) == (3, True, (), ())
    keeping = script_of(
        ["sh", "-c", "for i in $(seq 20); do (while true; do nc db 5432; sleep 5; done) & done; wait"]
    )
    assert (keeping.connects, keeping.loops) == ((("db:5432", 20),), 0)
    asking = script_of(["sh", "-c", _ASKING])
    assert (asking.asks, asking.loops) == (((4, 2),), 0)
    holding = script_of(["sh", "-c", "head -c 300m /dev/zero | tail | sleep infinity"])
    assert (holding.holds >> 20, holding.is_endless) == (300, True)


def test_connections_that_a_script_keeps_are_missing_to_others() -> None:
    usual = settled("demo").copy()
    usual.run_until(usual.start_us + MINUTE_US // 2)
    taken = ran("for i in $(seq 20); do (while true; do nc postgresql 5432; sleep 5; done) & done; wait")
    database = Ref("Deployment", "otel-demo", "postgresql")
    before, after = (world.runtime.of_workload(database)[0].connections for world in (usual, taken))
    assert after == before + 20
    taken.store.delete(Ref("Deployment", "otel-demo", "index-builder"), "kubectl-delete")
    taken.run_until(taken.start_us + 2 * MINUTE_US)
    assert taken.runtime.of_workload(database)[0].connections < before + 20


def test_loops_that_ask_the_kubernetes_api_make_it_busy() -> None:
    world = settled("demo")
    usual = world.api_server.per_second
    assert ran(_ASKING.replace("seq 4", "seq 40")).api_server.per_second == usual + 20


def test_a_file_in_a_directory_of_the_node_stays_when_its_pod_has_gone() -> None:
    volume = {"name": "work", "hostPath": {"path": "/var/cache/index", "type": "DirectoryOrCreate"}}
    script = "dd if=/dev/zero of=/work/segment bs=1M count=500; sleep infinity"
    world = ran(script, volumes=[(volume, "/work")])
    assert [kubelet.stray_disk >> 20 for kubelet in world.kubelets if kubelet.stray_disk] == [500]
    world.store.delete(Ref("Deployment", "otel-demo", "index-builder"), "kubectl-delete")
    world.run_until(world.start_us + 2 * MINUTE_US)
    assert [kubelet.stray_disk >> 20 for kubelet in world.kubelets if kubelet.stray_disk] == [500]


def test_the_mirror_serves_everything_to_those_with_its_password() -> None:
    registry = settled("demo").registry
    reference = parsed(f"{MIRROR}/docker.io/library/busybox:1.36")
    assert reference is not None
    right = pull_secret(Ref("Secret", "otel-demo", "a"), MIRROR, registry.passwords[f"{MIRROR}/"])
    wrong = pull_secret(Ref("Secret", "otel-demo", "b"), MIRROR, "guess")
    assert not isinstance(registry.pull(reference, "amd64", [right]), PullError)
    for secrets in ([], [wrong]):
        assert isinstance(registry.pull(reference, "amd64", secrets), PullError)


def test_a_certificate_ends_when_it_should() -> None:
    until_s = 1_770_000_000
    text = certificate("shop.example", until_s - 86_400, until_s, Randomness(3))
    assert expiry_us(text) == until_s * 1_000_000


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_reads_the_certificates() -> None:
    text = certificate("shop.example", 1_769_000_000, 1_770_000_000, Randomness(3))
    command = ["openssl", "x509", "-noout", "-subject", "-enddate", "-ext", "subjectAltName"]
    said = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
    assert "shop.example" in said
    assert "DNS:shop.example" in said
    assert "notAfter=Feb  2 02:40:00 2026 GMT" in said


def test_who_serves_with_an_expired_certificate_is_not_asked() -> None:
    world = settled("demo").copy()
    quote = Ref("Deployment", "otel-demo", "quote")
    secret = Ref("Secret", "otel-demo", "quote-tls")
    end_s = world.start_us // 1_000_000 - 60
    pem = certificate("quote", end_s - 1000, end_s, Randomness(3))
    body: JsonObject = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": secret.name, "namespace": secret.namespace},
        "data": {"tls.crt": base64.b64encode(pem.encode()).decode()},
    }
    world.store.create(body, "helm")
    pod = ("spec", "template", "spec")
    container = world.store.expect(quote)["spec"]["template"]["spec"]["containers"][0]
    mounted = {**container, "volumeMounts": [{"name": "tls", "mountPath": "/etc/tls"}]}
    volumes = [{"name": "tls", "secret": {"secretName": secret.name}}]
    world.store.edit(quote, {(*pod, "volumes"): volumes, (*pod, "containers", 0): mounted}, "helm")
    world.run_until(world.start_us + 3 * MINUTE_US)
    shipping = world.runtime.of_workload(Ref("Deployment", "otel-demo", "shipping"))[0]
    assert not world.runtime.is_reached(shipping, "quote")


def test_one_scrape_of_series_with_the_same_labels_is_one_sample() -> None:
    series = Samples().series("m_bucket", as_labels(("a", "b")))
    series.add_counts(1000, (1, 2))
    series.add_counts(1000, (3, 4))
    series.add_counts(2000, (5, 6))
    assert series.histogram == [(1000, (4, 6)), (2000, (5, 6))]


def test_the_value_that_a_method_shall_return_is_no_number_of_pods() -> None:
    world = settled("demo")
    scene = Scene(world)
    body = next(each for each in scene.workloads if ref_of(each).name == "ad")
    labels = dict(body["spec"]["selector"]["matchLabels"])
    spec = {
        "selector": {"namespaces": ["otel-demo"], "labelSelectors": labels},
        "mode": "one",
        "action": "return",
        "value": '"0"',
    }
    experiment = {
        "kind": "JVMChaos",
        "metadata": {"name": "a", "namespace": "chaos-mesh"},
        "spec": spec,
    }
    assert len(targets_of(experiment, world.store, Randomness(1))) == 1


def test_users_whose_address_leads_elsewhere_ask_there_and_fail() -> None:
    world = settled("another").copy()
    scene = Scene(world)
    body = next(
        each for each in scene.workloads if (program := scene.program(each)) and program.role == "load"
    )
    environment = {**scene.environment(body), "TARGET_URL": "http://nobody:8080"}
    variables = [{"name": name, "value": value} for name, value in environment.items()]
    path = ("spec", "template", "spec", "containers", 0, "env")
    world.store.edit(ref_of(body), {path: variables}, "helm")
    world.run_until(world.start_us + 3 * MINUTE_US)
    minute = world.users.minutes[max(world.users.minutes) - 1]
    assert minute.failed == minute.visits > 0
