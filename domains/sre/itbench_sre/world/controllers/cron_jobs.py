"""The cron job controller: a job at each time of a schedule, and only so many old ones kept."""

from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.cron import next_time_us
from itbench_sre.world.controllers.jobs import finished_as
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import is_terminating, owner_reference, time_us
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.store.refs import JsonObject, Ref, owner_of, ref_of, reference_to
from itbench_sre.world.store.refusal import Refusal
from itbench_sre.world.store.store import Change

_COMPONENT = "cronjob-controller"
_STAMP = "batch.kubernetes.io/cronjob-scheduled-timestamp"


class CronJobs:
    """Makes the jobs of cron jobs when they are due."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._queue = Queue(plane.loop, plane.seed, _COMPONENT, self._sync)
        plane.store.watch("CronJob", self._on_cron_job)
        plane.store.watch("Job", self._on_job)

    def _on_cron_job(self, change: Change) -> None:
        if change.type != "DELETED":
            self._queue.add(change.ref)

    def _on_job(self, change: Change) -> None:
        owner = owner_of(change.body)
        if owner is not None and owner.kind == "CronJob":
            self._queue.add(owner)

    def _sync(self, ref: Ref) -> None:
        body = self._store.get(ref)
        if body is None or is_terminating(body):
            return
        jobs = list(self._store.owned(body["metadata"]["uid"], "Job"))
        body = self._noted(body, jobs)
        self._clean(body, jobs)
        if not body["spec"]["suspend"]:
            self._start_due(body, jobs)

    def _noted(self, body: JsonObject, jobs: list[JsonObject]) -> JsonObject:
        """Bring the list of running jobs up to date."""
        status = dict(body["status"])
        by_uid = {job["metadata"]["uid"]: job for job in jobs}
        active = []
        for each in status.get("active") or ():
            job = by_uid.get(each["uid"])
            if job is None:
                self._tell(body, "MissingJob", f"Active job went missing: {each['name']}")
            elif outcome := finished_as(job):
                self._tell(
                    body, "SawCompletedJob", f"Saw completed job: {each['name']}, condition: {outcome}"
                )
                if done := job["status"].get("completionTime"):
                    status["lastSuccessfulTime"] = max(done, status.get("lastSuccessfulTime", ""))
            else:
                active.append(each)
        status["active"] = active
        if not active:
            del status["active"]
        return self._store.edit(ref_of(body), {("status",): status}, MANAGER, subresource="status")

    def _clean(self, body: JsonObject, jobs: list[JsonObject]) -> None:
        limits = {"Complete": "successfulJobsHistoryLimit", "Failed": "failedJobsHistoryLimit"}
        for outcome, limit in limits.items():
            ended = [job for job in jobs if finished_as(job) == outcome and not is_terminating(job)]
            ended.sort(key=lambda job: job["status"].get("startTime") or "")
            for job in ended[: max(len(ended) - body["spec"][limit], 0)]:
                self._store.delete(ref_of(job), MANAGER)
                self._tell(body, "SuccessfulDelete", f"Deleted job {job['metadata']['name']}")

    def _start_due(self, body: JsonObject, jobs: list[JsonObject]) -> None:
        spec, now_us, ref = body["spec"], self._plane.loop.now_us, ref_of(body)
        last = body["status"].get("lastScheduleTime") or body["metadata"]["creationTimestamp"]
        try:
            due_us = next_time_us(spec["schedule"], time_us(last))
        except ValueError as error:
            words = f"unparseable schedule: {spec['schedule']} : {error}"
            self._tell(body, "UnparseableSchedule", words, "Warning")
            return
        if not due_us:
            return
        if due_us > now_us:
            self._queue.after(ref, due_us - now_us)
            return
        while 0 < (later_us := next_time_us(spec["schedule"], due_us)) <= now_us:
            due_us = later_us
        late_s = spec.get("startingDeadlineSeconds")
        if late_s is not None and now_us > due_us + late_s * SECOND_US:
            words = f"Missed scheduled time to start a job: {kubernetes_text(due_us)}"
            self._tell(body, "MissSchedule", words, "Warning")
        elif self._may_start(body, jobs):
            self._create(body, due_us)
        if (next_us := next_time_us(spec["schedule"], now_us)) > 0:
            self._queue.after(ref, next_us - now_us)

    def _may_start(self, body: JsonObject, jobs: list[JsonObject]) -> bool:
        active = body["status"].get("active") or ()
        if active and body["spec"]["concurrencyPolicy"] == "Forbid":
            words = "Not starting job because prior execution is running and concurrency policy is Forbid"
            self._tell(body, "JobAlreadyActive", words)
            return False
        if body["spec"]["concurrencyPolicy"] == "Replace":
            for each in active:
                self._store.delete(Ref("Job", body["metadata"]["namespace"], each["name"]), MANAGER)
                self._tell(body, "SuccessfulDelete", f"Deleted job {each['name']}")
        return True

    def _create(self, body: JsonObject, due_us: int) -> None:
        template, metadata = body["spec"]["jobTemplate"], body["metadata"]
        name = f"{metadata['name']}-{due_us // MINUTE_US}"
        given = template.get("metadata") or {}
        made: JsonObject = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {
                "annotations": {**(given.get("annotations") or {}), _STAMP: kubernetes_text(due_us)},
                "name": name,
                "namespace": metadata["namespace"],
                "ownerReferences": [owner_reference(body)],
            },
            "spec": template["spec"],
        }
        if given.get("labels"):
            made["metadata"]["labels"] = given["labels"]
        try:
            job = self._store.create(made, MANAGER)
        except Refusal as refusal:
            self._tell(body, "FailedCreate", f"Error creating job: {refusal.message}", "Warning")
            return
        self._tell(body, "SuccessfulCreate", f"Created job {name}")
        others = () if body["spec"]["concurrencyPolicy"] == "Replace" else body["status"].get("active") or ()
        active = [*others, reference_to(job)]
        status = {**body["status"], "active": active, "lastScheduleTime": kubernetes_text(due_us)}
        self._store.edit(ref_of(body), {("status",): status}, MANAGER, subresource="status")

    def _tell(self, body: JsonObject, reason: str, message: str, type_: str = "Normal") -> None:
        self._plane.events.emit(body, reason, message, component=_COMPONENT, type=type_)
