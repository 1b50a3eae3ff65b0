"""Words of the kubelet and of the container runtime that are longer than a line."""

from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.store.refs import JsonObject

_CREATE = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
    "runc create failed: unable to start container process: "
)
SOCKET = (
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: '
    'dial unix /run/containerd/containerd.sock: connect: no such file or directory"'
)
SANDBOX_KILLED = (
    f"Failed to create pod sandbox: rpc error: code = Unknown desc = {_CREATE}"
    "container init was OOM-killed (memory limit too low?): unknown"
)


def cannot_run(command: str) -> str:
    """Return what runc says of a command that is not in the image."""
    if command.startswith("/"):
        return f'{_CREATE}exec: "{command}": stat {command}: no such file or directory: unknown'
    return f'{_CREATE}exec: "{command}": executable file not found in $PATH: unknown'


def duration(time_us: int) -> str:
    """Return a duration as Go prints it, cut to milliseconds: `850ms`, `1.234s`, `1m2.5s`."""
    thousandths = time_us // 1000
    if thousandths < 1000:
        return f"{thousandths}ms" if thousandths else "0s"
    minutes, rest = divmod(thousandths, MINUTE_US // 1000)
    seconds = f"{rest // 1000}.{rest % 1000:03d}".rstrip("0").rstrip(".")
    return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"


def pod_words(pod: JsonObject) -> str:
    """Return `name_namespace(uid)`."""
    metadata = pod["metadata"]
    return f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"
