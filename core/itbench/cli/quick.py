"""Commands and groups that start at once.

Typer 0.29 converts a missing `--help` (None) to a boolean with pydantic, at each start of each program. A flag
that is False from the beginning is not converted.
"""

from collections import Counter
from typing import Any

from typer import BadParameter
from typer.core import TyperCommand, TyperGroup, TyperOption

from itbench.errors import UsageError

# Typer converts values with pydantic, whose messages begin with this.
_OF_PYDANTIC = "Value error, "


class QuickCommand(TyperCommand):
    """A command whose help flag is False unless it is given, and that refuses an option that is given twice."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of a command line.

        Raises:
            UsageError: an option for one value has two, of which one would be left out without a word.
        """
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        options = [each for each in order if isinstance(each, TyperOption)]
        given = Counter(map(id, options))
        for option in options:
            if given[id(option)] > 1 and not (option.multiple or option.is_flag):
                raise UsageError(f"option {option.opts[0]} is given twice; leave one out")
        try:
            return super().parse_args(ctx, args)
        except BadParameter as error:
            error.message = error.message.removeprefix(_OF_PYDANTIC)
            raise

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
