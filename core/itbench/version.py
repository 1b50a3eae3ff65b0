"""The version that is installed."""

from importlib_metadata import PackageNotFoundError, version

try:
    __version__ = version("itbench")
    """The version of the installed distribution, or "unknown" where there is none."""
except PackageNotFoundError:
    __version__ = "unknown"
