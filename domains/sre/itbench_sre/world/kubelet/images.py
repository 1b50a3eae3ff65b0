"""The images that a node holds."""

from typing import NamedTuple

from itbench_sre.world.application.model import Image
from itbench_sre.world.kubelet.references import Reference, digest_of
from itbench_sre.world.store.refs import JsonObject

_MOST_LISTED = 50


class Held(NamedTuple):
    """An image under one of its references; nodes that were given the same hold the same."""

    image: Image
    reference: Reference


class NodeImages:
    """What is in the image store of one node's container runtime.

    Attributes:
        size: bytes of all images.
    """

    def __init__(self) -> None:
        self.size = 0
        self._held: dict[str, Held] = {}
        self._used_us: dict[str, int] = {}
        self._listed: list[JsonObject] | None = None

    def get(self, reference: Reference) -> Image | None:
        """Return an image that is there."""
        held = self._held.get(str(reference))
        return held.image if held else None

    def add(self, held: Held, now_us: int) -> None:
        """Keep a pulled image; a tag that has moved means the new one from now on."""
        name = str(held.reference)
        self._forget(name)
        self._held[name] = held
        if now_us:
            self._used_us[name] = now_us
        self.size += held.image.size

    def use(self, reference: Reference, now_us: int) -> None:
        """Note that a container was made from an image."""
        name = str(reference)
        if name in self._held:
            self._used_us[name] = now_us

    def remove_unused(self, needed: dict[str, None], to_free: int) -> int:
        """Remove images that no container uses, longest unused first; return the bytes that were freed."""
        freed = 0
        unused = [name for name in self._held if name not in needed]
        for name in sorted(unused, key=self._age):
            if freed >= to_free:
                break
            freed += self._forget(name)
        return freed

    def _forget(self, name: str) -> int:
        held = self._held.pop(name, None)
        self._used_us.pop(name, None)
        self._listed = None
        size = held.image.size if held is not None else 0
        self.size -= size
        return size

    def _age(self, name: str) -> tuple[int, str]:
        return self._used_us.get(name, 0), name

    def listed(self) -> list[JsonObject]:
        """Return `status.images` of the node: the largest first."""
        if self._listed is None:
            largest = sorted(self._held.values(), key=_largest_first)[:_MOST_LISTED]
            self._listed = [_entry(held) for held in largest]
        return self._listed


def _entry(held: Held) -> JsonObject:
    names = [f"{held.reference.name}@{digest_of(str(held.reference))}", str(held.reference)]
    return {"names": names, "sizeBytes": held.image.size}


def _largest_first(held: Held) -> tuple[int, str]:
    return -held.image.size, str(held.reference)
