"""Who may be given a right: one service account and one group, which a task names."""

from itbench import JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.control import Parameters
from itbench_ciso.controls.manifests.access import account, group, user
from itbench_ciso.controls.manifests.names import SYSTEM_NAMESPACES
from itbench_ciso.controls.manifests.scene import Scene

_ACCOUNTS = ("cluster-keeper", "platform-operator", "config-syncer", "estate-controller", "fleet-agent")
_GROUPS = ("platform-oncall", "cluster-operators", "estate-keepers", "night-watch", "release-board")


def permitted(random: Randomness) -> Parameters:
    """Draw the service account and the group that may be given a right."""
    return {
        "permitted_namespace": random.pick(SYSTEM_NAMESPACES),
        "permitted_account": random.pick(_ACCOUNTS),
        "permitted_group": random.pick(_GROUPS),
    }


def permitted_account(_scene: Scene, given: Parameters) -> JsonObject:
    """Return the permitted service account as a subject."""
    return account(given["permitted_namespace"], given["permitted_account"])


def permitted_group(_scene: Scene, given: Parameters) -> JsonObject:
    """Return the permitted group as a subject."""
    return group(given["permitted_group"])


def permitted_user_name(_scene: Scene, given: Parameters) -> JsonObject:
    """Return the permitted service account as a subject under its user name."""
    return user(f"system:serviceaccount:{given['permitted_namespace']}:{given['permitted_account']}")
