"""The models that play roles in environments, as a user names them."""

from collections.abc import Mapping

from itbench.models.find import find_model
from itbench.models.model import Model
from itbench.runs.plan.options import parse_agent


def find_role_models(asked: Mapping[str, str], *, is_to_be_asked: bool = True) -> dict[str, Model]:
    """Return the models that `PROVIDER/NAME` or `PROVIDER/NAME:key=value,...` ask for, by role.

    Raises:
        UsageError: one of them cannot be asked.
        PluginError: its provider cannot be used.
    """
    found = {}
    for role, text in asked.items():
        name, options = parse_agent(text)
        found[role] = find_model(name, options, is_to_be_asked=is_to_be_asked)
    return found
