"""The Python packages that ITBench-AA promises to agents, in a folder of their own."""

import hashlib
import sys
from pathlib import Path

from itbench.interfaces.progress import Progress
from itbench.sandbox.image.image import base_python
from itbench.sandbox.image.packages import install_packages

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def tools_key() -> str:
    """Return a name that changes with the packages and with the Python that they are for."""
    text = f"{REQUIREMENTS.read_text(encoding='utf-8')}\n{sys.version}\n{base_python().program}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def build_packages(target: Path, progress: Progress) -> None:
    """Install the packages into an empty folder.

    Raises:
        SandboxError: they cannot be installed.
    """
    progress("making the sandbox: numpy, pandas, drain3 and PyYAML", 3, 4)
    install_packages(target, REQUIREMENTS, "the sandbox's Python packages")
