"""What all sandboxes of a kind share: the root file system and, if wanted, packages."""

from dataclasses import dataclass
from pathlib import Path

from itbench.interfaces.progress import Progress
from itbench.sandbox.image.image import build_image, image_key
from itbench.sandbox.image.store import make_stored, stored
from itbench.sandbox.image.tools import build_packages, tools_key

_NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Parts:
    """Folders that are made once and never changed.

    Attributes:
        image: the root file system.
        tools: Python packages, if wanted.
        nothing: an empty folder, to lay over others; see `arguments`.
    """

    image: Path
    tools: Path | None
    nothing: Path


def make_parts(progress: Progress, *, with_tools: bool) -> Parts:
    """Make both, unless they are there: takes seconds, and a minute with packages.

    Raises:
        SandboxError: they cannot be made.
    """
    image = make_stored(image_name(), lambda folder: build_image(folder, progress))
    tools = make_stored(tools_name(), lambda folder: build_packages(folder, progress)) if with_tools else None
    return Parts(image, tools, make_stored(_NOTHING, lambda _: None))


def find_parts(*, with_tools: bool) -> Parts | None:
    """Return both, or None where one has not been made yet."""
    image = stored(image_name())
    tools = stored(tools_name()) if with_tools else None
    nothing = stored(_NOTHING)
    if image is None or nothing is None or (with_tools and tools is None):
        return None
    return Parts(image, tools, nothing)


def image_name() -> str:
    """Return the name of the root file system, which changes with whatever it is made of."""
    return f"image-{image_key()}"


def tools_name() -> str:
    """Return the name of the folder of packages, which changes with the packages and with their Python."""
    return f"tools-{tools_key()}"
