"""audit."""

from typing import Annotated

import typer

from itbench.cli.options import AsJson, Data, SuiteOption, suite_options
from itbench.cli.output import print_json, print_text
from itbench.cli.quick import QuickCommand

_TRAIN, _SMALL, _TEST, _SEED = 200, 40, 200, 1


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("audit", cls=QuickCommand)(audit)


def audit(
    reference: Annotated[str, typer.Argument(help="DOMAIN or DOMAIN/SUITE.", metavar="DOMAIN[/SUITE]")],
    train: Annotated[
        int, typer.Option(help="Tasks that adversaries learn from; 0: its own, in folds.", min=0)
    ] = _TRAIN,
    small: Annotated[int, typer.Option(help="Learn also from so few of them.", min=2)] = _SMALL,
    test: Annotated[int, typer.Option(help="Tasks that they are tried on.", min=1)] = _TEST,
    seed: Annotated[int, typer.Option(help="Seed of the tasks that are drawn.", min=0)] = _SEED,
    data: Data = None,
    suite_option: SuiteOption = None,
    as_json: AsJson = False,
) -> None:
    """Measure how far a suite can be guessed.

    Adversaries that see shallow features only learn from tasks drawn for it, and are tried on others.

    Example: itbench audit DOMAIN/SUITE --train 40 --test 40
    """
    from itbench.audit.sets import AuditPlan
    from itbench.audit.suite import audit_suite
    from itbench.cli.waiting import waiting
    from itbench.report.audit_text import audit_text

    plan = AuditPlan(train=train, small=small, test=test, seed=seed)
    with waiting() as progress:
        report = audit_suite(reference, suite_options(suite_option, data), plan, progress)
    if as_json:
        print_json(report.json())
    else:
        print_text(audit_text(report))
