"""Commands and groups that start at once.

Typer 0.29 converts a missing `--help` (None) to a boolean with pydantic, at each start of each program. A flag
that is False from the beginning is not converted.
"""

from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from typer.core import TyperOption


class QuickCommand(TyperCommand):
    """A command whose help flag is False unless it is given."""

    def get_help_option(self, ctx: Any) -> "TyperOption | None":
        """Return the help option with its default."""
        return _defaulted(super().get_help_option(ctx))


class QuickGroup(TyperGroup):
    """A group whose help flag is False unless it is given."""

    def get_help_option(self, ctx: Any) -> "TyperOption | None":
        """Return the help option with its default."""
        return _defaulted(super().get_help_option(ctx))


def _defaulted(option: "TyperOption | None") -> "TyperOption | None":
    if option is not None and option.default is None:
        option.default = False
    return option
