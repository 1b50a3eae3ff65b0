"""Which secrets a run knows, and what of an agent's words its plan keeps."""

from collections.abc import Iterable
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.agent import Agent, SecretiveAgent
from itbench.interfaces.plan import Plan
from itbench.models.model import Model
from itbench.text.redaction import MARK, Redactor, clean_words, environment_redactor


def redactor_of(agent: Agent, models: Iterable[Model] = ()) -> Redactor:
    """Return what takes the secrets of the environment, of an agent and of models out of all that is kept or shown."""
    redactor = environment_redactor().and_of(agent.secrets if isinstance(agent, SecretiveAgent) else ())
    for model in models:
        redactor = redactor.and_of(model.redactor.values)
    return redactor


def words_of(path: Path, plan: Plan, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words after `--` with which a run continues: those of its plan, or as given again.

    Raises:
        UsageError: the plan does not have them whole, since they hold a secret, and they are not given.
    """
    kept = plan.agent.arguments
    if given:
        return given
    if any(MARK in word for word in kept):
        raise UsageError(
            f"the words after -- of {str(path)!r} hold a secret, which no run file keeps; give them again: "
            f"itbench resume {path} -- WORDS (better: give it in an environment variable, with the option env=NAME)"
        )
    if any(MARK in value for value in plan.agent.options.values()):
        raise UsageError(
            f"the options of the agent of {str(path)!r} hold a secret, which no run file keeps; begin a new run with the "
            "secret in an environment variable"
        )
    return kept


def check_words(plan: Plan, given: tuple[str, ...], agent: Agent) -> None:
    """Refuse words that are not those with which a run was started, as far as its plan has them.

    Raises:
        UsageError: they are others.
    """
    if clean_words(given, redactor_of(agent)) != plan.agent.arguments:
        was = " ".join(plan.agent.arguments)
        raise UsageError(f"the run was started with other words after --: {was}")
