"""5.5.1: images of known origin."""

from itbench import JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, violates
from itbench_ciso.controls.manifests.names import HOUSE_REGISTRY
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    ContainerEdit,
    bad_container,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
)

_MIRRORS = ("mirror.lowland.example/platform", "images.northbank.example/vetted", "cr.orchard.example/signed")


def _registries(random: Randomness) -> Parameters:
    return {"registries": [HOUSE_REGISTRY, random.pick(_MIRRORS)]}


def _digest(random: Randomness) -> str:
    return "".join(f"{random.bits():016x}" for _ in range(4))


def _image(image: str) -> ContainerEdit:
    return lambda container: container.update(image=image)


def _unpinned(container: JsonObject) -> None:
    container["image"] = f"{container['image'].partition('@')[0]}:1.4.2"


def _named(image: str) -> Change:
    """Return the change that gives a container this image.

    `{digest}` and `{short}` stand for digits, `{house}` and `{mirror}` for the two registries, `{host}` for the second
    one's host.
    """

    def change(scene: Scene, parameters: Parameters) -> None:
        digits = _digest(scene.random)
        house, mirror = parameters["registries"]
        scene.workload().container["image"] = image.format(
            digest=digits,
            short=digits[:40],
            upper=digits.upper().replace("0", "A"),
            house=house,
            mirror=mirror,
            host=mirror.partition("/")[0],
        )

    return change


def _bad(name: str, image: str, fine: str = "{house}/apps/web@sha256:{digest}") -> Way:
    return violates(name, _named(image), _named(fine))


def _no_image(container: JsonObject) -> None:
    del container["image"]


_ELSEWHERE = f"docker.io/library/nginx@sha256:{'0123456789abcdef' * 4}"

CONTROL = Control(
    number="5.5.1",
    title="Images must come from known registries, by digest",
    parameters=_registries,
    is_admission=True,
    ways=(
        *every_container("has an image by tag only", _unpinned),
        bad_container("an image from a public registry", _image(_ELSEWHERE)),
        bad_container("a container has no image", _no_image, kind="Deployment"),
        _bad("an image without a registry", "nginx@sha256:{digest}"),
        _bad("an image of the known registry without a tag or digest", "{house}/apps/web"),
        _bad(
            "a registry whose name only begins like a known one",
            "{house}.cdn.example/apps/web@sha256:{digest}",
        ),
        _bad("a registry whose name only ends like a known one", "my{house}/apps/web@sha256:{digest}"),
        _bad("a registry on another port", "{house}:5000/apps/web@sha256:{digest}"),
        _bad("a known registry's name in the path", "docker.io/{house}/web@sha256:{digest}"),
        _bad(
            "a path that only begins like the known one",
            "{mirror}-forks/web@sha256:{digest}",
            "{mirror}/web@sha256:{digest}",
        ),
        _bad(
            "another path of the second registry's host",
            "{host}/other/web@sha256:{digest}",
            "{mirror}/web@sha256:{digest}",
        ),
        _bad("the second registry, by tag only", "{mirror}/web:2.0.1", "{mirror}/web:2.0.1@sha256:{digest}"),
        _bad("no path", "{house}/@sha256:{digest}"),
        _bad("a digest that is too short", "{house}/apps/web@sha256:{short}"),
        _bad("a digest that is too long", "{house}/apps/web@sha256:{digest}0"),
        _bad("a digest in upper case", "{house}/apps/web@sha256:{upper}"),
        _bad("a digest of another kind", "{house}/apps/web@sha512:{digest}"),
        _bad("something after the digest", "{house}/apps/web@sha256:{digest}:latest"),
        *HARDENED,
        complies("a tag and a digest", _named("{house}/apps/web:2.0.1@sha256:{digest}")),
        complies("a long path", _named("{house}/teams/a/b/web@sha256:{digest}")),
        complies("a short path", _named("{house}/web@sha256:{digest}")),
        complies("a path of one letter", _named("{house}/w@sha256:{digest}")),
        complies("the second registry", _named("{mirror}/web@sha256:{digest}")),
        complies("the second registry, a tag and a digest", _named("{mirror}/a/web:1@sha256:{digest}")),
        complies(
            "the image is always pulled",
            edited(in_container(lambda each: each.update(imagePullPolicy="Always"))),
        ),
        complies(
            "the image is never pulled",
            edited(in_container(lambda each: each.update(imagePullPolicy="Never"))),
        ),
        *foreign_look_alikes(in_container(_image("nginx:latest"))),
    ),
)
