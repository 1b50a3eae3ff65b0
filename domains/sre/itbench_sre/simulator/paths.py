"""Which service calls which, read from the operations of the services."""

from __future__ import annotations

from itbench_sre.simulator.calls import OPERATIONS, Call

_OUTSIDE = frozenset({"load-generator", "frontend-proxy"})


def callers(service: str) -> tuple[str, ...]:
    """Return the services that call `service`, in alphabetical order; the way in of the shop is left out."""
    found = {
        operation.service
        for operation in OPERATIONS.values()
        for step in operation.steps
        if isinstance(step, Call) and OPERATIONS[step.operation].service == service
    }
    return tuple(sorted(found - _OUTSIDE))
