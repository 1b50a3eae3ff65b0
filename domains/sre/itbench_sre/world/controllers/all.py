"""All controllers of a cluster, put on one control plane."""

from itbench_sre.world.controllers.budgets import Budgets
from itbench_sre.world.controllers.deployments import Deployments
from itbench_sre.world.controllers.endpoints import Endpoints
from itbench_sre.world.controllers.plane import Plane
from itbench_sre.world.controllers.replica_sets import ReplicaSets
from itbench_sre.world.controllers.scheduler import Scheduler


class Controllers:
    """The controllers that watch one store."""

    def __init__(self, plane: Plane, usage: object = None) -> None:
        self.deployments = Deployments(plane)
        self.replica_sets = ReplicaSets(plane)
        self.endpoints = Endpoints(plane)
        self.budgets = Budgets(plane)
        self.scheduler = Scheduler(plane)
