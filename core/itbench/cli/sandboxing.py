"""sandbox build."""

import typer

from itbench.cli.output import print_text
from itbench.cli.quick import QuickCommand, QuickGroup


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        cls=QuickGroup,
        help="Prepare the sandbox that agents work in.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("build", cls=QuickCommand)(build)
    group.callback()(_group)
    app.add_typer(group, name="sandbox")


def build() -> None:
    """Make what all sandboxes share, once: a small file system, and Python with numpy, pandas, drain3 and PyYAML.

    Example: itbench sandbox build
    """
    from itbench.cli.waiting import waiting
    from itbench.interfaces.workspace import Prepared
    from itbench.sandbox.choose import choose

    sandbox = choose()
    if isinstance(sandbox, Prepared):
        with waiting() as progress:
            sandbox.prepare(progress)
    print_text(f"sandbox {sandbox.name} is ready")


def _group() -> None:
    """Prepare the sandbox that agents work in."""
