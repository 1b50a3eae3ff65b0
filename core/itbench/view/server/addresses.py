"""The addresses of the pages, in one place: what leads to a page and what it is found by."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

PATHS: Mapping[str, str] = {
    "runs": "/",
    "leaderboard": "/leaderboard",
    "heat": "/heat",
    "compare": "/compare",
    "sides": "/sides",
    "run": "/run/{run}",
    "trial": "/run/{run}/trial/{trial}",
    "request": "/run/{run}/trial/{trial}/request/{position}",
    "piece": "/run/{run}/trial/{trial}/piece/{part}",
    "search": "/run/{run}/trial/{trial}/search",
    "check": "/run/{run}/trial/{trial}/check",
    "file": "/run/{run}/trial/{trial}/file",
    "trial_panels": "/run/{run}/trial/{trial}/panels",
    "run_panels": "/panels",
    "live": "/run/{run}/live/{task}/{repeat}",
    "changes": "/changes",
    "static": "/static/{name}",
}


def link(page: str, /, **parameters: object) -> str:
    """Return the address of a page; parameters that are None are left out, lists are given several times."""
    pattern = PATHS[page]
    inside = {name for name in parameters if f"{{{name}}}" in pattern}
    path = pattern.format(**{name: quote(str(parameters[name]), safe="") for name in inside})
    rest = {name: value for name, value in parameters.items() if name not in inside and value is not None}
    return f"{path}?{urlencode(rest, doseq=True)}" if rest else path
