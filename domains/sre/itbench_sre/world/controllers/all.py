"""All controllers of a cluster, put on one control plane."""

from itbench_sre.world.controllers.admission.chain import install_admission
from itbench_sre.world.controllers.attachments import Attachments
from itbench_sre.world.controllers.autoscalers import Autoscalers
from itbench_sre.world.controllers.budgets import Budgets
from itbench_sre.world.controllers.cron_jobs import CronJobs
from itbench_sre.world.controllers.daemon_sets import DaemonSets
from itbench_sre.world.controllers.deployments import Deployments
from itbench_sre.world.controllers.endpoints import Endpoints
from itbench_sre.world.controllers.garbage import Garbage
from itbench_sre.world.controllers.jobs import Jobs
from itbench_sre.world.controllers.namespaces import Namespaces
from itbench_sre.world.controllers.nodes import Nodes
from itbench_sre.world.controllers.plane import Plane
from itbench_sre.world.controllers.quotas import Quotas
from itbench_sre.world.controllers.replica_sets import ReplicaSets
from itbench_sre.world.controllers.scaling import Usage
from itbench_sre.world.controllers.scheduler import Scheduler
from itbench_sre.world.controllers.stateful_sets import StatefulSets
from itbench_sre.world.controllers.taint_eviction import TaintEviction
from itbench_sre.world.controllers.volumes import Volumes


class Controllers:
    """The controllers that watch one store; put there before its first object is.

    Attributes:
        budgets: serve evictions, `budgets.evict(ref, manager)`.
        nodes: note silent nodes once they are told how, `nodes.listen(kubelets.seen_us)`.
    """

    def __init__(self, plane: Plane, usage: Usage) -> None:
        install_admission(plane.store)
        self.namespaces = Namespaces(plane)
        self.nodes = Nodes(plane)
        self.scheduler = Scheduler(plane)
        self.deployments = Deployments(plane)
        self.replica_sets = ReplicaSets(plane)
        self.stateful_sets = StatefulSets(plane)
        self.daemon_sets = DaemonSets(plane)
        self.jobs = Jobs(plane)
        self.cron_jobs = CronJobs(plane)
        self.endpoints = Endpoints(plane)
        self.autoscalers = Autoscalers(plane, usage)
        self.budgets = Budgets(plane)
        self.quotas = Quotas(plane)
        self.volumes = Volumes(plane)
        self.attachments = Attachments(plane)
        self.garbage = Garbage(plane)
        self.taint_eviction = TaintEviction(plane)
