"""Starting one container: waiting after crashes, pulling its image, creating it, running it."""

from typing import TYPE_CHECKING

from itbench_sre.world.application.model import Image
from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.kubelet import ending, texts
from itbench_sre.world.kubelet.container import Container
from itbench_sre.world.kubelet.environment import ConfigError, command_of, environment
from itbench_sre.world.kubelet.images import Held
from itbench_sre.world.kubelet.probes import hook_us
from itbench_sre.world.kubelet.references import Reference, digest_of, parsed
from itbench_sre.world.kubelet.registry import PullError
from itbench_sre.world.kubelet.resources import cpu_m, memory
from itbench_sre.world.kubelet.volumes import files
from itbench_sre.world.runtime.place import Place
from itbench_sre.world.store.refs import JsonObject, Ref

if TYPE_CHECKING:
    from itbench_sre.world.kubelet.worker import Worker

_UNBORN = ("StartError", "ContainerCannotRun")
_BYTES_PER_US = 45  # a node's link to its registries and its unpacking


def begin(worker: "Worker", container: Container) -> None:
    """Start a container, or say why not now."""
    now_us = worker.kubelet.parts.loop.now_us
    if container.terminated:
        since_us = container.finished_us
        if container.crash.is_on(since_us, now_us):
            words = texts.pod_words(worker.pod)
            worker.emit(
                "BackOff",
                f"Back-off restarting failed container {container.name} in pod {words}",
                container,
                warn=True,
            )
            message = (
                f"back-off {container.crash.text} restarting failed container={container.name} pod={words}"
            )
            worker.failed(container, "CrashLoopBackOff", message)
            return
        container.crash.grow(since_us, now_us)
    _find_image(worker, container)


def tell_missing_secrets(worker: "Worker") -> None:
    """Report pull secrets that are not there."""
    missing = [
        each["name"]
        for each in worker.pod["spec"].get("imagePullSecrets") or ()
        if _secret(worker, each) is None
    ]
    if missing:
        worker.emit(
            "FailedToRetrieveImagePullSecret",
            f"Unable to retrieve some image pull secrets ({', '.join(missing)}); "
            "attempting to pull the image may not succeed.",
            warn=True,
        )


def _secret(worker: "Worker", named: JsonObject) -> JsonObject | None:
    return worker.kubelet.parts.store.get(Ref("Secret", worker.ref.namespace, named["name"]))


def _find_image(worker: "Worker", container: Container) -> None:
    image, kubelet = container.spec["image"], worker.kubelet
    reference = parsed(image)
    if reference is None:
        message = f'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}": invalid reference format'
        worker.emit("InspectFailed", message, container, warn=True)
        worker.emit("Failed", "Error: InvalidImageName", container, warn=True)
        worker.failed(container, "InvalidImageName", message)
        return
    usual = "Always" if reference.tag == "latest" else "IfNotPresent"
    policy = container.spec.get("imagePullPolicy") or usual
    held = kubelet.images.get(reference)
    if held is not None and policy != "Always":
        worker.emit("Pulled", f'Container image "{image}" already present on machine', container)
        kubelet.parts.loop.after(
            container.random.between(5_000, 60_000), _create, worker, container, reference, held
        )
    elif policy == "Never":
        message = f'Container image "{image}" is not present with pull policy of Never'
        worker.emit("ErrImageNeverPull", message, container, warn=True)
        worker.emit("Failed", "Error: ErrImageNeverPull", container, warn=True)
        worker.failed(container, "ErrImageNeverPull", message)
    else:
        _pull(worker, container, reference)


def _pull(worker: "Worker", container: Container, reference: Reference) -> None:
    kubelet, image = worker.kubelet, container.spec["image"]
    loop, registry = kubelet.parts.loop, kubelet.parts.registry
    if container.pull.is_on(container.pull.updated_us, loop.now_us):
        message = f'Back-off pulling image "{image}"'
        worker.emit("BackOff", message, container)
        worker.emit("Failed", "Error: ImagePullBackOff", container, warn=True)
        worker.failed(container, "ImagePullBackOff", f"{message}: ErrImagePull: {container.pull_problem}")
        return
    worker.emit("Pulling", f'Pulling image "{image}"', container)
    found = [_secret(worker, each) for each in worker.pod["spec"].get("imagePullSecrets") or ()]
    result = registry.pull(reference, kubelet.architecture, [each for each in found if each is not None])
    # Images are pulled one after another on a node (serializeImagePulls).
    start_us = max(loop.now_us, kubelet.pulls_end_us)
    if isinstance(result, PullError):
        is_slow = "i/o timeout" in result.text
        took_us = 30 * SECOND_US if is_slow else container.random.between(80_000, 1_400_000)
        kubelet.pulls_end_us = start_us + took_us
        loop.at(kubelet.pulls_end_us, _pull_failed, worker, container, result)
        return
    took_us = container.random.between(350_000, 900_000)
    if kubelet.images.get(reference) is not result:
        took_us += result.size // container.random.between(_BYTES_PER_US, 2 * _BYTES_PER_US)
    kubelet.pulls_end_us = start_us + took_us
    loop.at(kubelet.pulls_end_us, _pulled, worker, container, reference, result, loop.now_us, took_us)


def _pull_failed(worker: "Worker", container: Container, problem: PullError) -> None:
    now_us = worker.kubelet.parts.loop.now_us
    container.pull.grow(now_us, now_us)
    container.pull_problem = problem.text
    worker.emit(
        "Failed", f'Failed to pull image "{container.spec["image"]}": {problem.text}', container, warn=True
    )
    worker.emit("Failed", "Error: ErrImagePull", container, warn=True)
    worker.failed(container, "ErrImagePull", problem.text)


def _pulled(
    worker: "Worker", container: Container, reference: Reference, image: Image, asked_us: int, took_us: int
) -> None:
    kubelet = worker.kubelet
    now_us = kubelet.parts.loop.now_us
    kubelet.images.add(Held(image, reference), now_us)
    container.pull_problem = ""
    waited = texts.duration(now_us - asked_us)
    worker.emit(
        "Pulled",
        f'Successfully pulled image "{container.spec["image"]}" in {texts.duration(took_us)} '
        f"({waited} including waiting). Image size: {image.size} bytes.",
        container,
    )
    _create(worker, container, reference, image)


def _create(worker: "Worker", container: Container, reference: Reference, image: Image) -> None:
    if worker.is_ending or worker.fixed or not worker.kubelet.is_running:
        worker.next()
        return
    kubelet = worker.kubelet
    pod = {**worker.pod, "status": {**(worker.pod.get("status") or {}), **_addresses(worker)}}
    try:
        variables = environment(pod, container.spec, kubelet.parts.store, kubelet.node)
    except ConfigError as problem:
        worker.emit("Failed", f"Error: {problem}", container, warn=True)
        worker.failed(container, "CreateContainerConfigError", str(problem))
        return
    kubelet.images.use(reference, kubelet.parts.loop.now_us)
    worker.emit("Created", f"Created container: {container.name}", container)
    delay_us = container.random.between(40_000, 250_000)
    kubelet.parts.loop.after(delay_us, _run, worker, container, reference, image, variables)


def _addresses(worker: "Worker") -> JsonObject:
    address, host = worker.address, worker.kubelet.host_ip
    return {"hostIP": host, "hostIPs": [{"ip": host}], "podIP": address, "podIPs": [{"ip": address}]}


def place_of(worker: "Worker", container: Container, image: Image, variables: dict[str, str]) -> Place:
    """Return all that a container is given at its start."""
    spec = container.spec
    return Place(
        pod=worker.ref,
        uid=worker.uid,
        container=container.name,
        restart=container.restarts + 1 if container.terminated else container.restarts,
        node=worker.kubelet.name,
        pod_ip=worker.address,
        image=image,
        architecture=worker.kubelet.architecture,
        command=command_of(spec, variables),
        environment=variables,
        files={**files(worker.pod, spec, worker.kubelet.parts.store), **scratch_of(worker, spec)},
        labels=worker.pod["metadata"].get("labels") or {},
        cpu_request_m=cpu_m(spec, "requests"),
        cpu_limit_m=cpu_m(spec, "limits"),
        memory_request=memory(spec, "requests"),
        memory_limit=memory(spec, "limits"),
    )


def scratch_of(worker: "Worker", spec: JsonObject) -> dict[str, str]:
    """Return path -> text of what is in the emptyDirs that a container mounts."""
    return {
        f"{mount['mountPath'].rstrip('/')}/{path}": text
        for mount in spec.get("volumeMounts") or ()
        for path, text in worker.scratch.get(mount["name"], {}).items()
    }


def _run(
    worker: "Worker", container: Container, reference: Reference, image: Image, variables: dict[str, str]
) -> None:
    if worker.is_ending or worker.fixed or not worker.kubelet.is_running or container.is_running:
        worker.next()
        return
    kubelet = worker.kubelet
    now_us = kubelet.parts.loop.now_us
    place = place_of(worker, container, image, variables)
    kubelet.early.pop((worker.uid, container.name), None)
    process = kubelet.parts.runtime.start(place)
    container.begin(process, f"{reference.name}@{digest_of(str(reference))}", now_us)
    early = kubelet.early.pop((worker.uid, container.name), None)
    if early is not None and early[1] in _UNBORN:
        _unborn(worker, container, place)
        return
    worker.emit("Started", f"Started container {container.name}", container)
    if early is not None:
        worker.ended(process, *early)
    _after_start(worker, container)


def _unborn(worker: "Worker", container: Container, place: Place) -> None:
    command = place.command[0] if place.command else f"/{container.name}"
    message = texts.cannot_run(command)
    container.end(128, "StartError", worker.kubelet.parts.loop.now_us, message)
    worker.emit("Failed", f"Error: {message}", container, warn=True)
    worker.failed(container, "RunContainerError", message)


def _after_start(worker: "Worker", container: Container) -> None:
    handler = (container.spec.get("lifecycle") or {}).get("postStart")
    if handler is None or container.process is None:
        worker.has_begun(container)
        return
    worker.kubelet.parts.loop.after(hook_us(handler), _hooked, worker, container, handler)


def _hooked(worker: "Worker", container: Container, handler: JsonObject) -> None:
    process = container.process
    failure = worker.kubelet.parts.runtime.probe(process, handler) if process is not None else None
    if process is None or failure is None:
        worker.has_begun(container)
        return
    worker.emit("FailedPostStartHook", "PostStartHook failed", container, warn=True)
    ending.kill(worker, container, "FailedPostStartHook")
    worker.failed(container, "PostStartHookError", "PostStartHook failed")
