"""Nodes: heartbeats, pressure and evictions, reboots, and what stops working on them."""

from itbench_sre.world.store.refs import JsonObject, Ref

from .conftest import Act, Cluster

_NODE = Ref("Node", "", "node-1")


def _ready(cluster: Cluster) -> JsonObject:
    found = cluster.store.expect(_NODE)["status"]["conditions"]
    return next(each for each in found if each["type"] == "Ready")


def test_a_node_reports_every_five_minutes(cluster: Cluster) -> None:
    beats: list[str] = []
    for _ in range(6):
        cluster.run(5 * 60)
        beats.append(_ready(cluster)["lastHeartbeatTime"])
    assert len(set(beats)) == 6
    conditions = cluster.conditions(_NODE)
    assert conditions == {
        "MemoryPressure": "False",
        "DiskPressure": "False",
        "PIDPressure": "False",
        "Ready": "True",
    }
    assert _ready(cluster)["reason"] == "KubeletReady"
    assert not cluster.said()


def test_a_node_lists_its_images(cluster: Cluster) -> None:
    cluster.kubelets.preload("ghcr.io/shop/cart:1.0", "busybox")
    cluster.run(6 * 60)
    images = cluster.store.expect(_NODE)["status"]["images"]
    assert [image["sizeBytes"] for image in images] == [80_000_000, 2_000_000]
    assert images[1]["names"][1] == "docker.io/library/busybox:latest"


def test_short_of_memory_a_node_evicts_what_exceeds_its_request_most(cluster: Cluster) -> None:
    request = {"resources": {"requests": {"memory": "3Gi"}}}
    for name, memory in (("greedy", 3 << 30), ("modest", 1 << 30), ("entitled", 3 << 30)):
        cluster.machines.acts[name] = Act(memory=memory)
        container = {"name": name, **(request if name == "entitled" else {})}
        cluster.pod(name, container=container)
    cluster.run(30)
    assert not cluster.said("Evicted")
    cluster.kubelets["node-1"].stray_memory = 600 << 20
    cluster.run(15)
    status = cluster.status(Ref("Pod", "shop", "greedy"))
    assert (status["phase"], status["reason"]) == ("Failed", "Evicted")
    assert status["message"].startswith(
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: "
    )
    assert status["message"].endswith(
        "Container greedy was using 3145728Ki, request is 0, has larger consumption of memory. "
    )
    target = next(each for each in status["conditions"] if each["type"] == "DisruptionTarget")
    assert target["reason"] == "TerminationByKubelet"
    assert cluster.conditions(_NODE)["MemoryPressure"] == "True"
    assert "Node node-1 status is now: NodeHasInsufficientMemory" in cluster.said()
    bearing = cluster.pod("bearing", tolerations=[{"operator": "Exists"}])
    late = cluster.pod("late")
    cluster.run(10)
    assert cluster.status(bearing)["phase"] == "Running"
    assert cluster.status(late)["message"] == "Pod was rejected: The node had condition: [MemoryPressure]. "
    cluster.run(6 * 60)
    assert cluster.conditions(_NODE)["MemoryPressure"] == "False"
    for name in ("modest", "entitled"):
        assert cluster.status(Ref("Pod", "shop", name))["phase"] == "Running"


def test_short_of_disk_a_node_first_drops_unused_images(cluster: Cluster) -> None:
    cluster.kubelets.preload("ghcr.io/shop/cart:2.0", "busybox")
    pod = cluster.pod()
    cluster.run(20)
    kubelet = cluster.kubelets["node-1"]
    kubelet.stray_disk = kubelet.disk_size * 76 // 100 - 110_000_000
    cluster.run(15)
    assert [image["names"][1] for image in kubelet.images.listed()] == ["ghcr.io/shop/cart:1.0"]
    assert cluster.conditions(_NODE)["DiskPressure"] == "False"
    kubelet.disk[cluster.store.expect(pod)["metadata"]["uid"]] = 3 << 30
    cluster.run(15)
    assert cluster.conditions(_NODE)["DiskPressure"] == "True"
    assert cluster.status(pod)["reason"] == "Evicted"
    assert "The node was low on resource: ephemeral-storage." in cluster.status(pod)["message"]


def test_a_reboot_loses_everything_and_starts_it_again(cluster: Cluster) -> None:
    pod = cluster.pod()
    cluster.run(30)
    before = cluster.store.expect(_NODE)["status"]["nodeInfo"]["bootID"]
    cluster.kubelets["node-1"].reboot(60_000_000)
    assert cluster.machines.running == []
    cluster.run(50)
    assert cluster.container(pod)["state"].keys() == {"running"}  # nobody says otherwise yet
    cluster.run(40)
    boot = cluster.store.expect(_NODE)["status"]["nodeInfo"]["bootID"]
    assert boot != before
    assert cluster.said("Rebooted") == [f"Node node-1 has been rebooted, boot id: {boot}"]
    assert cluster.said("SandboxChanged") == ["Pod sandbox changed, it will be killed and re-created."]
    container = cluster.container(pod)
    assert container["lastState"]["terminated"]["exitCode"] == 255
    assert container["restartCount"] == 1
    assert cluster.status(pod)["phase"] == "Running"


def test_without_its_kubelet_a_node_leaves_things_as_they_are(cluster: Cluster) -> None:
    pod = cluster.pod()
    other = cluster.pod("other")
    cluster.run(30)
    kubelet = cluster.kubelets["node-1"]
    kubelet.stop()
    stopped_us = cluster.loop.now_us
    for process in list(cluster.machines.running):
        if process.place.pod == pod:
            cluster.machines.end(process, 1, "Error")
    cluster.store.delete(other, "kubectl-delete")
    late = cluster.pod("late")
    cluster.run(120)
    assert cluster.kubelets.seen_us("node-1") == stopped_us
    assert cluster.container(pod)["state"].keys() == {"running"}
    assert cluster.store.get(other) is not None
    assert "startTime" not in cluster.status(late)
    kubelet.start()
    cluster.run(60)
    assert cluster.said("NodeReady") == ["Node node-1 status is now: NodeReady"]
    assert cluster.container(pod)["restartCount"] == 1
    assert cluster.store.get(other) is None
    assert cluster.status(late)["phase"] == "Running"


def test_without_its_container_runtime_a_node_is_not_ready_and_starts_nothing(cluster: Cluster) -> None:
    pod = cluster.pod()
    cluster.run(30)
    cluster.kubelets["node-1"].stop_runtime()
    late = cluster.pod("late")
    leaving = cluster.pod("leaving")
    cluster.run(180)
    cluster.store.delete(leaving, "kubectl-delete")
    cluster.run(60)
    assert cluster.store.get(leaving) is not None
    assert _ready(cluster)["status"] == "False"
    assert cluster.said("NodeNotReady") == ["Node node-1 status is now: NodeNotReady"]
    message = cluster.said("FailedCreatePodSandBox")[0]
    assert message.startswith(
        "Failed to create pod sandbox: rpc error: code = Unavailable desc = connection error"
    )
    assert cluster.said("ContainerGCFailed")
    assert cluster.status(pod)["phase"] == "Running"
    cluster.kubelets["node-1"].start_runtime()
    cluster.run(30)
    assert cluster.store.get(leaving) is None
    assert _ready(cluster)["status"] == "True"
    assert cluster.status(late)["phase"] == "Running"


def test_a_cordon_and_its_end_are_told_by_the_kubelet(cluster: Cluster) -> None:
    for is_cordoned in (True, False):
        cluster.store.edit(_NODE, {("spec", "unschedulable"): is_cordoned}, "kubectl-cordon")
        cluster.run(60)
    assert cluster.said() == [
        "Node node-1 status is now: NodeNotSchedulable",
        "Node node-1 status is now: NodeSchedulable",
    ]


def test_too_little_memory_for_a_sandbox(cluster: Cluster) -> None:
    pod = cluster.pod(container={"resources": {"limits": {"memory": "5Mi"}}})
    cluster.run(30)
    (message,) = cluster.said("FailedCreatePodSandBox")
    assert message.endswith("container init was OOM-killed (memory limit too low?): unknown")
    assert "podIP" not in cluster.status(pod)
