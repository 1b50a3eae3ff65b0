"""All controls by number; each is a module of its own with a constant `CONTROL`."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from itbench_ciso.controls.control import Control

# In the order of their numbers.
_MODULES = (
    # 5.1
    "cluster_admin",  # 5.1.1
    "secret_access",  # 5.1.2
    "wildcards",  # 5.1.3
    "pod_creation",  # 5.1.4
    "default_account",  # 5.1.5
    "token_mounts",  # 5.1.6
    "masters_group",  # 5.1.7
    "role_escalation",  # 5.1.8
    "volume_creation",  # 5.1.9
    "node_proxy",  # 5.1.10
    "request_approval",  # 5.1.11
    "webhook_access",  # 5.1.12
    "token_creation",  # 5.1.13
    # 5.2
    "namespace_levels",  # 5.2.1
    "privileged",  # 5.2.2
    "host_processes",  # 5.2.3
    "host_memory",  # 5.2.4
    "host_network",  # 5.2.5
    "privilege_escalation",  # 5.2.6
    "root_containers",  # 5.2.7
    "raw_packets",  # 5.2.8
    "added_capabilities",  # 5.2.9
    "assigned_capabilities",  # 5.2.10
    "windows_host",  # 5.2.11
    "host_paths",  # 5.2.12
    "host_ports",  # 5.2.13
    # 5.3
    "network_policies",  # 5.3.2
    # 5.4
    "secret_variables",  # 5.4.1
    "external_secrets",  # 5.4.2
    # 5.5
    "image_provenance",  # 5.5.1
    # 5.7
    "owned_namespaces",  # 5.7.1
    "seccomp",  # 5.7.2
    "security_contexts",  # 5.7.3
    "default_namespace",  # 5.7.4
)


@cache
def controls() -> Mapping[str, Control]:
    """Return every control by its number, in order."""
    found: list[Control] = [import_module(f"{__package__}.{name}").CONTROL for name in _MODULES]
    return {control.number: control for control in found}
