"""The version that is installed."""

from importlib_metadata import PackageNotFoundError, version

try:
    __version__ = version("itbench")
except PackageNotFoundError:
    __version__ = "unknown"
