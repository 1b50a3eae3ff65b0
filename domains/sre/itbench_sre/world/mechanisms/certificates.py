"""Certificates of servers: renewed in time, or about to expire."""

import base64

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Create
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import exact, of_workload
from itbench_sre.world.mechanisms.pem import certificate
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import SPEC, container_path, edit, with_strategy
from itbench_sre.world.runtime.certificates import MOUNTED
from itbench_sre.world.store.paths import Item
from itbench_sre.world.store.refs import Ref, ref_of

_DAY_S = 86_400
# Seconds from the change to the end of the certificate.
_LIVES = (90 * _DAY_S, 60 * _DAY_S, 30 * _DAY_S, 3 * 3600, 240, 90, -1800, -2 * _DAY_S)


class ServerCertificate(Mechanism):
    """Lets a workload serve by TLS, with a certificate from a Secret that is good for months, for minutes, or no longer."""

    name = "server-certificate"
    family = "credentials"

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload, and the life of its certificate."""
        fits = [body for body in scene.workloads if scene.container(body).get("ports")]
        body = scene.pick(random, fits)
        if body is None:
            return None
        ref, container = ref_of(body), scene.container(body)
        secret = Ref("Secret", scene.namespace, f"{ref.name}-tls")
        if scene.store.get(secret) is not None:
            return None
        life_s = random.pick(_LIVES)
        now_s = scene.world.loop.now_us // 1_000_000
        pem = certificate(f"{ref.name}.{scene.namespace}.svc", now_s - 90 * _DAY_S, now_s + life_s, random)
        data = {"tls.crt": pem, "tls.key": _key(random)}
        made = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": secret.name, "namespace": secret.namespace},
            "type": "kubernetes.io/tls",
            "data": {key: base64.b64encode(text.encode()).decode() for key, text in data.items()},
        }
        changes = {
            (*SPEC, "volumes", Item("tls")): {"name": "tls", "secret": {"secretName": secret.name}},
            container_path(container, "volumeMounts", Item("tls")): {
                "name": "tls",
                "mountPath": MOUNTED.rpartition("/")[0],
                "readOnly": True,
            },
        }
        return Plan(
            target=secret,
            affects=(ref.name,),
            names=(exact(secret), *of_workload(body, scene.names)),
            depth=max(0, 1000 - 1000 * life_s // (90 * _DAY_S)),
            actions=(Create(made, hand), *edit(body, with_strategy(body, changes, random), hand)),
            pause_us=2 * SECOND_US,
            condition=f"{ref.name} serves with a certificate that ends {life_s} s after it was mounted",
            solution=f"put a certificate that is good into the Secret {secret.name}, and restart {ref.name}",
        )


def _key(random: Randomness) -> str:
    text = base64.b64encode(bytes(random.below(256) for _ in range(120))).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN EC PRIVATE KEY-----\n{lines}\n-----END EC PRIVATE KEY-----\n"
