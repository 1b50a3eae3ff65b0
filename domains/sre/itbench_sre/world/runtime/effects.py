"""What chaos experiments do to pods and to packets between them, as a table that their controller fills.

An effect stands under the name of its owner until the owner drops it. Pods are named by uid, so that an effect ends
with the pod; an experiment that follows a selector puts its effects again for the new pods.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEffect:
    """What happens to packets from `sources` to `targets`, in this direction only; an empty tuple means anybody.

    Attributes:
        delay_us: added to each packet, `jitter_us` more or less.
        loss_per_million: packets lost; few are sent again in time, many make a call hang.
        corrupt_per_million: packets damaged, which the receiver drops.
        is_cut: nothing passes.
        hosts: external names that are cut off or slowed, beside `targets`.
    """

    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    delay_us: int = 0
    jitter_us: int = 0
    loss_per_million: int = 0
    corrupt_per_million: int = 0
    is_cut: bool = False
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnEffect:
    """Processes beside the container's own that use `cpu_m` thousandths of a core and `memory` bytes."""

    pod: str
    container: str = ""
    cpu_m: int = 0
    memory: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpEffect:
    """What a proxy before a pod's port does to requests: abort, delay, or another status.

    Attributes:
        port: 0 for any.
        path: beginning of the path, or empty for all.
        per_cent: of the requests.
    """

    pod: str
    port: int = 0
    path: str = ""
    is_abort: bool = False
    delay_us: int = 0
    status: int = 0
    per_cent: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class JvmEffect:
    """What an agent in a Java process does.

    Attributes:
        operation: part of the name of the operations concerned; empty for all.
        exception: thrown there, such as `java.io.IOException("BOOM")`.
        value: returned there, which the callers cannot use.
        delay_us: added there.
        gc_us: full collections that stop everything for so long, once in ten seconds.
        cpu_m: burnt by threads.
        heap: bytes allocated and kept.
    """

    pod: str
    operation: str = ""
    exception: str = ""
    value: str = ""
    delay_us: int = 0
    gc_us: int = 0
    cpu_m: int = 0
    heap: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskEffect:
    """What happens to reads and writes of a pod's volume: `delay_us`, or the error `errno` for `per_cent` of them."""

    pod: str
    delay_us: int = 0
    errno: int = 0
    per_cent: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsEffect:
    """Lookups of a pod that match `patterns` fail, or give a random address; no pattern means all."""

    pod: str
    patterns: tuple[str, ...] = ()
    is_random: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEffect:
    """A pod's clock is off by `offset_us`."""

    pod: str
    offset_us: int = 0


Effect = LinkEffect | BurnEffect | HttpEffect | JvmEffect | DiskEffect | DnsEffect | ClockEffect


class Effects:
    """All effects that are there, by owner."""

    def __init__(self) -> None:
        self._of: dict[str, tuple[Effect, ...]] = {}
        self._listeners: list[Callable[[], object]] = []
        self.links: tuple[LinkEffect, ...] = ()

    def listen(self, listener: Callable[[], object]) -> None:
        """Call `listener` after each change."""
        self._listeners.append(listener)

    def put(self, owner: str, *effects: Effect) -> None:
        """Let `owner` have these effects in place of those it had."""
        if self._of.get(owner, ()) != effects:
            self._of[owner] = effects
            self._tell()

    def drop(self, owner: str) -> None:
        """End all effects of `owner`."""
        if self._of.pop(owner, None) is not None:
            self._tell()

    def on(self, pod: str) -> list[Effect]:
        """Return the effects on a pod, links aside."""
        return [
            effect
            for effects in self._of.values()
            for effect in effects
            if not isinstance(effect, LinkEffect) and effect.pod == pod
        ]

    def between(self, source: str, target: str) -> list[LinkEffect]:
        """Return what happens to packets from one pod to another."""
        return [
            effect
            for effect in self.links
            if (not effect.sources or source in effect.sources)
            and (target in effect.targets or (not effect.targets and not effect.hosts))
        ]

    def _tell(self) -> None:
        self.links = tuple(
            effect for effects in self._of.values() for effect in effects if isinstance(effect, LinkEffect)
        )
        for listener in self._listeners:
            listener()
