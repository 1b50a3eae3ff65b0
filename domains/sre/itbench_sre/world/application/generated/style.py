"""How an application's manifests look: made by Helm, by kustomize under Argo CD, or by hand."""

from dataclasses import dataclass

from itbench_sre.world.application.generated.chance import one_of
from itbench_sre.world.clock.randomness import Randomness, mixed

_KUSTOMIZE = "bcdfghkmt2456789"  # letters that the hashes in names of generated ConfigMaps consist of


@dataclass(frozen=True, slots=True)
class Style:
    """The style of one application.

    Attributes:
        tool: `helm`, `kustomize` or `plain`.
        registry: where its own images come from.
        tags: current tag, older and newer ones.
        has_own_accounts: each workload has a ServiceAccount of its own.
    """

    tool: str
    application: str
    space: str
    registry: str
    tags: tuple[str, tuple[str, ...], tuple[str, ...]]
    has_own_accounts: bool
    has_policies: bool
    has_quota: bool
    team: str

    @property
    def manager(self) -> str:
        """Return under which name the release tool writes."""
        return {"helm": "helm", "kustomize": "argocd-controller", "plain": "kubectl-client-side-apply"}[
            self.tool
        ]

    def selector(self, name: str) -> dict[str, str]:
        """Return the labels that pick a workload's pods."""
        if self.tool == "helm":
            return {"app.kubernetes.io/instance": self.application, "app.kubernetes.io/name": name}
        return {"app": name}

    def pods(self, name: str, tier: str) -> dict[str, str]:
        """Return the labels of a workload's pods."""
        more = {"tier": tier} if self.tool == "plain" else {"app.kubernetes.io/component": tier}
        return {**self.selector(name), **more}

    def own(self, name: str, tier: str) -> dict[str, str]:
        """Return the labels of an object."""
        labels = self.pods(name, tier) if name else {}
        if self.tool == "helm":
            return labels | {
                "app.kubernetes.io/managed-by": "Helm",
                "app.kubernetes.io/part-of": self.application,
                "app.kubernetes.io/version": self.tags[0],
                "helm.sh/chart": f"{self.application}-4.{len(self.application)}.0",
            }
        if self.tool == "kustomize":
            return labels | {"app.kubernetes.io/part-of": self.application, "team": self.team}
        return labels | {"owner": self.team}

    def annotations(self, kind: str, name: str) -> dict[str, str]:
        """Return the annotations of an object."""
        if self.tool == "helm":
            return {
                "meta.helm.sh/release-name": self.application,
                "meta.helm.sh/release-namespace": self.space,
            }
        if self.tool == "kustomize":
            group = {"Deployment": "apps", "StatefulSet": "apps", "CronJob": "batch"}.get(kind, "")
            tracked = f"{self.application}:{group}/{kind}:{self.space}/{name}"
            return {"argocd.argoproj.io/tracking-id": tracked}
        return {}

    def config_name(self, name: str) -> str:
        """Return the name of a ConfigMap; kustomize appends a hash of what is in it."""
        if self.tool != "kustomize":
            return name
        random = Randomness(mixed(len(name), f"hash of {name}"))
        return f"{name}-{''.join(_KUSTOMIZE[random.below(len(_KUSTOMIZE))] for _ in range(10))}"


def drawn_style(random: Randomness, application: str, team: str) -> Style:
    """Return a style of chance."""
    return Style(
        tool=one_of(random, ("helm", "kustomize", "plain")),
        application=application,
        space=one_of(random, (application, f"{application}-prod", f"prod-{application}")),
        registry=one_of(random, ("registry.internal", "harbor.internal", "ghcr.io", "quay.io"))
        + f"/{application}",
        tags=_tags(random),
        has_own_accounts=random.below(2) == 0,
        has_policies=random.below(2) == 0,
        has_quota=random.below(3) > 0,
        team=team,
    )


def _tags(random: Randomness) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    kind = one_of(random, ("semantic", "date", "commit"))
    if kind == "date":
        tags = [f"2025.{1 + place // 3}.{1 + place % 3 * 8 + random.below(7)}" for place in range(30)]
    elif kind == "commit":
        tags = [random.hexadecimal(7) for _ in range(30)]
    else:
        major = 1 + random.below(5)
        tags = [f"v{major}.{place // 4}.{place % 4}" for place in range(30)]
    return tags[4], tuple(tags[1:4]), tuple(tags[5:])
