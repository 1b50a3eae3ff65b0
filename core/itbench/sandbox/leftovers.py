"""Removes what runs that were killed have left on this machine.

No process is among it: sandboxes, services and sessions end with the process that runs itbench, however that ends.
"""

import subprocess
import tempfile
from pathlib import Path

from itbench.host.leftovers import sweep
from itbench.sandbox.container.engine import ENGINES, Engine
from itbench.sandbox.container.sandbox import CONTAINER_PREFIX, DOOR_PREFIX
from itbench.sandbox.image.packages import PACKAGES_PREFIX
from itbench.sandbox.image.store import MAKING_PREFIX, store_folder
from itbench.sandbox.plain.sandbox import MEMORY_FOLDER, TRIAL_PREFIX


def remove_leftovers() -> list[str]:
    """Remove folders that no process holds and containers that have ended; return what was removed, by name."""
    temporary = Path(tempfile.gettempdir())
    places = [
        *((temporary, prefix) for prefix in (TRIAL_PREFIX, DOOR_PREFIX, PACKAGES_PREFIX)),
        (MEMORY_FOLDER, TRIAL_PREFIX),
        (store_folder(), MAKING_PREFIX),
    ]
    removed = [str(path) for parent, prefix in places for path in sweep(parent, f"{prefix}*")]
    for name in ENGINES:
        removed += _remove_containers(Engine(name))
    return sorted(removed)


def _remove_containers(engine: Engine) -> list[str]:
    if engine.problem() is not None:
        return []
    # One that runs belongs to a process that runs: its process 1 ends with that, and it is removed then.
    ended = ["--filter", f"name={CONTAINER_PREFIX}", "--filter", "status=exited", "--format", "{{.Names}}"]
    try:
        names = engine.ask("ps", "--all", *ended).stdout.split()
        found = [name for name in names if name.startswith(CONTAINER_PREFIX)]
        return [f"{engine.name} {name}" for name in found if engine.ask("rm", name).returncode == 0]
    except subprocess.TimeoutExpired:
        return []
