"""Which of the objects that an answer names the task's own data shows."""

from itbench_sre.sightings.environment import SnapshotEnvironment
from itbench_sre.sightings.inventory import listed_objects, mentioned_objects
from itbench_sre.sightings.look import look_for
from itbench_sre.sightings.winnable import winnable_problems

__all__ = ["SnapshotEnvironment", "listed_objects", "look_for", "mentioned_objects", "winnable_problems"]
