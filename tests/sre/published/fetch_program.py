"""Fetches a suite in a process of its own, whose environment says where the hub is, and prints what happened."""

import json
import sys
import threading
import warnings

connected: list[str] = []


def note_connections(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        connected.append(str(arguments[1][0]))


def main() -> None:
    from itbench.errors import ITBenchError
    from itbench.interfaces.suite import SuiteOptions
    from itbench_sre.suites.itbench_aa import ITBENCH_AA
    from itbench_sre.suites.itbench_lite import ITBENCH_LITE

    wanted = json.loads(sys.argv[1])
    suite = {suite.name: suite for suite in (ITBENCH_AA, ITBENCH_LITE)}[wanted["suite"]]
    progress: list[tuple[str, int, int]] = []
    result: dict[str, object] = {"root": None, "error": None, "error_type": None}
    try:
        configured = suite.configured(SuiteOptions(extra=wanted.get("extra", {})))
        root = configured.fetch(wanted.get("tasks", []), lambda *step: progress.append(step))
        result |= {"root": str(root), "tasks": [task.id for task in configured.tasks()]}
        result["revision"] = configured.settings()["revision"]
    except ITBenchError as error:
        result |= {"error": str(error), "error_type": type(error).__name__}
    result["progress"] = progress
    result["hosts"] = sorted(set(connected))
    result["threads"] = [
        t.name for t in threading.enumerate() if not t.daemon and t is not threading.main_thread()
    ]
    print(json.dumps(result))


if __name__ == "__main__":
    warnings.simplefilter("error", ResourceWarning)
    sys.addaudithook(note_connections)
    main()
