"""Chaos Mesh: schedules, the experiments that they spawn, and what those do to pods and to packets."""

from itbench_sre.world.controllers.chaos.experiments import EXPERIMENTS, Experiments
from itbench_sre.world.controllers.chaos.schedules import Schedules

__all__ = ["EXPERIMENTS", "Experiments", "Schedules"]
