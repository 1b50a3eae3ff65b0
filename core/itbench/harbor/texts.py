"""The texts of a Harbor task: its head, both images and both scripts."""

import json

from itbench.interfaces.domain import Domain
from itbench.interfaces.score import printable
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.plugins.domains import domain_host
from itbench.version import __version__

WORKSPACE = "/app"
_TASK_SCHEMA = "1.4"
_SCORING_S = 600.0
_IMAGE = "python:3.12-slim"


def task_toml(domain: Domain, suite: Suite, task: Task) -> str:
    """Return the head: scored apart from the agent, from nothing but the files that are handed in."""
    artifacts = [f"{WORKSPACE}/{path}" for path in task.hand_in.collected]
    lines = [
        f"schema_version = {_toml(_TASK_SCHEMA)}",
        f"artifacts = [{', '.join(map(_toml, artifacts))}]",
        "",
        "[task]",
        f"name = {_toml(f'itbench-{domain.name}-{suite.name}/{task.id}')}",
        f"version = {_toml(suite.version)}",
        f"description = {_toml(task.title)}",
        f"keywords = [{', '.join(map(_toml, task.tags))}]",
        "",
        "[metadata]",
        f"suite = {_toml(f'{domain.name}/{suite.name}')}",
        f"itbench_version = {_toml(__version__)}",
        f"scoring_version = {domain.scoring_version}",
        "",
        "[agent]",
        f"timeout_sec = {float(task.limits.wall_s)}",
        "",
        "[environment]",
        f"workdir = {_toml(WORKSPACE)}",
        "",
        "[verifier]",
        'environment_mode = "separate"',
        f"timeout_sec = {_SCORING_S}",
    ]
    return "\n".join(lines) + "\n"


def agent_image(*, has_inputs: bool) -> str:
    """Return the Dockerfile of the agent's image: the inputs in the working directory, and no itbench."""
    copied = f"COPY inputs/ {WORKSPACE}/\n" if has_inputs else ""
    return f"FROM {_IMAGE}\nWORKDIR {WORKSPACE}\n{copied}"


def scoring_image(packages: list[str]) -> str:
    """Return the Dockerfile of the image that scores; Harbor builds it apart, and no agent is ever in it."""
    words = " ".join(json.dumps(each) for each in packages)
    return f"FROM {_IMAGE}\nRUN pip install --no-cache-dir {words}\nWORKDIR {WORKSPACE}\nCOPY . /tests/\n"


def scoring_script(domain: str) -> str:
    """Return the script that scores what Harbor has brought from the agent's container."""
    command = f"python -I -m itbench.harbor.score {domain} /tests/suite {WORKSPACE} /logs/verifier"
    return f"#!/bin/sh\nexec {command}\n"


def solving_script() -> str:
    """Return the script that hands in the perfect submission."""
    return f'#!/bin/sh\nexec cp -R "$(dirname "$0")/files/." {WORKSPACE}/\n'


def distributions(domain: str) -> list[str]:
    """Return what has to be installed to score: itbench, and what brought the domain, in the versions that are here."""
    found = domain_host().distribution(domain)
    wanted = {"itbench": __version__} | ({} if found is None else {found.name: found.version})
    return [f"{name}=={version}" for name, version in wanted.items()]


def _toml(text: str) -> str:
    """Return a text as a TOML string, which is a JSON string but for one control character."""
    return json.dumps(printable(text), ensure_ascii=False).replace("\x7f", "\\u007f")
