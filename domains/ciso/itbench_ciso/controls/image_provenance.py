"""5.5.1: images of known origin."""

from itbench.interfaces.json import JsonObject
from itbench.made.randomness import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, complies, on_scene, violates
from itbench_ciso.controls.names import HOUSE_REGISTRY
from itbench_ciso.controls.pod_ways import (
    HARDENED,
    ContainerEdit,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
)
from itbench_ciso.controls.scene import Scene

_MIRRORS = ("mirror.lowland.example/platform", "images.northbank.example/vetted", "cr.orchard.example/signed")


def _registries(random: Randomness) -> Parameters:
    return {"registries": [HOUSE_REGISTRY, random.pick(_MIRRORS)]}


def _digest(random: Randomness) -> str:
    return "".join(f"{random.bits():016x}" for _ in range(4))


def _image(image: str) -> ContainerEdit:
    return lambda container: container.update(image=image)


def _unpinned(container: JsonObject) -> None:
    container["image"] = f"{container['image'].partition('@')[0]}:1.4.2"


def _of_scene(image: str) -> Change:
    """Return the change that gives a container this image; `{digest}` and `{short}` stand for digits."""

    def change(scene: Scene) -> None:
        digits = _digest(scene.random)
        scene.workload().container["image"] = image.format(
            digest=digits, short=digits[:40], house=HOUSE_REGISTRY
        )

    return on_scene(change)


def _mirrored(image: str) -> Change:
    """Return the change that gives a container this image of the second registry."""

    def change(scene: Scene, parameters: Parameters) -> None:
        mirror = parameters["registries"][1]
        name = image.format(mirror=mirror, host=mirror.partition("/")[0], digest=_digest(scene.random))
        scene.workload().container["image"] = name

    return change


_ELSEWHERE = f"docker.io/library/nginx@sha256:{'0123456789abcdef' * 4}"

CONTROL = Control(
    number="5.5.1",
    title="Images must come from known registries, by digest",
    parameters=_registries,
    is_admission=True,
    ways=(
        *every_container("has an image by tag only", _unpinned),
        violates("an image from a public registry", edited(in_container(_image(_ELSEWHERE)))),
        violates("an image without a registry", _of_scene("nginx@sha256:{digest}")),
        violates(
            "a registry whose name only begins like a known one",
            _of_scene("{house}.cdn.example/apps/web@sha256:{digest}"),
        ),
        violates("a registry on another port", _of_scene("{house}:5000/apps/web@sha256:{digest}")),
        violates("a known registry's name in the path", _of_scene("docker.io/{house}/web@sha256:{digest}")),
        violates(
            "a path that only begins like the known one", _mirrored("{mirror}-forks/web@sha256:{digest}")
        ),
        violates("a digest that is too short", _of_scene("{house}/apps/web@sha256:{short}")),
        *HARDENED,
        complies("a tag and a digest", _of_scene("{house}/apps/web:2.0.1@sha256:{digest}")),
        complies("a long path", _of_scene("{house}/teams/a/b/web@sha256:{digest}")),
        complies("the second registry", _mirrored("{mirror}/web@sha256:{digest}")),
        complies(
            "the image is always pulled",
            edited(in_container(lambda container: container.update(imagePullPolicy="Always"))),
        ),
        *foreign_look_alikes({"containers": [{"name": "main", "image": "nginx:latest"}]}),
    ),
)
