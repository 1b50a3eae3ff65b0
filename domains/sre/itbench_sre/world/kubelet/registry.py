"""The registries that nodes pull images from, and what they answer."""

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from itbench_sre.world.application.model import Image, Program
from itbench_sre.world.kubelet.references import Reference, digest_of, parsed
from itbench_sre.world.store.refs import JsonObject

Trouble = Literal["unreachable", "unavailable", "limited"]

MIRROR = "registry.corp.example"
"""The company's mirror of all other registries: `registry.corp.example/docker.io/library/nginx:1`; it asks for a password."""

_MIRROR_PASSWORD = "Vq7mZr2LkT9s"  # noqa: S105 - of a simulated registry
PAUSE = "gcr.io/google-containers/pause:latest"
_PAUSE_PROGRAM = Program(name="pause", language="cpp", role="worker", startup_us=1_000, memory=500_000)
_HOSTS = (
    "docker.io",
    "gcr.io",
    "ghcr.io",
    "quay.io",
    "registry.k8s.io",
    "public.ecr.aws",
    "mcr.microsoft.com",
)


@dataclass(frozen=True, slots=True)
class PullError:
    """Why an image cannot be pulled; `text` is what the container runtime says."""

    text: str


class Registry:
    """What can be pulled, by everyone or with a password.

    Attributes:
        troubles: host -> what is wrong with that registry at the moment.
        passwords: beginning of a name (`registry.example.com/team`) -> password that its images ask for.
        resolver: address of the nodes' DNS server, as it appears in errors.
    """

    def __init__(self, images: Iterable[Image] = (), resolver: str = "127.0.0.53") -> None:
        self.troubles: dict[str, Trouble] = {}
        self.passwords: dict[str, str] = {f"{MIRROR}/": _MIRROR_PASSWORD}
        self.resolver = resolver
        self._images: dict[str, Image] = {}
        self._hosts = dict.fromkeys((*_HOSTS, MIRROR))
        self.add(Image(reference=PAUSE, program=_PAUSE_PROGRAM, size=320_000))
        for image in images:
            self.add(image)

    def add(self, image: Image) -> None:
        """Push an image."""
        reference = parsed(image.reference)
        if reference is None:
            raise ValueError(f"image {image.reference!r}: no valid reference")
        self._images[str(reference)] = image
        self._images[f"{reference.name}@{digest_of(str(reference))}"] = image
        self._hosts[reference.host] = None

    def get(self, reference: Reference) -> Image | None:
        """Return the image under a reference, no matter who may pull it."""
        if reference.host == MIRROR:
            mirrored = parsed(str(reference).partition("/")[2])
            return None if mirrored is None else self._images.get(str(mirrored))
        return self._images.get(str(reference))

    def pull(
        self, reference: Reference, architecture: str, secrets: Sequence[JsonObject]
    ) -> Image | PullError:
        """Return an image, or why a node of that architecture with those pull secrets cannot have it."""
        full, host = str(reference), reference.host
        failed = f'failed to pull and unpack image "{full}": '
        problem = self._problem(reference, secrets)
        if problem:
            return PullError(f'{failed}failed to resolve reference "{full}": {problem}')
        image = self.get(reference)
        if image is None:
            return PullError(
                f'rpc error: code = NotFound desc = {failed}failed to resolve reference "{full}": {full}: not found'
            )
        # A tag of a single architecture is a plain manifest, which is pulled whatever it holds; an index is looked into.
        if len(image.architectures) > 1 and architecture not in image.architectures:
            return PullError(
                f"rpc error: code = NotFound desc = {failed}no match for platform in manifest: not found"
            )
        if host in self.troubles and self.troubles[host] == "limited":
            return PullError(
                f"{failed}failed to copy: httpReadSeeker: failed open: unexpected status code "
                f"https://{_server(host)}/v2/{reference.path}/manifests/{digest_of(full)}: 429 Too Many Requests - "
                "Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. "
                "https://www.docker.com/increase-rate-limit"
            )
        return image

    def _problem(self, reference: Reference, secrets: Sequence[JsonObject]) -> str:
        host, trouble = reference.host, self.troubles.get(reference.host)
        tag = reference.digest or reference.tag
        url = f"https://{_server(host)}/v2/{reference.path}/manifests/{tag}"
        if host not in self._hosts:
            name = host.partition(":")[0]
            return f'failed to do request: Head "{url}": dial tcp: lookup {name} on {self.resolver}:53: no such host'
        if trouble == "unreachable":
            return f'failed to do request: Head "{url}": dial tcp {_address(host)}:443: i/o timeout'
        if trouble == "unavailable":
            return f"unexpected status from HEAD request to {url}: 503 Service Unavailable"
        prefix = next((each for each in sorted(self.passwords) if reference.name.startswith(each)), "")
        if not prefix:
            return self._unknown(reference)
        given = [password for secret in secrets for password in _passwords(secret, host)]
        if self.passwords[prefix] in given:
            return ""
        return _denied(reference, is_anonymous=not given)

    def _unknown(self, reference: Reference) -> str:
        """Return what a registry says that does not tell missing repositories from private ones."""
        if str(reference) in self._images or reference.host not in ("docker.io", "ghcr.io"):
            return ""
        if any(name.startswith((f"{reference.name}:", f"{reference.name}@")) for name in self._images):
            return ""
        return _denied(reference, is_anonymous=True)


def _denied(reference: Reference, *, is_anonymous: bool) -> str:
    host, path = reference.host, reference.path
    if host == "docker.io":
        return (
            "pull access denied, repository does not exist or may require authorization: "
            "server message: insufficient_scope: authorization failed"
        )
    scope = path.replace("/", "%2F")
    token = f"https://{host}/token?scope=repository%3A{scope}%3Apull&service={host}"
    status = "401 Unauthorized" if is_anonymous else "403 Forbidden"
    kind = "anonymous" if is_anonymous else "oauth"
    return f"failed to authorize: failed to fetch {kind} token: unexpected status from GET request to {token}: {status}"


def _server(host: str) -> str:
    return "registry-1.docker.io" if host == "docker.io" else host


def _address(host: str) -> str:
    digest = digest_of(host)
    return ".".join(str(int(digest[at : at + 2], 16) % 220 + 20) for at in (7, 9, 11, 13))


def _passwords(secret: JsonObject, host: str) -> list[str]:
    try:
        text = base64.b64decode(secret["data"][".dockerconfigjson"])
        entry = json.loads(text)["auths"].get(host) or {}
        auth = base64.b64decode(entry.get("auth", "")).decode().partition(":")[2]
    except (KeyError, TypeError, ValueError, binascii.Error):
        return []  # as a client does with credentials that it cannot read: it goes on without
    return [each for each in (entry.get("password", ""), auth) if each]
