"""The agents of the SRE domain by name; each is imported when it is asked for."""

from itbench import AgentSpec
from itbench.kit import lazy_agent, lazy_agents

_CHEATS = "itbench_sre.agents.cheats:make_cheat"

AGENTS: tuple[AgentSpec, ...] = (
    lazy_agent(
        "baseline",
        "Links changes to symptoms by rules, without a model.",
        "itbench_sre.agents.baseline:BaselineAgent",
        role="baseline",
        is_in_process=True,
    ),
    *lazy_agents(
        {
            "name-everything": "Names every entity seen.",
            "loudest-alert": "Names the workload that the most frequent alert is about.",
            "last-change": "Names the object that changed last.",
            "any-chaos": "Names every chaos object.",
            "first-error": "Names the service with the most error spans.",
            "empty": "Says that nothing is wrong.",
        },
        _CHEATS,
        role="cheat",
        is_in_process=True,
    ),
    *lazy_agents(
        {"loudest-warning": "Names the object that Warning events name most often."},
        _CHEATS,
        role="adversary",
        is_in_process=True,
    ),
    *lazy_agents(
        {
            "constant": "Names the most frequent faults and objects of Cloud-OpsBench.",
            "first-unready": "Names the first pod that is not ready, of Cloud-OpsBench.",
            "first-alert": "Names what the first alert of Cloud-OpsBench is about.",
            "first-warning": "Names what the first Warning event of Cloud-OpsBench is about.",
        },
        "itbench_sre.opsbench.rules:make_agent",
        role="cheat",
        is_in_process=True,
    ),
    lazy_agent(
        "expert",
        "Replays the expert trajectories of Cloud-OpsBench.",
        "itbench.kit:OracleAgent",
        role="privileged",
        is_in_process=True,
    ),
)
