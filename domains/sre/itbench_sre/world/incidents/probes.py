"""The fixed set of routine operations that bring a latent fault to light: restarts, drains, more traffic."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itbench_sre.world.incidents.page import Page
    from itbench_sre.world.incidents.variants import Variants


class Probes:
    """Asks whether a change is a latent fault: whether some routine operation, harmless by itself, harms with it."""

    def __init__(self, variants: "Variants") -> None:
        self._variants = variants

    def harm(self, kept: Iterable[int], page: "Page") -> bool:
        """Whether with the changes of these places only, and one probe, the page fires."""
        raise NotImplementedError
