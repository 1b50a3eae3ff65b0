"""The truth of an SRE incident: read, checked, and turned into a perfect answer."""

from itbench_sre.truth.check import validate_truth
from itbench_sre.truth.convert import truth_from_json, truth_to_json
from itbench_sre.truth.load import load_truth
from itbench_sre.truth.model import Action, AlertTruth, Fault, Group, KnownChange, Propagation, Truth
from itbench_sre.truth.roots import RootSet, root_sets
from itbench_sre.truth.solution import solution

__all__ = [
    "Action",
    "AlertTruth",
    "Fault",
    "Group",
    "KnownChange",
    "Propagation",
    "RootSet",
    "Truth",
    "load_truth",
    "root_sets",
    "solution",
    "truth_from_json",
    "truth_to_json",
    "validate_truth",
]
