"""What an agent is told about a fleet to be right-sized."""

from typing import TYPE_CHECKING

from itbench import JsonObject

if TYPE_CHECKING:
    from itbench import Task

ANSWER_NAME = "plan.json"
_TURNS = 60
_MOST_ENTRIES = 1000
_LARGEST = 10_000_000

INSTRUCTIONS = """\
A company pays for what the workloads of its clusters request, whether they use it or not. Plan for each workload how many
replicas it has and what each replica requests, so that the fleet costs as little as possible and every workload
keeps its availability target. Your working directory has, read-only:

- workloads.json: each workload as it is now. `cpu_used_millicores` and `memory_used_mib` are percentiles (nearest rank) of what
  all its replicas together used in two weeks, one sample each quarter of an hour, without the fixed memory.
- prices.json: US dollars for a core and for a GiB of memory, an hour, in each node pool. A replica costs what it requests.

A workload keeps its target if all of this holds:

1. It has from `fewest_replicas` to `most_replicas` replicas, and no request is above its limit. Limits stay as they are.
2. With a target of 99.90 % or more it must bear the loss of one replica: then count one replica less in 3 and 4.
3. The replicas together request at least the CPU used at the percentile of the target (p99 for 99.00 %), with
   `expected_growth_percent` added.
4. The memory of each replica, less `fixed_memory_mib_per_replica`, adds up to at least the largest memory used (a workload out of
   memory is killed, however short the peak), with `expected_growth_percent` added.

CPU is requested in steps of 10 millicores, memory in steps of 16 MiB; anything between is taken up to the next step. Some
workloads request too little now; those have to be given what they need.

Hand in the file plan.json in your working directory:

{"plan": [{"workload": "...", "replicas": 3, "cpu_request_millicores": 250, "memory_request_mib": 512}]}

A workload that you leave out, or plan twice, stays as it is. The score is the saving of the resulting fleet as a share of the
achievable saving; whatever costs more than today is deducted. A workload that breaches its target or a limit in the resulting
fleet (including one that does so today and stays as it is) saves nothing, and twice its cost is deducted: its cost today or at the
cheapest size that keeps its target, whichever is higher. A score below 0 counts as 0.
"""


def make_task(task_id: str, *, title: str, suite: str) -> "Task":
    """Return the public task of one fleet."""
    from itbench import HandIn, Limits, Task

    return Task(
        id=task_id,
        title=title,
        instructions=INSTRUCTIONS,
        hand_in=HandIn(answer=ANSWER_NAME, answer_schema=plan_schema()),
        limits=Limits(turns=_TURNS),
        tags=("finops", suite),
    )


def plan_schema() -> JsonObject:
    """Return what a plan must look like."""
    number = {"type": "integer", "minimum": 1, "maximum": _LARGEST}
    numbers = ("replicas", "cpu_request_millicores", "memory_request_mib")
    return {
        "type": "object",
        "required": ["plan"],
        "properties": {
            "plan": {
                "type": "array",
                "maxItems": _MOST_ENTRIES,
                "items": {
                    "type": "object",
                    "required": ["workload", *numbers],
                    "additionalProperties": False,
                    "properties": {
                        "workload": {"type": "string", "minLength": 1, "maxLength": 200},
                        "reason": {"type": "string", "maxLength": 2000},
                    }
                    | dict.fromkeys(numbers, number),
                },
            }
        },
    }
