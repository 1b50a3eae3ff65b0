"""What works on this machine, what does not, and what to do about it."""

import os
import platform
import shutil
import sqlite3
from importlib.util import find_spec
from pathlib import Path

from itbench.host.cache import cache_dir
from itbench.interfaces.domain import Preparation
from itbench.plugins.agents import agent_host
from itbench.plugins.domains import domain_host, preparations
from itbench.plugins.host import PluginHost, Status

_EXTRAS = {
    "cryptography": ("seal", "itbench seal"),
    "huggingface_hub": ("hub", "itbench fetch"),
    "inspect_ai": ("inspect", "itbench.inspect_task"),
    "jinja2": ("view", "itbench view, site"),
    "mcp": ("mcp", "--agent claude-code, codex or gemini-cli, and programs that use tools by MCP"),
    "opentelemetry.sdk": ("otel", "ITBENCH_OTEL"),
    "pyarrow": ("parquet", "itbench export --to parquet"),
    "uvicorn": ("view", "itbench view"),
}
_LITTLE_SPACE_BYTES = 1 << 30
_FEW_TRIALS = 16
_LIMITS = (
    "each process by its own limits, all together checked every 50 ms; no control group bounds a trial, but one around "
    "itbench bounds all: systemd-run --user --scope -p MemoryMax=..."
)


def findings() -> list[list[str]]:
    """Return rows of check, status (ok, note or BROKEN) and what to know."""
    rows = [["python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}"]]
    rows.append(["sqlite", "ok", sqlite3.sqlite_version])
    rows += [_folder("cache", cache_dir()), _folder("runs", Path("runs"))]
    rows += [_extra(module, *use) for module, use in _EXTRAS.items()]
    rows += [*_sandbox(), *_limits()]
    rows += [_preparation(each) for each in preparations()]
    rows += _plugins("domain", domain_host()) + _plugins("agent", agent_host())
    rows += _plugins("plugin", PluginHost[object]("plugin", "itbench.plugins", lambda _name, _value: None))
    return rows


def swept() -> list[str]:
    """Remove what runs that were killed have left, and return a row that says what that was."""
    from itbench.sandbox.leftovers import remove_leftovers
    from itbench.store.claim import sweep_runs
    from itbench.store.run_path import FOLDER

    removed = [*remove_leftovers(), *map(str, sweep_runs(FOLDER))]
    return ["leftovers", "ok", f"removed: {', '.join(removed)}" if removed else "nothing was left"]


def _sandbox() -> list[list[str]]:
    from itbench.sandbox.bubblewrap.support import available, can_trials_talk, missing_layer
    from itbench.sandbox.container.engine import ENGINES

    problem = available()
    if problem is not None:
        own = ["sandbox bubblewrap", "note", f"does not work here: {problem}"]
    else:
        weaker = missing_layer() or can_trials_talk()
        own = [
            "sandbox bubblewrap",
            "note" if weaker else "ok",
            weaker or "isolates agents here; the default",
        ]
    return [own, *(_engine(name) for name in ENGINES)]


def _limits() -> list[list[str]]:
    from itbench.runs.plan.capacity import capacity

    room = capacity(["bubblewrap"])
    return [
        [
            "limits of a trial",
            "ok",
            _LIMITS,
        ],
        [
            "concurrent trials",
            "note" if room.trials < _FEW_TRIALS else "ok",
            f"{room.trials} programs in sandboxes at most, by the limit of {room.limit} ({room.remedy})",
        ],
    ]


def _engine(name: str) -> list[str]:
    from itbench.sandbox.container.engine import Engine

    problem = Engine(name).problem()
    return [f"sandbox {name}", "note" if problem else "ok", problem or f"answers; for --sandbox {name}"]


def _preparation(preparation: Preparation) -> list[str]:
    problem = preparation.problem()
    return [preparation.name, "note" if problem else "ok", problem or "ready"]


def _plugins(noun: str, host: "PluginHost[object]") -> list[list[str]]:
    rows = []
    for plugin in host.listing():
        missing = _missing(plugin.value)
        status = {Status.OK: "ok", Status.DISABLED: "note"}.get(plugin.status, "BROKEN")
        where = _last_frame(plugin.traceback)
        said = " ".join(filter(None, [plugin.origin, plugin.cause, where]))
        rows.append(
            [
                f"{noun} {plugin.name}",
                "note" if missing else status,
                f"{said}: {missing}" if missing else said,
            ]
        )
    return rows


def _missing(value: object) -> str | None:
    """Return what a loaded plugin says it still needs here."""
    ask = getattr(value, "missing", None)
    return ask() if callable(ask) else None


def _last_frame(traceback: str) -> str:
    frames = [line.strip() for line in traceback.splitlines() if line.strip().startswith("File ")]
    return f"({frames[-1]})" if frames else ""


def _folder(name: str, path: Path) -> list[str]:
    existing = next((parent for parent in [path, *path.absolute().parents] if parent.exists()), Path("/"))
    if not os.access(existing, os.W_OK):
        return [name, "BROKEN", f"{path} cannot be written; set another with ITBENCH_CACHE or --out"]
    free = shutil.disk_usage(existing).free
    note = "note" if free < _LITTLE_SPACE_BYTES else "ok"
    return [name, note, f"{path}, {free / (1 << 30):.1f} GiB free"]


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # The package around it is not there either.
        return False


def _extra(module: str, extra: str, use: str) -> list[str]:
    if _is_installed(module):
        return [module, "ok", f"for {use}"]
    return [module, "note", f"not installed; for {use}: pip install 'itbench[{extra}]'"]
