"""The job controller: pods that run to their end, tried again with a back-off."""

from typing import Any

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import (
    condition,
    is_active,
    is_over,
    is_ready,
    is_terminating,
    pod_of,
    time_us,
)
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.store.refs import JsonObject, Ref, owner_of, ref_of
from itbench_sre.world.store.refusal import Refusal
from itbench_sre.world.store.store import Change

_COMPONENT = "job-controller"
_TRACKING = "batch.kubernetes.io/job-tracking"
_FIRST_BACKOFF_S = 10
_LAST_BACKOFF_S = 600
_ENDS = {
    "BackoffLimitExceeded": "Job has reached the specified backoff limit",
    "DeadlineExceeded": "Job was active longer than specified deadline",
}


class Jobs:
    """Runs the pods of jobs and counts how they end."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._queue = Queue(plane.loop, plane.seed, _COMPONENT, self._sync)
        plane.store.watch("Job", self._on_job)
        plane.store.watch("Pod", self._on_pod)

    def _on_job(self, change: Change) -> None:
        if change.type != "DELETED":
            self._queue.add(change.ref)

    def _on_pod(self, change: Change) -> None:
        owner = owner_of(change.body)
        if owner is not None and owner.kind == "Job":
            self._queue.add(owner)

    def _sync(self, ref: Ref) -> None:
        job = self._store.get(ref)
        if job is None or is_terminating(job):
            return
        if finished_as(job):
            for pod in self._store.owned(job["metadata"]["uid"], "Pod"):
                if is_over(pod) or is_terminating(pod):
                    self._let_go(pod)
            self._expire(job)
            return
        job = self._started(job)
        pods = list(self._store.owned(job["metadata"]["uid"], "Pod"))
        job = self._counted(job, pods)
        pods = [pod for pod in pods if is_active(pod)]
        reason = self._failure(job, pods)
        if reason:
            self._fail(job, pods, reason)
        elif job["status"].get("succeeded", 0) >= _completions(job) and not (_is_worker_pool(job) and pods):
            self._complete(job)
        else:
            self._run(job, pods)

    def _started(self, job: JsonObject) -> JsonObject:
        if job["spec"]["suspend"]:
            return job
        now_us = self._plane.loop.now_us
        started_us = time_us(job["status"].get("startTime")) or now_us
        if deadline_s := job["spec"].get("activeDeadlineSeconds"):
            self._queue.after(ref_of(job), started_us + deadline_s * SECOND_US - now_us)
        changes: Any = {("status", "startTime"): kubernetes_text(started_us)}
        return self._store.edit(ref_of(job), changes, MANAGER, subresource="status")

    def _counted(self, job: JsonObject, pods: list[JsonObject]) -> JsonObject:
        """Count the pods that ended since, and let go of them."""
        status = dict(job["status"])
        for pod in pods:
            finalizers = pod["metadata"].get("finalizers") or ()
            if _TRACKING not in finalizers or not (is_over(pod) or is_terminating(pod)):
                continue
            word = "succeeded" if pod["status"].get("phase") == "Succeeded" else "failed"
            status[word] = status.get(word, 0) + 1
            self._let_go(pod)
        active = [pod for pod in pods if is_active(pod)]
        counts = {"active": len(active), "ready": sum(1 for pod in active if is_ready(pod))}
        status.update(counts, terminating=sum(1 for pod in pods if is_terminating(pod) and not is_over(pod)))
        status["uncountedTerminatedPods"] = {}
        if not status["active"]:
            del status["active"]
        return self._store.edit(ref_of(job), {("status",): status}, MANAGER, subresource="status")

    def _let_go(self, pod: JsonObject) -> None:
        kept = [each for each in pod["metadata"].get("finalizers") or () if each != _TRACKING]
        self._store.edit(ref_of(pod), {("metadata", "finalizers"): kept}, MANAGER)

    def _failure(self, job: JsonObject, pods: list[JsonObject]) -> str:
        spec = job["spec"]
        restarts = 0
        if spec["template"]["spec"]["restartPolicy"] == "OnFailure":
            containers = (each for pod in pods for each in pod["status"].get("containerStatuses") or ())
            restarts = sum(each.get("restartCount", 0) for each in containers)
        if job["status"].get("failed", 0) + restarts > spec["backoffLimit"]:
            return "BackoffLimitExceeded"
        deadline_s, started = spec.get("activeDeadlineSeconds"), job["status"].get("startTime")
        if deadline_s and started and time_us(started) + deadline_s * SECOND_US <= self._plane.loop.now_us:
            return "DeadlineExceeded"
        return ""

    def _run(self, job: JsonObject, pods: list[JsonObject]) -> None:
        ref = ref_of(job)
        if job["spec"]["suspend"]:
            for pod in pods:
                self._store.delete(ref_of(pod), MANAGER)
            return
        left = _completions(job) - job["status"].get("succeeded", 0)
        wanted = (
            min(job["spec"]["parallelism"], left) if not _is_worker_pool(job) else job["spec"]["parallelism"]
        )
        if _is_worker_pool(job) and job["status"].get("succeeded"):
            wanted = len(pods)
        for pod in pods[wanted:]:
            self._delete(job, pod)
        missing = wanted - len(pods)
        pause_us = self._pause_us(job) if missing > 0 else 0
        if pause_us > 0:
            self._queue.after(ref, pause_us)
            return
        try:
            for _ in range(missing):
                self._create(job)
        except Refusal:
            self._queue.retry(ref)
            return
        self._queue.forget(ref)

    def _pause_us(self, job: JsonObject) -> int:
        """Return how long the next pod must wait because of those that failed."""
        failed = [
            time_us(_ended(pod))
            for pod in self._store.owned(job["metadata"]["uid"], "Pod")
            if pod["status"].get("phase") == "Failed"
        ]
        if not failed or not job["status"].get("failed"):
            return 0
        backoff_s = min(_FIRST_BACKOFF_S << min(job["status"]["failed"] - 1, 10), _LAST_BACKOFF_S)
        pause_us: int = max(failed) + backoff_s * SECOND_US - self._plane.loop.now_us
        return pause_us

    def _create(self, job: JsonObject) -> None:
        made = pod_of(job["spec"]["template"], job)
        made["metadata"]["finalizers"] = [_TRACKING]
        try:
            pod = self._store.create(made, MANAGER)
        except Refusal as refusal:
            words = f"Error creating: {refusal.message}"
            self._tell(job, "FailedCreate", words, "Warning")
            raise
        self._tell(job, "SuccessfulCreate", f"Created pod: {pod['metadata']['name']}")

    def _delete(self, job: JsonObject, pod: JsonObject) -> None:
        self._store.delete(ref_of(pod), MANAGER)
        self._tell(job, "SuccessfulDelete", f"Deleted pod: {pod['metadata']['name']}")

    def _fail(self, job: JsonObject, pods: list[JsonObject], reason: str) -> None:
        for pod in pods:
            self._delete(job, pod)
        self._end(job, "FailureTarget", "Failed", reason, _ENDS[reason])
        self._tell(job, reason, _ENDS[reason], "Warning")

    def _complete(self, job: JsonObject) -> None:
        words = "Reached expected number of succeeded pods"
        self._end(job, "SuccessCriteriaMet", "Complete", "CompletionsReached", words)
        self._tell(job, "Completed", "Job completed")

    def _end(self, job: JsonObject, first: str, last: str, reason: str, message: str) -> None:
        now = kubernetes_text(self._plane.loop.now_us)
        made = [
            {
                "lastProbeTime": now,
                "lastTransitionTime": now,
                "message": message,
                "reason": reason,
                "status": "True",
                "type": name,
            }
            for name in (first, last)
        ]
        status = {k: v for k, v in job["status"].items() if k != "active"}
        status.update(conditions=[*(status.get("conditions") or ()), *made], ready=0)
        if last == "Complete":
            status["completionTime"] = now
        ended = self._store.edit(ref_of(job), {("status",): status}, MANAGER, subresource="status")
        self._expire(ended)

    def _expire(self, job: JsonObject) -> None:
        seconds = job["spec"].get("ttlSecondsAfterFinished")
        if seconds is None:
            return
        ended = condition(job, finished_as(job)) or {}
        due_us = time_us(ended.get("lastTransitionTime")) + seconds * SECOND_US
        if due_us <= self._plane.loop.now_us:
            self._store.delete(ref_of(job), MANAGER)
        else:
            self._queue.after(ref_of(job), due_us - self._plane.loop.now_us)

    def _tell(self, job: JsonObject, reason: str, message: str, type_: str = "Normal") -> None:
        self._plane.events.emit(job, reason, message, component=_COMPONENT, type=type_)


def finished_as(job: JsonObject) -> str:
    """Return `Complete` or `Failed` for a job that has ended, else nothing."""
    for each in job["status"].get("conditions") or ():
        if each["type"] in ("Complete", "Failed") and each["status"] == "True":
            return str(each["type"])
    return ""


def _is_worker_pool(job: JsonObject) -> bool:
    return job["spec"].get("completions") is None


def _completions(job: JsonObject) -> int:
    return 1 if _is_worker_pool(job) else int(job["spec"]["completions"])


def _ended(pod: JsonObject) -> str:
    times = [
        (each.get("state") or {}).get("terminated", {}).get("finishedAt", "")
        for each in pod["status"].get("containerStatuses") or ()
    ]
    ready = condition(pod, "Ready") or {}
    latest: str = max([*times, ready.get("lastTransitionTime") or ""])
    return latest or str(pod["metadata"]["creationTimestamp"])
