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
    """Build once what all sandboxes share.

    That is a small file system, Python with packages, and the engines of the domains.

    Example: itbench sandbox build
    """
    from itbench.cli.waiting import waiting
    from itbench.interfaces.sandbox import Prepared
    from itbench.plugins.domains import preparations
    from itbench.sandbox.choose import choose_sandbox

    sandbox = choose_sandbox()
    lines = []
    with waiting() as progress:
        if isinstance(sandbox, Prepared):
            sandbox.prepare(progress)
        for preparation in preparations():
            preparation.prepare(progress)
            lines.append(preparation.problem() or f"{preparation.name} is ready")
    print_text("\n".join([f"sandbox {sandbox.name} is ready", *lines]))


def _group() -> None:
    """Prepare the sandbox that agents work in."""
