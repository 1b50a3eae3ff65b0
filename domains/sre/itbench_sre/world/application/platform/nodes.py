"""The machines of the cluster: one that runs the control plane, and workers in three zones."""

from itbench_sre.world.application.manifests import thing
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.store.refs import JsonObject

_REGION = "us-east-2"
_KUBELET = "v1.32.9"
_LINUX = "6.8.0-1036-aws"
# Type of machine -> cores, memory in KiB, pods.
_TYPES = {
    "m5.large": (2, 7_893_664, 110),
    "m5.xlarge": (4, 16_044_248, 110),
    "m5.2xlarge": (8, 32_345_300, 110),
}
_RESERVED_KI = 102_400


def nodes(seed: int, workers: int, machine: str) -> list[JsonObject]:
    """Return the Nodes as their kubelets registered them; conditions are theirs to write."""
    made = [_node(seed, 0, "m5.large", is_control_plane=True)]
    return made + [_node(seed, number, machine) for number in range(1, workers + 1)]


def _node(seed: int, number: int, machine: str, *, is_control_plane: bool = False) -> JsonObject:
    random = Randomness(mixed(seed, f"node {number}"))
    name = f"i-0{random.hexadecimal(16)}"
    zone = f"{_REGION}{'abc'[number % 3]}"
    address = f"10.0.{128 + random.below(100)}.{4 + random.below(240)}"
    network = f"100.96.{number}.0/24"
    return thing(
        "Node",
        name,
        labels=_labels(name, machine, zone, is_control_plane=is_control_plane),
        annotations={
            "csi.volume.kubernetes.io/nodeid": f'{{"ebs.csi.aws.com":"{name}"}}',
            "node.alpha.kubernetes.io/ttl": "0",
            "volumes.kubernetes.io/controller-managed-attach-detach": "true",
        },
        spec={
            "podCIDR": network,
            "podCIDRs": [network],
            "providerID": f"aws:///{zone}/{name}",
            **({"taints": [_CONTROL_PLANE]} if is_control_plane else {}),
        },
        status=_status(random, name, machine, address),
    )


_CONTROL_PLANE = {"effect": "NoSchedule", "key": "node-role.kubernetes.io/control-plane"}


def _labels(name: str, machine: str, zone: str, *, is_control_plane: bool) -> dict[str, str]:
    role = "control-plane" if is_control_plane else "node"
    return {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/instance-type": machine,
        "beta.kubernetes.io/os": "linux",
        "failure-domain.beta.kubernetes.io/region": _REGION,
        "failure-domain.beta.kubernetes.io/zone": zone,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node-role.kubernetes.io/" + role: "",
        "node.kubernetes.io/instance-type": machine,
        "topology.ebs.csi.aws.com/zone": zone,
        "topology.kubernetes.io/region": _REGION,
        "topology.kubernetes.io/zone": zone,
    }


def _status(random: Randomness, name: str, machine: str, address: str) -> JsonObject:
    cores, memory_ki, pods = _TYPES[machine]
    capacity = {
        "cpu": str(cores),
        "ephemeral-storage": "130045936Ki",
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": f"{memory_ki}Ki",
        "pods": str(pods),
    }
    return {
        "addresses": [
            {"address": address, "type": "InternalIP"},
            {"address": name, "type": "Hostname"},
            {"address": f"{name}.{_REGION}.compute.internal", "type": "InternalDNS"},
        ],
        "allocatable": capacity
        | {
            "ephemeral-storage": "119850334420",
            "memory": f"{memory_ki - _RESERVED_KI}Ki",
        },
        "capacity": capacity,
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            "architecture": "amd64",
            "bootID": random.uid(),
            "containerRuntimeVersion": "containerd://1.7.28",
            "kernelVersion": _LINUX,
            "kubeProxyVersion": _KUBELET,
            "kubeletVersion": _KUBELET,
            "machineID": random.hexadecimal(32),
            "operatingSystem": "linux",
            "osImage": "Ubuntu 24.04.3 LTS",
            "systemUUID": random.uid(),
        },
    }
