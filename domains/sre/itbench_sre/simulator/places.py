"""Plain records of the control plane: ConfigMaps, network policies, nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itbench_sre.simulator.pods import Change


@dataclass(slots=True, kw_only=True, eq=False)
class ConfigMap:
    """A ConfigMap of the shop's namespace."""

    name: str
    data: dict[str, str]
    uid: str
    version: int
    created_us: int
    changes: list[Change] = field(default_factory=list)


@dataclass(slots=True, kw_only=True, eq=False)
class Policy:
    """A NetworkPolicy for the pods of one service: it denies all ingress, or allows it from anywhere."""

    name: str
    service: str
    uid: str
    version: int
    created_us: int
    is_allowing: bool = False
    manager: str = "kubectl-client-side-apply"


@dataclass(slots=True, kw_only=True, eq=False)
class Node:
    """A worker node."""

    name: str
    address: str
    uid: str
    subnet: int
    is_schedulable: bool = True
    version: int = 0
    images: set[str] = field(default_factory=set)
