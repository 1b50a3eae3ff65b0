"""Stateful sets, daemon sets, jobs and cron jobs."""

import pytest

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.times import epoch_s, kubernetes_text
from itbench_sre.world.controllers.cron import next_time_us
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of

from .clusters import IMAGE, Cluster, template


def _stateful_set(cluster: Cluster, **options: object) -> Ref:
    spec = {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "db"}},
        "serviceName": "db",
        "template": template("db"),
    }
    return ref_of(cluster.create("StatefulSet", "db", spec={**spec, **options}))


def _job(cluster: Cluster, image: str, **options: object) -> Ref:
    container = {"image": image, "name": "app"}
    pod = {"spec": {"containers": [container], "restartPolicy": "Never"}}
    return ref_of(cluster.create("Job", "load", spec={"template": pod, **options}))


def _messages(cluster: Cluster, reason: str) -> list[str]:
    return [message for _, message, _ in cluster.events(reason)]


def test_a_stateful_set_makes_its_pods_one_after_the_other(cluster: Cluster) -> None:
    ref = _stateful_set(cluster)
    seen = []
    for _ in range(20):
        cluster.run(1)
        seen.append([pod["metadata"]["name"] for pod in cluster.pods("db")])
    assert [names for at, names in enumerate(seen) if names not in seen[:at]] == [
        ["db-0"],
        ["db-0", "db-1"],
        ["db-0", "db-1", "db-2"],
    ]
    assert _messages(cluster, "SuccessfulCreate") == [
        f"create Pod db-{n} in StatefulSet db successful" for n in range(3)
    ]
    status = cluster.store.expect(ref)["status"]
    assert (status["readyReplicas"], status["currentRevision"]) == (3, status["updateRevision"])


def test_a_stateful_set_is_updated_from_the_last_pod_to_the_first(cluster: Cluster) -> None:
    ref = _stateful_set(cluster)
    cluster.run(20)
    cluster.edit(ref, {IMAGE: "good:2"})
    cluster.run(40)
    assert _messages(cluster, "SuccessfulDelete") == [
        f"delete Pod db-{n} in StatefulSet db successful" for n in (2, 1, 0)
    ]
    assert {pod["spec"]["containers"][0]["image"] for pod in cluster.pods("db")} == {"good:2"}


def test_a_bad_update_of_a_stateful_set_stays_until_its_pod_is_deleted(cluster: Cluster) -> None:
    ref = _stateful_set(cluster)
    cluster.run(20)
    cluster.edit(ref, {IMAGE: "bad"})
    cluster.run(20)
    cluster.edit(ref, {IMAGE: "good:1"}, "kubectl-rollout")
    cluster.run(60)
    images = {pod["metadata"]["name"]: pod["spec"]["containers"][0]["image"] for pod in cluster.pods("db")}
    assert images == {"db-0": "good:1", "db-1": "good:1", "db-2": "bad"}
    cluster.store.delete(Ref("Pod", "shop", "db-2"), "kubectl-delete")
    cluster.run(20)
    assert cluster.store.expect(ref)["status"]["readyReplicas"] == 3


def test_a_stateful_set_keeps_its_claims(cluster: Cluster) -> None:
    cluster.create("StorageClass", "disk", namespace="", provisioner="ebs.csi.aws.com")
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "disk",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    ref = _stateful_set(cluster, replicas=2, volumeClaimTemplates=[claim])
    cluster.run(40)
    assert cluster.store.expect(ref)["status"]["readyReplicas"] == 2
    cluster.edit(ref, {("spec", "replicas"): 1}, "kubectl-scale")
    cluster.run(20)
    assert [pod["metadata"]["name"] for pod in cluster.pods("db")] == ["db-0"]
    names = [each["metadata"]["name"] for each in cluster.store.list("PersistentVolumeClaim")]
    assert names == ["data-db-0", "data-db-1"]


def _daemon_set(cluster: Cluster) -> Ref:
    spec = {"selector": {"matchLabels": {"app": "agent"}}, "template": template("agent")}
    return ref_of(cluster.create("DaemonSet", "agent", spec=spec))


def test_a_daemon_set_has_one_pod_on_each_node_new_ones_too(cluster: Cluster) -> None:
    ref = _daemon_set(cluster)
    cluster.run(10)
    cluster.node("node-4")
    cluster.run(10)
    assert sorted(pod["spec"]["nodeName"] for pod in cluster.pods("agent")) == [
        f"node-{n}" for n in (1, 2, 3, 4)
    ]
    status = cluster.store.expect(ref)["status"]
    assert (status["desiredNumberScheduled"], status["numberReady"], status["numberAvailable"]) == (4, 4, 4)


def test_a_daemon_set_replaces_one_pod_at_a_time(cluster: Cluster) -> None:
    ref = _daemon_set(cluster)
    cluster.run(10)
    cluster.edit(ref, {IMAGE: "good:2"})
    least = 3
    for _ in range(60):
        cluster.run(1)
        least = min(least, cluster.store.expect(ref)["status"]["numberReady"])
    assert least == 2
    assert {pod["spec"]["containers"][0]["image"] for pod in cluster.pods("agent")} == {"good:2"}


def test_a_daemon_that_fails_again_and_again_is_replaced_more_and_more_seldom(cluster: Cluster) -> None:
    ref = _daemon_set(cluster)
    cluster.run(10)
    replaced: list[int] = []
    for _ in range(12):
        for pod in cluster.pods("agent"):
            if pod["spec"].get("nodeName") == "node-1" and pod["status"].get("phase") == "Running":
                cluster.store.edit(
                    ref_of(pod), {("status", "phase"): "Failed"}, "kubelet", subresource="status"
                )
        cluster.run(10)
        replaced.append(sum(count for _, _, count in cluster.events("FailedDaemonPod", ref.name)))
    # After 1, 2, 4, 8, ... seconds: some at first, one a minute and fewer at the end.
    assert 4 <= replaced[-1] <= 8
    assert replaced[5] - replaced[0] > replaced[11] - replaced[6]


def test_a_daemon_stays_on_a_node_that_is_closed(cluster: Cluster) -> None:
    _daemon_set(cluster)
    cluster.run(10)
    cluster.edit(Ref("Node", "", "node-1"), {("spec", "unschedulable"): True})
    cluster.run(10)
    assert len(cluster.pods("agent")) == 3


def test_a_job_that_fails_is_tried_again_later_each_time_and_then_given_up(cluster: Cluster) -> None:
    ref = _job(cluster, "job-bad", backoffLimit=2)
    cluster.run(120)
    starts = [pod["metadata"]["creationTimestamp"] for pod in cluster.pods("load")]
    status = cluster.store.expect(ref)["status"]
    assert starts == [kubernetes_text(cluster_us) for cluster_us in _starts(starts[0], (0, 13, 36))]
    assert status["failed"] == 3
    assert [(each["type"], each["reason"]) for each in status["conditions"]] == [
        ("FailureTarget", "BackoffLimitExceeded"),
        ("Failed", "BackoffLimitExceeded"),
    ]
    assert _messages(cluster, "BackoffLimitExceeded") == ["Job has reached the specified backoff limit"]


def _starts(first: str, seconds: tuple[int, ...]) -> list[int]:
    hour, minute, second = (int(part) for part in first[11:19].split(":"))
    begin = epoch_s(2025, 12, 15) + hour * 3600 + minute * 60 + second
    return [(begin + each) * SECOND_US for each in seconds]


def test_a_job_ends_when_enough_pods_succeeded(cluster: Cluster) -> None:
    ref = _job(cluster, "job", completions=4, parallelism=2, ttlSecondsAfterFinished=60)
    cluster.run(20)
    status = cluster.store.expect(ref)["status"]
    assert (status["succeeded"], status["conditions"][-1]["type"]) == (4, "Complete")
    assert "completionTime" in status
    assert all(pod["metadata"]["finalizers"] == [] for pod in cluster.pods("load"))
    cluster.run(70)
    assert (cluster.store.get(ref), cluster.pods("load")) == (None, [])


def test_a_job_has_a_deadline(cluster: Cluster) -> None:
    ref = _job(cluster, "good:1", activeDeadlineSeconds=30)
    cluster.run(40)
    assert cluster.store.expect(ref)["status"]["conditions"][-1]["reason"] == "DeadlineExceeded"
    assert cluster.pods("load") == []


def _cron_job(cluster: Cluster, image: str, **options: object) -> JsonObject:
    container = {"image": image, "name": "app"}
    job = {"spec": {"template": {"spec": {"containers": [container], "restartPolicy": "Never"}}}}
    return cluster.create("CronJob", "tick", spec={"schedule": "*/2 * * * *", "jobTemplate": job, **options})


def test_a_cron_job_runs_on_time_and_keeps_three_jobs(cluster: Cluster) -> None:
    _cron_job(cluster, "job")
    cluster.run(610)
    jobs = [job["metadata"]["name"] for job in cluster.store.list("Job")]
    assert jobs == [f"tick-{29430000 + minute}" for minute in (6, 8, 10)]
    assert _messages(cluster, "SawCompletedJob")[0] == "Saw completed job: tick-29430002, condition: Complete"
    assert _messages(cluster, "SuccessfulDelete")[0] == "Deleted job tick-29430002"


def test_a_cron_job_that_forbids_it_starts_no_second_job(cluster: Cluster) -> None:
    _cron_job(cluster, "good:1", concurrencyPolicy="Forbid")
    cluster.run(400)
    assert len(list(cluster.store.list("Job"))) == 1
    words = "Not starting job because prior execution is running and concurrency policy is Forbid"
    assert set(_messages(cluster, "JobAlreadyActive")) == {words}


@pytest.mark.parametrize(
    ("schedule", "next_time"),
    [
        ("*/5 * * * *", "2025-12-15T17:50:00Z"),
        ("30 2 * * *", "2025-12-16T02:30:00Z"),
        ("0 0 1 * *", "2026-01-01T00:00:00Z"),
        ("0 9-17/4 * * mon-fri", "2025-12-16T09:00:00Z"),
        ("15 10 * * 0", "2025-12-21T10:15:00Z"),
        ("0 0 20 * 3", "2025-12-17T00:00:00Z"),
        ("@hourly", "2025-12-15T18:00:00Z"),
    ],
)
def test_schedules_hand_computed(schedule: str, next_time: str) -> None:
    now_us = (epoch_s(2025, 12, 15) + 17 * 3600 + 46 * 60 + 20) * SECOND_US  # a Monday
    assert kubernetes_text(next_time_us(schedule, now_us)) == next_time


def test_a_schedule_that_cannot_be_read_is_told(cluster: Cluster) -> None:
    _cron_job(cluster, "job", schedule="often")
    cluster.run(5)
    assert _messages(cluster, "UnparseableSchedule") == [
        "unparseable schedule: often : expected exactly 5 fields, found 1: [often]"
    ]
