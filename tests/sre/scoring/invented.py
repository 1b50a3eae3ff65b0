"""Names that look like those of objects and are not: what an agent might guess, mistype or make up to score."""

import random
from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
HASH = "7d9c8b6f5d"


def words(text: str) -> list[str]:
    return text.split()


SERVICES = words(
    "accounting ad cart checkout currency email flagd fraud-detection frontend frontend-proxy image-provider kafka"
    " load-generator payment postgresql product-catalog product-reviews quote recommendation shipping valkey-cart"
    " details productpage ratings reviews"
)
OBJECTS = words(
    "flagd-config features email-service-secret strict-resource-quota payment-pdb frontend-block-all-ports"
    " workload-scanner eviction-pod bookinfo-gateway-istio"
)
EXPERIMENTS = words(
    "otel-demo-product-catalog-network-delay otel-demo-email-checkout-network-partition otel-demo-ad-jvm-chaos"
    " otel-demo-valkey-memory-stress otel-demo-ad-memory-stress otel-demo-recommendation-cpu-stress"
    " otel-demo-email-http-chaos-post-body-tamper otel-demo-quote-http-chaos-abort otel-demo-ad-jvm-return"
    " otel-demo-checkout-kafka-network-partition otel-demo-shipping-quote-network-partition valkey-cart-stress-chaos"
    " otel-demo-fraud-detection-kafka-network-partition checkout-payment-network-loss valkey-cart-io-chaos"
    " api-server-memory-stress"
)
WORKLOADS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Rollout", "Pod")
NAMESPACES = ("otel-demo", "book-info")
PLAIN_KINDS = (
    "Service",
    "ConfigMap",
    "Secret",
    "NetworkPolicy",
    "ResourceQuota",
    "PodDisruptionBudget",
    "Job",
)
EXPERIMENT_KINDS = ("NetworkChaos", "PodChaos", "StressChaos", "JVMChaos", "HTTPChaos", "IOChaos", "Schedule")
BOGUS_KINDS = (
    "BogusChaos",
    "Chaos",
    "XChaos",
    "DelayChaos",
    "Deploymentz",
    "Podses",
    "depl",
    "Deployment.x",
    "pods.example.com",
    "Any",
)
WORDS = words(
    "db proxy cache api canary backup worker old new blue main gateway server v2-db service2 primary east"
)
FAULTS = words(
    "network-delay cpu-stress memory-stress network-partition pod-kill jvm-return io-latency http-abort"
)
ODD = ("\u0430", "\u200b", " ", "\t", "%", "é", "*", ".*", "?", "$", "\\b", "|", "(", "[a-z]+", "\u212a")


class Inventor:
    """Makes up names from a seed; each says of itself in which way it is wrong."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def names(self, count: int) -> Iterator[str]:
        """Yield so many names of no object, of every sort in turn."""
        sorts = (
            self._other_workload,
            self._mistyped,
            self._misplaced,
            self._of_no_kind,
            self._of_two_targets,
            self._of_two_faults,
            self._of_a_strange_experiment,
            self._other_object,
            self._odd_character,
            self._noise,
        )
        for at in range(count):
            yield sorts[at % len(sorts)]()

    def _pick(self, items: Sequence[Item]) -> Item:
        return self._random.choice(items)

    def _word(self) -> str:
        if self._random.random() < 0.6:
            return self._pick(WORDS)
        # With vowels, so that it looks like no generated suffix.
        return "".join(self._pick(("za", "yo", "qui", "xe", "vu", "wo", "ju")) for _ in range(2))

    def _other_workload(self) -> str:
        service, word, kind = self._pick(SERVICES), self._word(), self._pick(WORKLOADS)
        name = self._pick([f"{service}-{word}", f"{word}-{service}", f"{service}-{word}-{self._word()}"])
        if name in SERVICES:
            name += "-x"
        suffix = self._pick(["", f"-{HASH}-x7k2p", "-0"]) if kind == "Pod" else ""
        return f"{self._pick(NAMESPACES)}/{kind}/{name}{suffix}"

    def _mistyped(self) -> str:
        name = self._pick([*SERVICES, *OBJECTS])
        at = self._random.randrange(len(name))
        wrong = self._pick(
            [name[:at] + name[at + 1 :], name[:at] + "u" + name[at:], name + "s", name[::-1], name.upper()]
        )
        if wrong in SERVICES or wrong in OBJECTS or not wrong.strip("-"):
            wrong = f"{name}-xx"
        return f"{self._pick(NAMESPACES)}/{self._pick([*WORKLOADS, *PLAIN_KINDS])}/{wrong}"

    def _misplaced(self) -> str:
        place = self._pick(("default", "kube-system", "otel", "otel-demo-2", "prod", "chaos-mesh", ""))
        kind = self._pick([*WORKLOADS, *PLAIN_KINDS, "Namespace"])
        name = "otel-demo" if kind == "Namespace" else self._pick([*SERVICES, *OBJECTS])
        return f"{place or 'nowhere'}/{kind}/{name}"

    def _of_no_kind(self) -> str:
        place, names = self._pick([("otel-demo", (*SERVICES, *OBJECTS)), ("chaos-mesh", EXPERIMENTS)])
        return f"{place}/{self._pick(BOGUS_KINDS)}/{self._pick(names)}"

    def _of_two_targets(self) -> str:
        experiment, other = self._pick(EXPERIMENTS), self._pick(SERVICES)
        parts = experiment.split("-")
        parts.insert(self._random.randrange(len(parts) + 1), other)
        return f"chaos-mesh/{self._pick(EXPERIMENT_KINDS)}/{'-'.join(parts)}"

    def _of_two_faults(self) -> str:
        name = self._pick(
            [
                f"{self._pick(EXPERIMENTS)}-{self._pick(FAULTS)}",
                f"{self._pick(FAULTS)}-{self._pick(EXPERIMENTS)}",
            ]
        )
        return f"chaos-mesh/{self._pick(EXPERIMENT_KINDS)}/{name}"

    def _of_a_strange_experiment(self) -> str:
        service, word = self._pick(SERVICES), self._word()
        glued = f"{word}{service}-{self._pick(FAULTS)}"
        apart = f"{word}-{service}-{self._pick(FAULTS)}"
        return f"chaos-mesh/{self._pick(EXPERIMENT_KINDS)}/{self._pick([glued, apart, f'otel-demo-{service}-{word}'])}"

    def _other_object(self) -> str:
        name = self._pick([f"{self._pick(OBJECTS)}-{self._word()}", f"{self._word()}-{self._pick(OBJECTS)}"])
        return f"otel-demo/{self._pick(PLAIN_KINDS)}/{name}"

    def _odd_character(self) -> str:
        place, kind, name = self._pick(
            [
                ("otel-demo", "Deployment", self._pick(SERVICES)),
                ("otel-demo", "ConfigMap", "flagd-config"),
                ("chaos-mesh", "Schedule", self._pick(EXPERIMENTS)),
            ]
        )
        at = self._random.randrange(1, len(name))
        return f"{place}/{kind}/{name[:at]}{self._pick(ODD)}{name[at:]}"

    def _noise(self) -> str:
        letters = "abcdefghijklmnopqrstuvwxyz-/. 0123456789*"
        text = "".join(self._pick(letters) for _ in range(self._random.randrange(1, 40)))
        return self._pick(
            [text, f"otel-demo/Pod/{text}q", f"chaos-mesh/Schedule/{text}q", f"otel-demo/Service/{text}q"]
        )
