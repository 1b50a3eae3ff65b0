"""Made-up incidents of the OpenTelemetry demo shop, simulated from seeds in the published on-disk format.

Importing this package is cheap: the engine is loaded by the first call of `make_incident`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from itbench_sre.simulator.specs import IncidentSpec, draw_specs, embedded_specs

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["IncidentSpec", "draw_specs", "embedded_specs", "make_incident"]


def make_incident(spec: IncidentSpec, directory: Path) -> dict[str, Any]:
    """Write the snapshot of one incident below `directory` and return its truth (flat v1 shape).

    Raises:
        itbench.errors.ITBenchError: `spec.mechanism` is unknown or `directory` already holds files.
    """
    from itbench_sre.simulator.incident import make_incident as make

    return make(spec, directory)
