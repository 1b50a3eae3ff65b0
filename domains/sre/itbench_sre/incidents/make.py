"""Makes incidents into the cache, several at a time, each one whole or not at all."""

import hashlib
import json
import os
import shutil
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from tempfile import mkdtemp

from itbench.cache import cache_dir
from itbench.errors import DataError
from itbench.interfaces.suite import Progress, no_progress
from itbench_sre.simulator import IncidentSpec, make_incident
from itbench_sre.simulator.digests import read_manifest, tree_digest

_MOST_PROCESSES = 8
_WATCH_S = 1.0
_MAKING, _LEFTOVER_S = ".making-", 3600.0


def cache_root(version: str, seed: int | None, count: int) -> Path:
    """Return where the incidents of one suite are kept; the seed itself does not show.

    What another version of the simulator made is never taken for this one's: the pinned hashes are part of the name.
    """
    pinned = json.dumps(read_manifest(), sort_keys=True)
    name = pinned if seed is None else f"{pinned} seed {seed} count {count}"
    return cache_dir() / "sre" / f"incidents-{version}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def snapshot_dir(root: Path, task_id: str) -> Path:
    """Return where the snapshot of one incident lies."""
    return root / "snapshots" / task_id


def truths_dir(root: Path) -> Path:
    """Return where the truths lie: apart from everything that an agent is shown."""
    return root / "truths"


def make_missing(
    specs: Sequence[IncidentSpec], root: Path, *, is_pinned: bool, progress: Progress = no_progress
) -> None:
    """Make the incidents that are not there yet.

    Raises:
        DataError: a pinned incident came out differently.
    """
    missing = [spec for spec in specs if not _is_made(root, spec.id)]
    if not missing:
        return
    _remove_leftovers(root)
    pinned = read_manifest() if is_pinned else {}
    workers = min(len(missing), os.cpu_count() or 1, _MOST_PROCESSES)
    progress("making incidents", len(specs) - len(missing), len(specs))
    # "spawn": a fork of a process with threads may hang.
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_end_with_parent, initargs=(os.getpid(),)
    ) as pool:
        futures = [
            pool.submit(make_one, spec, root, pinned.get(spec.id, {}).get("sha256")) for spec in missing
        ]
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()
                progress("making incidents", len(specs) - len(missing) + done, len(specs))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def make_one(spec: IncidentSpec, root: Path, pinned: str | None) -> None:
    """Make one incident beside its place and move it there when it is whole.

    Raises:
        DataError: it does not have the pinned hash.
    """
    snapshot, truth_path = snapshot_dir(root, spec.id), truths_dir(root) / f"{spec.id}.json"
    snapshot.parent.mkdir(parents=True, exist_ok=True)
    truth_path.parent.mkdir(parents=True, exist_ok=True)
    making = Path(mkdtemp(prefix=_MAKING, dir=root))
    try:
        truth = make_incident(spec, making / "snapshot") | {"canary": canary(spec)}
        found = tree_digest(making / "snapshot")["sha256"]
        if pinned is not None and found != pinned:
            raise DataError(
                f"incident {spec.id} came out with hash {found[:12]}, pinned is {pinned[:12]}: scores would not "
                "be comparable; install a released itbench again, or report this machine"
            )
        part = making / "truth.json"
        part.write_text(json.dumps(truth, indent=1, sort_keys=True), encoding="utf-8")
        part.replace(truth_path)
        _move(making / "snapshot", snapshot)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _remove_leftovers(root: Path) -> None:
    """Remove what a killed process had begun; what another one is making now is younger."""
    for path in root.glob(f"{_MAKING}*"):
        if path.stat().st_mtime < time.time() - _LEFTOVER_S:
            shutil.rmtree(path, ignore_errors=True)


def _end_with_parent(parent: int) -> None:
    """End this process when the one that started it is gone: a worker of a pool would wait for work for ever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def canary(spec: IncidentSpec) -> str:
    """Return a text that only the truth of this incident holds."""
    return "itbench-canary-" + hashlib.sha256(f"canary/{spec.id}/{spec.seed}".encode()).hexdigest()


def _is_made(root: Path, task_id: str) -> bool:
    return snapshot_dir(root, task_id).is_dir() and (truths_dir(root) / f"{task_id}.json").is_file()


def _move(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except OSError:
        if not target.is_dir():  # Another process may have made the same bytes meanwhile.
            raise
