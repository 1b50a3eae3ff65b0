"""Secrets: passwords that are rotated on one side only, keys that are renamed, certificates that expire."""

import base64

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Edit, Inside
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.paths import REMOVED, value_at
from itbench_sre.world.store.refs import JsonObject, ref_of

_TYPES = ("Opaque", "kubernetes.io/basic-auth", "kubernetes.io/dockerconfigjson")


class SecretValue(Mechanism):
    """Writes another value, or the same one again, into a Secret, which its readers see at their next start."""

    name = "secret-value"
    family = "credentials"
    waits = True
    faults = ("fault 36", "fault 31")

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a Secret, a key and a value."""
        fits = [
            body
            for body in scene.store.list("Secret", scene.namespace)
            if body.get("data") and body.get("type", "Opaque") in _TYPES
        ]
        body = scene.pick(random, fits)
        if body is None:
            return None
        ref = ref_of(body)
        key = random.pick(sorted(body["data"]))
        readers = [each for each in scene.everything if _reads(each, ref.name)]
        value, words = _value(body["data"][key], random)
        return Plan(
            target=ref,
            affects=tuple(each["metadata"]["name"] for each in readers),
            actions=(Edit(ref, ((("data", key), value),), hand),),
            condition=f"the key {key} of the Secret {words}",
            solution=f"give the key {key} of the Secret {ref.name} its old value, and restart its readers",
        )


def _value(now: str, random: Randomness) -> tuple[object, str]:
    plain = base64.b64decode(now)
    kind = random.pick(("same", "same", "changed", "changed", "cut", "gone"))
    if kind == "same":
        # As a rotation job does that finds the password still fresh: a key beside it changes.
        return base64.b64encode(plain).decode(), "was written again"
    if kind == "changed":
        return base64.b64encode(random.hexadecimal(20).encode()).decode(), "has another value"
    if kind == "cut":
        return base64.b64encode(plain[: len(plain) // 2]).decode(), "was cut off"
    return REMOVED, "is gone"


def _reads(workload: JsonObject, secret: str) -> bool:
    spec = workload["spec"]["template"]["spec"]
    for container in [*spec["containers"], *spec.get("initContainers", ())]:
        for entry in container.get("env", ()):
            if value_at(entry, ("valueFrom", "secretKeyRef", "name")) == secret:
                return True
        if any(value_at(each, ("secretRef", "name")) == secret for each in container.get("envFrom", ())):
            return True
    return any(value_at(volume, ("secret", "secretName")) == secret for volume in spec.get("volumes", ()))


class ServerPassword(Mechanism):
    """Sets the password of a cache or database at run time, as somebody does who rotates it by hand."""

    name = "server-password"
    family = "credentials"
    faults = ("fault 27",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a server, and set its password to what its clients send, or to something else."""
        fits = [
            body for body in scene.workloads if (program := scene.program(body)) and program.role == "cache"
        ]
        body = scene.pick(random, fits)
        if body is None:
            return None
        ref = ref_of(body)
        now = next((str(process.settings.get("password", "")) for process in scene.processes(body)), "")
        password = random.pick((now, now, random.hexadecimal(16)))
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            actions=(Inside(ref, "set_password", (("password", password),)),),
            condition="the running server asks for "
            + ("the same password as before" if password == now else "a new password"),
            solution=f"set the password of {ref.name} back, or restart it",
        )
