"""Names of images, as a registry's client reads them."""

import re
from functools import lru_cache
from typing import NamedTuple

from itbench_sre.world.clock.randomness import Randomness, mixed

_FORM = re.compile(
    r"(?:(?P<host>(?:[\w-]+\.)+[\w-]+(?::\d+)?|localhost(?::\d+)?|[\w-]+:\d+)/)?"
    r"(?P<path>[a-z0-9]+(?:(?:[._-]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._-]|__|-+)[a-z0-9]+)*)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


class Reference(NamedTuple):
    """A parsed reference; `tag` is `latest` where neither a tag nor a digest is given."""

    host: str
    path: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """Return it without tag and digest, such as `docker.io/library/busybox`."""
        return f"{self.host}/{self.path}"

    def __str__(self) -> str:
        """Return it in full, such as `docker.io/library/busybox:latest`."""
        return f"{self.name}@{self.digest}" if self.digest else f"{self.name}:{self.tag}"


@lru_cache(maxsize=4096)
def parsed(text: str) -> Reference | None:
    """Return a reference with host, path and tag filled in, or None where it cannot be read."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    host, path = found["host"] or "docker.io", found["path"]
    if host == "docker.io" and "/" not in path:
        path = f"library/{path}"
    digest = found["digest"] or ""
    return Reference(host, path, "" if digest else found["tag"] or "latest", digest)


@lru_cache(maxsize=4096)
def digest_of(reference: str) -> str:
    """Return the digest that a registry gives the image of a tag."""
    random = Randomness(mixed(0, f"image {reference}"))
    return f"sha256:{random.hexadecimal(32)}{random.hexadecimal(32)}"
