"""Whether the packages of the extra `view` are there, and what to do where they are not."""

from importlib.util import find_spec

from itbench.errors import UsageError

_PACKAGES = ("jinja2", "starlette", "uvicorn")


def require_view() -> None:
    """Check that pages can be made and served here.

    Raises:
        UsageError: a package is missing.
    """
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise UsageError(f'the viewer needs {", ".join(missing)}; install with: pip install "itbench[view]"')
