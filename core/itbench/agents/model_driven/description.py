"""What is told of an agent that has a model in a loop, before it works: its settings, and what a trial may take."""

from itbench.agents.model_driven.options import UNKNOWN_WINDOW_TOKENS, ReactOptions
from itbench.interfaces.agent import TrialEstimate
from itbench.interfaces.json import JsonObject, json_text
from itbench.interfaces.task import Task
from itbench.models.model import Model


def describe(model: Model, options: ReactOptions) -> JsonObject:
    """Return what the user decided: model and settings; never a secret."""
    settings = options.settings
    return {
        "model": model.description(),
        "temperature": settings.temperature,
        "effort": settings.effort,
        "max_tokens": settings.max_tokens,
        "sends_seed": options.sends_seed,
        "summarise_at": options.summarise_at,
        "turns": options.turns,
        "output_chars": options.output_chars,
    }


def estimate(model: Model, options: ReactOptions, task: Task, turns: int) -> TrialEstimate:
    """Return what a trial of so many turns may take, or of as many as the options allow."""
    from itbench.models.estimate import estimate_trial

    turns = min(turns, options.turns or turns)
    chars = len(task.instructions) + len(json_text(task.hand_in.answer_schema))
    window_tokens = model.window_tokens or UNKNOWN_WINDOW_TOKENS
    return estimate_trial(model, chars, turns, window_tokens, options.summarise_at)
