"""new-domain."""

from pathlib import Path
from typing import Annotated

import typer

from itbench.cli.output import print_text
from itbench.cli.quick import QuickCommand


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("new-domain", cls=QuickCommand)(new_domain)


def new_domain(
    name: Annotated[str, typer.Argument(help="Name of the domain, such as netops.", metavar="NAME")],
    folder: Annotated[
        Path | None, typer.Argument(help="New folder; without it itbench-NAME.", metavar="DIR")
    ] = None,
) -> None:
    """Write a domain plugin that works as it stands: tasks, truths, schemas, scorer, baseline, tests.

    Example: itbench new-domain netops
    """
    from itbench.validation.scaffold.write import write_domain

    target = folder or Path(f"itbench-{name}")
    written = write_domain(name, target)
    print_text("\n".join([f"{len(written)} files written to {target}; next:", *_next_steps(name, target)]))


def _next_steps(name: str, target: Path) -> list[str]:
    return [f"  pip install -e {target}", f"  itbench validate {name}", f"  itbench run {name}"]
