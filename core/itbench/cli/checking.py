"""validate, check, doctor."""

from pathlib import Path
from typing import Annotated

import typer

from itbench.cli.options import AsJson, AsPublished, Data, RunPaths, SuiteOption, suite_options
from itbench.cli.output import print_data_warning, print_json, print_rows, print_text
from itbench.cli.quick import QuickCommand
from itbench.text.harmless import one_line


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("validate", cls=QuickCommand)(validate)
    app.command("check", cls=QuickCommand)(check)
    app.command("doctor", cls=QuickCommand)(doctor)


def validate(
    reference: Annotated[
        str,
        typer.Argument(help="DOMAIN, DOMAIN/SUITE, or a folder with a suite.", metavar="DOMAIN[/SUITE]|PATH"),
    ],
    data: Data = None,
    as_published: AsPublished = False,
    suite_option: SuiteOption = None,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Also make tasks and truths anew and compare: up to a minute a task."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check a suite against the rules for all suites.

    The rules are about schemas, solutions, cheats, secrets and scorers.

    Example: itbench validate DOMAIN/SUITE
    """
    from dataclasses import asdict

    from itbench.cli.waiting import waiting
    from itbench.kit.folder import is_suite_folder
    from itbench.sealed.bundle import is_bundle
    from itbench.validation.suite import validate_folder, validate_suite

    with waiting() as progress:
        options = suite_options(suite_option, data, as_published=as_published)
        if is_suite_folder(reference) or is_bundle(Path(reference)):
            report = validate_folder(Path(reference), options, progress, is_deep=deep)
        else:
            report = validate_suite(reference, options, progress, is_deep=deep)
    print_data_warning(report.data_warning)
    if as_json:
        found = [asdict(finding) for finding in report.findings]
        print_json(
            {
                "suite": report.name,
                "tasks": report.tasks,
                "rules": report.rules,
                "findings": found,
                "skipped": [asdict(each) for each in report.skipped],
                "data_warning": report.data_warning,
            }
        )
    else:
        lines = [one_line(str(each)) for each in (*report.findings, *report.skipped)]
        print_text("\n".join([*lines, report.conclusion]))
    if report.findings:
        raise typer.Exit(1)


def check(
    paths: RunPaths,
    plan_hash: Annotated[
        str | None,
        typer.Option(
            "--plan-hash",
            help="Hash of the plan that was promised, as run --dry-run prints it.",
            metavar="HASH",
        ),
    ] = None,
    seal: Annotated[
        str | None, typer.Option("--seal", help="Digest of the seal that was published.", metavar="DIGEST")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Public key that must have signed.", metavar="KEY")
    ] = None,
    receipt: Annotated[
        Path | None,
        typer.Option(
            "--receipt", help="Receipt with which a run or a submission must agree.", metavar="FILE"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check whether run files are as they were written.

    Checks structure, values, and the seal of each part. Of bundles of sealed suites, submissions and receipts it checks every byte
    and every signature. The options say what was promised before.

    For example:

    itbench check runs/*.itbench

    itbench check DIR/public --seal sha256:...
    """
    from itbench.errors import RunFileError
    from itbench.report.file_check import check_json, check_line
    from itbench.sealing.check import Promised, check_path

    promised = Promised(plan_hash=plan_hash, seal=seal, key=key, receipt=receipt)
    found = [check_path(path, promised) for path in paths]
    if as_json:
        print_json([check_json(each) for each in found])
    else:
        print_text("\n".join(map(check_line, found)))
    if any(each.faults for each in found):
        raise typer.Exit(RunFileError.exit_code)


def doctor(
    as_json: AsJson = False,
    sweep: Annotated[
        bool,
        typer.Option(
            "--sweep", help="Remove what runs that were killed have left: folders, containers, live files."
        ),
    ] = False,
) -> None:
    """Show what works on this machine, and how to fix the rest.

    Example: itbench doctor
    """
    from itbench.report.doctor import findings, swept

    rows = [*findings(), *([swept()] if sweep else [])]
    print_rows(["check", "status", "what to know"], rows, as_json=as_json)
    if any(row[1] == "BROKEN" for row in rows):
        raise typer.Exit(1)
