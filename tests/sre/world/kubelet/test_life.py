"""A pod's life on its node: pulled, started, crashed, probed, stopped."""

import pytest

from itbench_sre.world.application.model import Image
from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US
from itbench_sre.world.store.refs import Ref

from .conftest import Act, Cluster


def test_a_pod_is_pulled_created_started_and_ready(cluster: Cluster) -> None:
    pod = cluster.pod()
    cluster.run(20)
    assert cluster.reasons(pod) == ["Pulling", "Pulled", "Created", "Started"]
    assert cluster.said("Created", "Started") == ["Created container: cart", "Started container cart"]
    status = cluster.status(pod)
    assert status["phase"] == "Running"
    assert status["podIP"].startswith("100.96.1.")
    assert status["hostIP"] == "172.20.32.1"
    assert status["qosClass"] == "BestEffort"
    assert set(cluster.conditions(pod).values()) == {"True"}
    container = cluster.container(pod)
    assert container["ready"]
    assert container["started"]
    assert container["containerID"].startswith("containerd://")
    assert container["imageID"].startswith("ghcr.io/shop/cart@sha256:")


def test_an_image_that_is_there_is_not_pulled_again_unless_it_must_be(cluster: Cluster) -> None:
    cluster.kubelets.preload("ghcr.io/shop/cart:1.0", "busybox")
    first = cluster.pod("first")
    second = cluster.pod("second", container={"image": "busybox", "imagePullPolicy": "Always"})
    cluster.run(20)
    assert cluster.reasons(first) == ["Pulled", "Created", "Started"]
    assert cluster.reasons(second) == ["Pulling", "Pulled", "Created", "Started"]
    assert 'Container image "ghcr.io/shop/cart:1.0" already present on machine' in cluster.said("Pulled")
    assert cluster.container(second)["image"] == "docker.io/library/busybox:latest"


def test_pods_of_one_node_have_addresses_of_their_own(cluster: Cluster) -> None:
    pods = [cluster.pod(f"cart-{number}") for number in range(12)]
    cluster.run(60)
    assert len({cluster.status(pod)["podIP"] for pod in pods}) == 12


def test_a_crash_is_first_restarted_at_once_and_then_later_and_later(cluster: Cluster) -> None:
    cluster.machines.acts["cart"] = Act(ends_after_s=1, exit_code=1, reason="Error")
    pod = cluster.pod()
    cluster.run(15 * 60)
    starts = [place.restart for place in cluster.machines.started]
    assert starts == list(range(len(starts)))
    assert 7 <= len(starts) <= 8
    container = cluster.container(pod)
    assert container["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert container["state"]["waiting"]["message"].startswith(
        "back-off 5m0s restarting failed container=cart pod=cart-0_shop("
    )
    assert container["lastState"]["terminated"]["exitCode"] == 1
    assert container["restartCount"] == len(starts) - 1
    assert cluster.conditions(pod)["ContainersReady"] == "False"
    (message,) = cluster.said("BackOff")
    assert message.startswith("Back-off restarting failed container cart in pod cart-0_shop(")


def test_a_container_that_ran_for_ten_minutes_is_restarted_at_once_again(cluster: Cluster) -> None:
    cluster.machines.acts["cart"] = Act(ends_after_s=1, exit_code=1, reason="Error")
    cluster.pod()
    cluster.run(60)
    cluster.machines.acts["cart"] = Act(ends_after_s=11 * 60, exit_code=1, reason="Error")
    cluster.run(14 * 60)
    before = len(cluster.machines.started)
    cluster.run(3 * 60)
    assert len(cluster.machines.started) in (before, before + 1)
    assert cluster.machines.running


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("ghcr.io/shop/cart:9", "rpc error: code = NotFound desc = failed to pull and unpack image"),
        ("ghcr.io/shop/arm:1.0", "no match for platform in manifest: not found"),
        ("corp.internal/shop/cart:1.0", "dial tcp: lookup corp.internal on 127.0.0.53:53: no such host"),
        ("ghcr.io/other/solar:latest", "failed to authorize: failed to fetch anonymous token"),
        ("nobody/nothing:1", "pull access denied, repository does not exist or may require authorization"),
    ],
)
def test_an_image_that_cannot_be_had_is_tried_again_later_and_later(image: str, words: str) -> None:
    cluster = Cluster()
    pod = cluster.pod(container={"image": image})
    cluster.run(30)
    failed = next(message for message in cluster.said("Failed") if words in message)
    assert failed.startswith(f'Failed to pull image "{image}": ')
    assert {"Error: ErrImagePull", "Error: ImagePullBackOff"} < set(cluster.said("Failed"))
    assert cluster.said("BackOff") == [f'Back-off pulling image "{image}"']
    cluster.run(20 * 60)
    waiting = cluster.container(pod)["state"]["waiting"]
    assert waiting["reason"] == "ImagePullBackOff"
    assert waiting["message"].startswith(f'Back-off pulling image "{image}": ErrImagePull: ')
    assert cluster.status(pod)["phase"] == "Pending"
    pulls = sum(event["count"] for event in cluster.store.list("Event") if event["reason"] == "Pulling")
    assert 4 <= pulls <= 9


def test_a_pushed_image_ends_the_wait(cluster: Cluster) -> None:
    pod = cluster.pod(container={"image": "ghcr.io/shop/cart:9"})
    cluster.run(60)
    assert cluster.machines.started == []
    cluster.registry.add(Image(reference="ghcr.io/shop/cart:9", program=None))
    cluster.run(120)
    assert cluster.status(pod)["phase"] == "Running"


def test_a_command_that_is_not_in_the_image(cluster: Cluster) -> None:
    cluster.machines.acts["cart"] = Act(is_unborn=True)
    pod = cluster.pod(container={"command": ["/usr/bin/missing"]})
    cluster.run(120)
    (message,) = cluster.said("Failed")
    assert message == (
        "Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create "
        'failed: unable to start container process: exec: "/usr/bin/missing": stat /usr/bin/missing: no such file or '
        "directory: unknown"
    )
    container = cluster.container(pod)
    assert container["lastState"]["terminated"]["reason"] == "StartError"
    assert container["lastState"]["terminated"]["exitCode"] == 128
    assert container["state"]["waiting"]["reason"] in ("RunContainerError", "CrashLoopBackOff")


def test_init_containers_run_one_after_another_before_the_others(cluster: Cluster) -> None:
    cluster.machines.acts["first"] = Act(ends_after_s=5)
    cluster.machines.acts["second"] = Act(ends_after_s=5)
    init = [{"name": name, "image": "busybox"} for name in ("first", "second")]
    pod = cluster.pod(initContainers=init)
    cluster.run(6)
    assert cluster.status(pod)["phase"] == "Pending"
    assert cluster.conditions(pod)["Initialized"] == "False"
    assert cluster.container(pod)["state"] == {"waiting": {"reason": "PodInitializing"}}
    assert cluster.container(pod, "second")["state"] == {"waiting": {"reason": "PodInitializing"}}
    cluster.run(30)
    assert [place.container for place in cluster.machines.started] == ["first", "second", "cart"]
    assert cluster.container(pod, "first")["state"]["terminated"]["reason"] == "Completed"
    assert cluster.container(pod, "first")["ready"]
    assert cluster.conditions(pod)["Initialized"] == "True"
    paths = {event["involvedObject"].get("fieldPath") for event in cluster.store.list("Event")}
    assert {"spec.initContainers{first}", "spec.containers{cart}"} <= paths


def test_an_init_container_that_crashes_or_hangs_holds_the_pod(cluster: Cluster) -> None:
    cluster.machines.acts["bad"] = Act(ends_after_s=1, exit_code=2, reason="Error")
    crashing = cluster.pod("crashing", initContainers=[{"name": "bad", "image": "busybox"}])
    hanging = cluster.pod("hanging", initContainers=[{"name": "wait", "image": "busybox"}])
    cluster.run(5 * 60)
    assert not any(place.container == "cart" for place in cluster.machines.started)
    assert cluster.container(crashing, "bad")["restartCount"] >= 4
    assert cluster.container(hanging, "wait")["state"].keys() == {"running"}
    for pod in (crashing, hanging):
        assert cluster.status(pod)["phase"] == "Pending"


def test_a_failing_readiness_probe_takes_a_pod_out_and_lets_it_back(cluster: Cluster) -> None:
    probe = {"httpGet": {"path": "/health", "port": "http"}, "periodSeconds": 5}
    pod = cluster.pod(container={"readinessProbe": probe, "ports": [{"name": "http", "containerPort": 8080}]})
    cluster.run(60)
    assert cluster.conditions(pod)["Ready"] == "True"
    cluster.machines.acts["cart"] = Act(refused="HTTP probe failed with statuscode: 503")
    cluster.run(30)
    assert cluster.conditions(pod)["Ready"] == "False"
    assert cluster.said("Unhealthy")[-1] == "Readiness probe failed: HTTP probe failed with statuscode: 503"
    assert not cluster.said("Killing")
    cluster.machines.acts["cart"] = Act()
    cluster.run(10)
    assert cluster.conditions(pod)["Ready"] == "True"


def test_a_failing_liveness_probe_restarts_the_container_with_grace(cluster: Cluster) -> None:
    probe = {"tcpSocket": {"port": 8080}, "periodSeconds": 10, "failureThreshold": 3}
    pod = cluster.pod(container={"livenessProbe": probe}, terminationGracePeriodSeconds=20)
    cluster.run(60)
    words = "dial tcp 100.96.1.9:8080: connect: connection refused"
    cluster.machines.acts["cart"] = Act(refused=words, obeys_after_s=-1)
    cluster.run(60)
    assert f"Liveness probe failed: {words}" in cluster.said("Unhealthy")
    assert cluster.said("Killing")[0] == "Container cart failed liveness probe, will be restarted"
    cluster.machines.acts["cart"] = Act()
    cluster.run(40)
    container = cluster.container(pod)
    assert container["restartCount"] == 1
    assert container["lastState"]["terminated"]["exitCode"] == 137


def test_a_startup_probe_keeps_the_others_waiting(cluster: Cluster) -> None:
    probe = {"tcpSocket": {"port": 8080}, "periodSeconds": 5}
    cluster.machines.acts["cart"] = Act(refused="dial tcp 100.96.1.9:8080: connect: connection refused")
    pod = cluster.pod(
        container={
            "startupProbe": {**probe, "failureThreshold": 30},
            "livenessProbe": probe,
            "readinessProbe": probe,
        }
    )
    cluster.run(60)
    assert {message.split()[0] for message in cluster.said("Unhealthy")} == {"Startup"}
    assert not cluster.container(pod)["started"]
    cluster.machines.acts["cart"] = Act()
    cluster.run(20)
    assert cluster.container(pod)["started"]
    assert cluster.conditions(pod)["Ready"] == "True"


def test_a_deleted_pod_is_asked_to_stop_and_then_taken_away(cluster: Cluster) -> None:
    pod = cluster.pod()
    cluster.run(20)
    cluster.store.delete(pod, "kubectl-delete")
    assert cluster.said("Killing") == ["Stopping container cart"]
    cluster.run(5)
    assert cluster.store.get(pod) is None
    assert cluster.machines.running == []


def test_a_container_that_does_not_obey_is_killed_when_its_grace_is_over(cluster: Cluster) -> None:
    cluster.machines.acts["cart"] = Act(obeys_after_s=-1)
    pod = cluster.pod(
        container={"lifecycle": {"preStop": {"exec": {"command": ["sh", "-c", "sleep 5"]}}}},
        terminationGracePeriodSeconds=20,
    )
    cluster.run(20)
    cluster.store.delete(pod, "kubectl-delete")
    cluster.run(18)
    assert cluster.machines.running
    assert cluster.store.expect(pod)["status"]["phase"] == "Running"
    cluster.run(5)
    assert cluster.store.get(pod) is None


def test_a_pod_deleted_by_force_is_gone_at_once(cluster: Cluster) -> None:
    pod = cluster.pod()
    cluster.run(20)
    cluster.store.delete(pod, "kubectl-delete", grace_s=0)
    assert cluster.store.get(pod) is None
    assert cluster.machines.running == []


@pytest.mark.parametrize(
    ("policy", "exit_code", "phase", "starts"),
    [("Never", 0, "Succeeded", 1), ("Never", 3, "Failed", 1), ("OnFailure", 0, "Succeeded", 1)],
)
def test_a_pod_that_ends(policy: str, exit_code: int, phase: str, starts: int) -> None:
    cluster = Cluster()
    reason = "Error" if exit_code else "Completed"
    cluster.machines.acts["cart"] = Act(ends_after_s=5, exit_code=exit_code, reason=reason)
    pod = cluster.pod(restartPolicy=policy)
    cluster.run(60)
    status = cluster.status(pod)
    assert status["phase"] == phase
    assert len(cluster.machines.started) == starts
    ready = next(each for each in status["conditions"] if each["type"] == "Ready")
    assert ready["reason"] == ("PodCompleted" if phase == "Succeeded" else "PodFailed")
    assert cluster.conditions(pod)["PodReadyToStartContainers"] == "False"


def test_a_pod_that_may_fail_is_started_again_until_it_succeeds(cluster: Cluster) -> None:
    cluster.machines.acts["cart"] = Act(ends_after_s=5, exit_code=1, reason="Error")
    pod = cluster.pod(restartPolicy="OnFailure")
    cluster.run(10)
    cluster.machines.acts["cart"] = Act(ends_after_s=5)
    cluster.run(60)
    assert cluster.status(pod)["phase"] == "Succeeded"
    assert cluster.container(pod)["restartCount"] >= 1


def test_a_failed_post_start_hook_kills_its_container(cluster: Cluster) -> None:
    hook = {"postStart": {"exec": {"command": ["/bin/warm-up"]}}}
    cluster.machines.acts["cart"] = Act(refused="command failed")
    cluster.pod(container={"lifecycle": hook})
    cluster.run(20)
    assert cluster.said("FailedPostStartHook") == ["PostStartHook failed"]
    assert cluster.said("Killing") == ["FailedPostStartHook"]


def test_another_image_in_the_spec_restarts_the_container_at_once(cluster: Cluster) -> None:
    pod = cluster.pod()
    cluster.run(30)
    cluster.store.edit(pod, {("spec", "containers", 0, "image"): "ghcr.io/shop/cart:2.0"}, "kubectl-set")
    cluster.run(20)
    assert cluster.said("Killing") == ["Container cart definition changed, will be restarted"]
    assert cluster.container(pod)["image"] == "ghcr.io/shop/cart:2.0"
    assert cluster.container(pod)["restartCount"] == 1
    assert cluster.container(pod)["state"].keys() == {"running"}


def test_limits_changed_in_place_are_passed_on(cluster: Cluster) -> None:
    pod = cluster.pod(container={"resources": {"limits": {"cpu": "200m", "memory": "64Mi"}}})
    cluster.run(30)
    place = ("spec", "containers", 0, "resources", "limits", "cpu")
    cluster.store.edit(pod, {place: "400m"}, "kubectl-patch", subresource="resize")
    cluster.run(5)
    assert cluster.machines.limits == [(400, 64 << 20)]
    assert cluster.container(pod)["restartCount"] == 0
    assert cluster.container(pod)["resources"]["limits"]["cpu"] == "400m"


def test_a_killed_container_comes_back(cluster: Cluster) -> None:
    pod = cluster.pod()
    cluster.run(30)
    uid = cluster.store.expect(pod)["metadata"]["uid"]
    cluster.kubelets["node-1"].kill_container(uid, "cart")
    cluster.run(10)
    container = cluster.container(pod)
    assert container["lastState"]["terminated"]["exitCode"] == 137
    assert container["restartCount"] == 1
    assert not cluster.said("Killing")


def test_out_of_memory_shows_in_the_last_state(cluster: Cluster) -> None:
    pod = cluster.pod()
    cluster.run(30)
    (process,) = cluster.machines.running
    cluster.machines.end(process, 137, "OOMKilled")
    cluster.run(10)
    assert cluster.container(pod)["lastState"]["terminated"]["reason"] == "OOMKilled"


def test_the_deadline_of_a_pod_ends_it(cluster: Cluster) -> None:
    pod = cluster.pod(activeDeadlineSeconds=60, restartPolicy="Never")
    cluster.run(120)
    status = cluster.status(pod)
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")
    assert cluster.machines.running == []


def test_a_pod_at_rest_adds_nothing_to_the_queue_but_its_probes(cluster: Cluster) -> None:
    cluster.pod()
    cluster.run(60)
    changes: list[object] = []
    cluster.store.watch("Pod", changes.append)
    cluster.store.watch("Event", changes.append)
    cluster.loop.run_until(cluster.loop.now_us + 20 * MINUTE_US)
    assert changes == []
    assert cluster.store.get(Ref("Pod", "shop", "cart-0")) is not None
    assert cluster.loop.now_us % SECOND_US == 0
