"""The agents of the FinOps domain by name; each is imported when it is asked for."""

from itbench import Agent, AgentRequest, AgentSpec, FloorRole


def _baseline(request: AgentRequest) -> Agent:
    from itbench_finops.agents.baseline import BaselineAgent

    request.refuse_options()
    return BaselineAgent()


def _by_trick(request: AgentRequest) -> Agent:
    from itbench_finops.agents.adversaries import BILL_ADVERSARIES, FLEET_ADVERSARIES
    from itbench_finops.agents.cheats import BILL_CHEATS, FLEET_CHEATS
    from itbench_finops.agents.tricks import BillAgent, FleetAgent

    request.refuse_options()
    of_bills, of_fleets = BILL_CHEATS | BILL_ADVERSARIES, FLEET_CHEATS | FLEET_ADVERSARIES
    if request.name in of_bills:
        return BillAgent(of_bills[request.name])
    return FleetAgent(of_fleets[request.name])


def _spec(name: str, summary: str, role: FloorRole) -> AgentSpec:
    return AgentSpec(name=name, summary=summary, create=_by_trick, role=role, is_in_process=True)


AGENTS: tuple[AgentSpec, ...] = (
    AgentSpec(
        name="baseline",
        summary="Compares with the same weekday, or sizes by a rule of thumb, without a model.",
        create=_baseline,
        role="baseline",
        is_in_process=True,
    ),
    _spec("largest-absolute-rise", "Names what costs most dollars more than in the week before.", "cheat"),
    _spec("largest-relative-rise", "Names what costs most times as much as in the week before.", "cheat"),
    _spec("largest-weekday-ratio", "Names what costs most times the usual of its weekday.", "cheat"),
    _spec("newest-resource", "Names what appeared last.", "cheat"),
    _spec("name-everything", "Names every resource of the account.", "cheat"),
    _spec("halve-everything", "Halves every request of a fleet.", "cheat"),
    _spec("request-the-median", "Requests what each workload of a fleet uses half the time.", "cheat"),
    _spec("largest-record-ratio", "Names what is most above the most that it ever cost.", "adversary"),
    _spec(
        "signatures",
        "Names what shows one of the signs that the causes of generated bills leave.",
        "adversary",
    ),
    _spec(
        "smallest-requests",
        "Keeps the replicas of a fleet, and requests what the task's formula asks for.",
        "adversary",
    ),
    _spec(
        "cheapest-size", "Sizes a fleet by the task's formula, with every number of replicas.", "adversary"
    ),
)
