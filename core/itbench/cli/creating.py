"""new-domain, pin."""

from pathlib import Path
from typing import Annotated

import typer

from itbench.cli.options import AsJson
from itbench.cli.output import print_json, print_note, print_rows, print_text
from itbench.cli.quick import QuickCommand
from itbench.validation.scaffold.kind import Kind


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("new-domain", cls=QuickCommand)(new_domain)
    app.command("pin", cls=QuickCommand)(pin)


def new_domain(
    name: Annotated[str, typer.Argument(help="Name of the domain, such as netops.", metavar="NAME")],
    folder: Annotated[
        Path | None, typer.Argument(help="New folder; without it itbench-NAME.", metavar="DIR")
    ] = None,
    kind: Annotated[
        Kind,
        typer.Option(
            help="What agents do: read files and hand in an answer, or act on a server in a sandbox of its own."
        ),
    ] = Kind.FILES,
) -> None:
    """Write a domain plugin that works as it stands.

    It has tasks, truths, schemas, a scorer, a baseline and tests.

    Example: itbench new-domain netops --kind acting
    """
    from itbench.validation.scaffold.write import write_domain

    target = folder or Path(f"itbench-{name}")
    written = write_domain(name, target, kind)
    print_text("\n".join([f"{len(written)} files written to {target}; next:", *_next_steps(name, target)]))


def _next_steps(name: str, target: Path) -> list[str]:
    return [f"  pip install -e {target}", f"  itbench validate {name}", f"  itbench run {name}"]


def pin(
    domain: Annotated[str, typer.Argument(help="Name of the domain, such as netops.", metavar="DOMAIN")],
    as_json: AsJson = False,
) -> None:
    """Generate all tasks of a domain, and pin their hashes.

    The manifest then has the hashes that every machine must get.

    Example: itbench pin netops
    """
    from dataclasses import asdict

    from itbench.cli.waiting import waiting
    from itbench.kit import pin_suites
    from itbench.plugins.domains import domain_host

    with waiting() as progress:
        pinned = pin_suites(domain_host().get(domain).suites, progress)
    if as_json:
        print_json([asdict(suite) for suite in pinned])
        return
    rows = [
        [suite.name, f"{suite.tasks}", f"{len(suite.changed)}", f"{len(suite.added)}", f"{suite.manifest}"]
        for suite in pinned
    ]
    print_rows(["suite", "tasks", "changed", "added", "manifest"], rows, as_json=False)
    for suite in pinned:
        if suite.changed:
            print_note(f"note: {suite.name} has changed tasks; raise its version, which is part of every run")
