"""The commands of `itbench`."""

import os
from collections.abc import Sequence
from typing import Annotated

import typer

from itbench.cli import (
    auditing,
    checking,
    comparing,
    creating,
    exporting,
    fetching,
    installing,
    listing,
    making,
    merging,
    ranking,
    reading,
    running,
    sandboxing,
    scoring,
    sealing,
    viewing,
)
from itbench.cli.quick import QuickGroup

HELP = "Benchmark AI agents on enterprise IT work. Start with: itbench list-domains, itbench run DOMAIN"


def build_app(words: Sequence[str]) -> typer.Typer:
    """Return the program for these words of a command line."""
    # Typer reads its options for completion with pydantic at every start; they stand only where a command would.
    has_command = bool(words) and not words[0].startswith("-") and "_ITBENCH_COMPLETE" not in os.environ
    app = typer.Typer(
        name="itbench",
        cls=QuickGroup,
        help=HELP,
        no_args_is_help=True,
        add_completion=not has_command,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # Help is text: `TASK:REPEAT` is no emoji, `[...]` no markup.
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=HELP)(_options)
    for module in (
        running,
        scoring,
        listing,
        reading,
        comparing,
        ranking,
        checking,
        auditing,
        creating,
        making,
        merging,
        sealing,
        exporting,
        fetching,
        installing,
        sandboxing,
        viewing,
    ):
        module.register(app)
    return app


def leave_out_others(app: typer.Typer, words: Sequence[str]) -> None:
    """Keep only the command that these words name, where they name one: typer works out the options of all."""
    named = [command for command in app.registered_commands if [command.name] == list(words[:1])]
    if named and "_ITBENCH_COMPLETE" not in os.environ:
        app.registered_commands = named


def _version(is_wanted: bool) -> None:
    if is_wanted:
        from itbench.version import __version__

        typer.echo(f"itbench {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""
