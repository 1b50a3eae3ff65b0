"""Images from the company's mirror of public registries, which asks for a password."""

import base64
import json
from typing import TYPE_CHECKING, Any

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.kubelet.registry import MIRROR
from itbench_sre.world.mechanisms.actions import Action, Create
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import exact, of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import SPEC, container_path, edit, with_strategy
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of

if TYPE_CHECKING:
    from itbench_sre.world.store.paths import Path

_NAMES = ("mirror-pull", "registry-pull", "regcred", "image-pull")


class PullSecret(Mechanism):
    """Takes a workload's image from the company's mirror, with a pull secret that is right, wrong, for another host, or missing."""

    name = "image-pull-secret"
    family = "rollout"
    faults = ("fault 15", "fault 36")

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload, and a secret."""
        body = scene.pick(random, scene.workloads)
        if body is None:
            return None
        ref, container = ref_of(body), scene.container(body)
        image = container["image"]
        host = image.partition("/")[0]
        full = (
            image if "." in host or (":" in host.partition("/")[0] and "/" in image) else f"docker.io/{image}"
        )
        way = random.pick(("right", "right", "right", "wrong", "other host", "missing", "none"))
        secret = Ref("Secret", scene.namespace, f"{random.pick(_NAMES)}-{random.between(1, 9)}")
        if scene.store.get(secret) is not None:
            return None
        changes: dict[Path, Any] = {container_path(container, "image"): f"{MIRROR}/{full}"}
        if way != "none":
            changes[(*SPEC, "imagePullSecrets")] = [{"name": secret.name}]
        password = scene.world.registry.passwords[f"{MIRROR}/"]
        password = random.hexadecimal(len(password)) if way == "wrong" else password
        made: tuple[Action, ...] = ()
        if way not in ("none", "missing"):
            made = (
                Create(pull_secret(secret, "quay.io" if way == "other host" else MIRROR, password), hand),
            )
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=(*of_workload(body, scene.names), *((exact(secret),) if made else ())),
            actions=(*made, *edit(body, with_strategy(body, changes, random), hand)),
            pause_us=2 * SECOND_US,
            condition=f"its image comes from {MIRROR}, with "
            + ("no pull secret" if way == "none" else f"the pull secret {secret.name}"),
            solution=f"give {ref.name} a pull secret for {MIRROR}, or its old image",
        )


def pull_secret(ref: Ref, host: str, password: str) -> JsonObject:
    """Return a Secret with the password of a registry's host."""
    auth = base64.b64encode(f"puller:{password}".encode()).decode()
    text = json.dumps({"auths": {host: {"username": "puller", "password": password, "auth": auth}}})
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": ref.name, "namespace": ref.namespace},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": base64.b64encode(text.encode()).decode()},
    }
