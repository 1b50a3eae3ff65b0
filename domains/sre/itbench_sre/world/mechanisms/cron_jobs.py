"""Batch jobs: at another hour, more of them at once, stopped, or started by hand."""

import copy
from typing import TYPE_CHECKING, Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Action, Create, Edit
from itbench_sre.world.mechanisms.depth import above, draw_depth
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import exact, generated
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.refs import Ref, ref_of

if TYPE_CHECKING:
    from itbench_sre.world.store.paths import Path


class BatchJobs(Mechanism):
    """Changes when a CronJob runs and how many of its pods work at once, or starts one of its jobs by hand."""

    name = "batch-jobs"
    family = "capacity"

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a CronJob, and a change."""
        body = scene.pick(random, list(scene.store.list("CronJob", scene.namespace)))
        if body is None:
            return None
        ref = ref_of(body)
        depth = draw_depth(random.fork("depth"))
        count = max(above(random.pick((1, 6, 30)), depth), 1)
        spread: dict[Path, Any] = {
            ("spec", "jobTemplate", "spec", "parallelism"): count,
            ("spec", "jobTemplate", "spec", "completions"): count,
        }
        often: dict[Path, Any] = {("spec", "schedule"): "* * * * *", ("spec", "concurrencyPolicy"): "Allow"}
        ways: list[tuple[str, dict[Path, Any]]] = [
            ("is stopped", {("spec", "suspend"): True}),
            (f"runs each minute with {count} pods", {**often, **spread}),
            (f"runs with {count} pods", spread),
            ("runs at night", {("spec", "schedule"): "30 2 * * *"}),
            (f"was started by hand with {count} pods", {}),
        ]
        way, changes = random.pick(ways)
        action: Action = Edit(ref, tuple(changes.items()), hand)
        names = (exact(ref), generated(Ref("Job", ref.namespace, ref.name), ref.name))
        target = ref
        if not changes:
            target = Ref("Job", ref.namespace, f"{ref.name}-manual-{random.between(100, 999)}")
            names = (exact(target), exact(ref))
            spec = {
                **copy.deepcopy(body["spec"]["jobTemplate"]["spec"]),
                "parallelism": count,
                "completions": count,
            }
            metadata = {
                "name": target.name,
                "namespace": target.namespace,
                "annotations": {"cronjob.kubernetes.io/instantiate": "manual"},
            }
            action = Create(
                {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}, hand
            )
        return Plan(
            target=target,
            affects=(ref.name,),
            names=names,
            depth=depth,
            actions=(action,),
            condition=f"the batch job {ref.name} {way}",
            solution=f"give the CronJob {ref.name} its old schedule and width, and delete jobs that run",
        )
