"""list-domains, list-suites, list-tasks, list-agents."""

from typing import Annotated

import typer

from itbench.cli.options import AsJson, AsPublished, Data, SuiteOption, SuiteOrFolder, suite_options
from itbench.cli.output import print_data_warning, print_json, print_rows
from itbench.cli.quick import QuickCommand


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("list-domains", cls=QuickCommand)(list_domains)
    app.command("list-suites", cls=QuickCommand)(list_suites)
    app.command("list-tasks", cls=QuickCommand)(list_tasks)
    app.command("list-agents", cls=QuickCommand)(list_agents)


def list_domains(as_json: AsJson = False) -> None:
    """List the installed domains.

    A domain that cannot be loaded is listed with the cause.

    Example: itbench list-domains --json
    """
    from itbench.plugins.domains import domain_host

    rows = [
        [
            plugin.name,
            plugin.status.value,
            plugin.origin,
            plugin.value.summary if plugin.value else plugin.cause,
        ]
        for plugin in domain_host().listing()
    ]
    print_rows(["domain", "status", "from", "summary"], rows, as_json=as_json)


def list_suites(
    domain: Annotated[str | None, typer.Argument(help="Only of this domain.", metavar="DOMAIN")] = None,
    as_json: AsJson = False,
) -> None:
    """List the suites of all domains, or of one.

    The first suite of a domain is its default.

    Example: itbench list-suites DOMAIN
    """
    from itbench.plugins.domains import domain_host

    host = domain_host()
    domains = [host.get(domain)] if domain else [p.value for p in host.listing() if p.value is not None]
    rows = [
        [f"{found.name}/{suite.name}", suite.version, suite.summary]
        for found in domains
        for suite in found.suites
    ]
    print_rows(["suite", "version", "summary"], rows, as_json=as_json)


def list_tasks(
    reference: SuiteOrFolder,
    data: Data = None,
    as_published: AsPublished = False,
    suite_option: SuiteOption = None,
    as_json: AsJson = False,
) -> None:
    """List the tasks of a suite.

    With --json, everything that an agent is told.

    Example: itbench list-tasks DOMAIN/SUITE
    """
    from itbench.cli.waiting import waiting
    from itbench.sealed.reopen import named_suite
    from itbench.suites.load import load_tasks
    from itbench.suites.secret import remember

    options = suite_options(suite_option, data, as_published=as_published)
    domain, suite, options = named_suite(reference, options)
    remember(domain.name, suite, options)
    with waiting() as progress:
        suite.prepare(progress)
    tasks = load_tasks(suite)
    print_data_warning(suite.data_warning() or suite.data_gap())
    if as_json:
        print_json([task.model_dump(mode="json") for task in tasks])
    else:
        rows = [[task.id, ", ".join(task.tags), task.title] for task in tasks]
        print_rows(["task", "tags", "title"], rows, as_json=False)


def list_agents(
    domain: Annotated[
        str | None, typer.Argument(help="Also the agents that this domain brings.", metavar="DOMAIN")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the available agents.

    Without DOMAIN, those of every domain are listed too.

    Example: itbench list-agents DOMAIN
    """
    from itbench.plugins.agents import agent_host
    from itbench.plugins.domains import domain_host

    rows = [
        [
            plugin.name,
            plugin.value.role if plugin.value else plugin.status.value,
            plugin.origin,
            plugin.value.summary if plugin.value else plugin.cause,
        ]
        for plugin in agent_host().listing()
    ]
    host = domain_host()
    domains = [host.get(domain)] if domain else [p.value for p in host.listing() if p.value is not None]
    for found in domains:
        rows += [[spec.name, spec.role, f"domain {found.name}", spec.summary] for spec in found.agents]
    print_rows(["agent", "role", "from", "summary"], rows, as_json=as_json)
