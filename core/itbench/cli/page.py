"""Writes the page about all commands: `python -m itbench.cli.page > docs/reference/commands.md`."""

import sys

import typer
from typer.cli import get_docs_for_click
from typer.core import TyperGroup
from typer.main import get_command

from itbench.cli.app import build_app

_HEAD = """\
# All commands

<!-- Written by `python -m itbench.cli.page`; change the help of the commands, not this page. -->

What `itbench COMMAND --help` says. [Command line](cli.md) explains what belongs together.

"""


def page() -> str:
    """Return the page: each command with its arguments and options, as the program's own help has them."""
    group = get_command(build_app(["run"]))
    assert isinstance(group, TyperGroup)
    context = typer.Context(group, info_name="itbench", **group.context_settings)
    texts = [
        get_docs_for_click(obj=command, ctx=context, name=name, call_prefix="itbench", indent=1)
        for name, command in group.commands.items()
    ]
    # A usage line is no command that could be run.
    return _HEAD + "".join(texts).replace("```console\n$ ", "```text\n").rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
