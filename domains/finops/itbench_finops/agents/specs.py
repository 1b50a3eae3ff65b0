"""The agents of the FinOps domain by name; each is imported when it is asked for."""

from itbench import AgentSpec
from itbench.kit import lazy_agent, lazy_agents

AGENTS: tuple[AgentSpec, ...] = (
    lazy_agent(
        "baseline",
        "Compares with the same weekday, or sizes by a rule of thumb, without a model.",
        "itbench_finops.agents.baseline:BaselineAgent",
        role="baseline",
        is_in_process=True,
    ),
    *lazy_agents(
        {
            "largest-absolute-rise": "Names what costs most dollars more than in the week before.",
            "largest-relative-rise": "Names what costs most times as much as in the week before.",
            "largest-weekday-ratio": "Names what costs most times the usual of its weekday.",
            "newest-resource": "Names what appeared last.",
            "name-everything": "Names every resource of the account.",
            "halve-everything": "Halves every request of a fleet.",
            "request-the-median": "Requests what each workload of a fleet uses half the time.",
        },
        "itbench_finops.agents.cheats:make_cheat",
        role="cheat",
        is_in_process=True,
    ),
    *lazy_agents(
        {
            "largest-record-ratio": "Names what is most above the most that it ever cost.",
            "signatures": "Names what shows one of the signs that the causes of generated bills leave.",
            "smallest-requests": "Keeps the replicas of a fleet, and requests what the task's formula asks for.",
            "cheapest-size": "Sizes a fleet by the task's formula, with every number of replicas.",
        },
        "itbench_finops.agents.adversaries:make_adversary",
        role="adversary",
        is_in_process=True,
    ),
)
