"""Sandboxes for whatever a domain has to run that it did not write itself."""

from typing import TYPE_CHECKING

from itbench.lazy import lazy_names

if TYPE_CHECKING:
    from itbench.sandbox.choose import choose_sandbox as choose_sandbox
    from itbench.sandbox.container.engine import ENGINES as ENGINES
    from itbench.sandbox.errors import SandboxError as SandboxError
    from itbench.sandbox.image.elf import (
        is_elf as is_elf,
        libraries as libraries,
        loader_of as loader_of,
    )
    from itbench.sandbox.image.image import base_python as base_python
    from itbench.sandbox.image.packages import install_packages as install_packages
    from itbench.sandbox.image.store import (
        make_stored as make_stored,
        stored as stored,
    )
    from itbench.sandbox.limits import SandboxLimits as SandboxLimits

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "sandbox.choose": "choose_sandbox",
        "sandbox.container.engine": "ENGINES",
        "sandbox.errors": "SandboxError",
        "sandbox.image.elf": "is_elf libraries loader_of",
        "sandbox.image.image": "base_python",
        "sandbox.image.packages": "install_packages",
        "sandbox.image.store": "make_stored stored",
        "sandbox.limits": "SandboxLimits",
    },
)
