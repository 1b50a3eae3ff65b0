"""The agents of the CISO domain by name; each is imported when it is asked for."""

from itbench import AgentSpec
from itbench.kit import lazy_agent, lazy_agents

AGENTS: tuple[AgentSpec, ...] = (
    lazy_agent(
        "baseline",
        "Hands in what one would write in a hurry from a control's title alone.",
        "itbench_ciso.agents.baseline:BaselineAgent",
        role="baseline",
        is_in_process=True,
    ),
    *lazy_agents(
        {
            "always-compliant": "Says of every cluster that it complies.",
            "always-violated": "Says of every cluster that it violates.",
            "knows-the-example": "Says of the shown cluster what is right and knows nothing of any other.",
        },
        "itbench_ciso.agents.cheats:make_cheat",
        role="cheat",
        is_in_process=True,
    ),
    lazy_agent(
        "memorised-policies",
        "Knows a policy for each control by heart and fills in the names that the task states.",
        "itbench_ciso.agents.memorised:MemorisedPolicies",
        role="adversary",
        is_in_process=True,
    ),
)
"""Whatever works on a task."""
