"""What an agent is told about a cost anomaly."""

from typing import TYPE_CHECKING

from itbench import JsonObject

if TYPE_CHECKING:
    from itbench import Task

ANSWER_NAME = "agent_output.json"
_TURNS = 100
_MOST_RESOURCES = 1000

QUESTION = """\
The cloud bill of a company shows an anomaly: on one day an account cost more than it should have. Find out which
resources are to blame. Your working directory has, read-only:

- anomaly.json: the day (`date`) and the account (`account_id`).
- data.csv: what each resource cost on each day, with the columns `date`, `Account ID`, `CSP`, `Cloud_Service`,
  `Application`, `Instance_Family`, `Price ($/hr)`, `Num_Instances`, `unblended_cost` (in US dollars). Each column is a part of
  the one before it: an account has providers (CSP), these have services, in these run applications on instance families.
"""
MORE_FILES = """\
  A resource may have several lines a day (committed and uncommitted use, credits, corrections), which add up, and a line
  may stand later in the file than its day.
- focus.csv: the same bill as a Cost and Usage table of the FOCUS 1.4 specification. `EffectiveCost` of the rows with an
  `x_InstanceFamily` is the cost in data.csv; the other rows are commitments that were purchased or left unused.
"""
ANSWER = """\

Hand in the file agent_output.json in your working directory:

{"resource": [{"name": "...", "type": "..."}]}

`name` is a value of data.csv and `type` the name of its column. Name the smallest resource to which the excess can be pinned,
usually an `Instance_Family`; but where a whole application is new and brings new cost, name it as an `Application` and not its
families. Several resources may be to blame at once: name all of them, and no others.
"""
EXPECTED = """\
Not to blame is cost that follows the weekday or the end of the month as it did before, that has grown steadily all the while,
that is back to its usual level after a pause or a credit, that merely moved from one resource or application to another, or that
follows the small daily changes of spot prices; nor is anything that other accounts pay. To blame is what would not have
been charged if nothing had gone wrong in the last few days: use, prices or discounts that changed, or something that runs
and should not.
"""


def make_task(task_id: str, *, title: str, suite: str, is_simulated: bool) -> "Task":
    """Return the public task of one anomaly."""
    from itbench import HandIn, Limits, Task

    more = (MORE_FILES, EXPECTED) if is_simulated else ("", "")
    return Task(
        id=task_id,
        title=title,
        instructions=QUESTION + more[0] + ANSWER + more[1],
        hand_in=HandIn(answer=ANSWER_NAME, answer_schema=answer_schema()),
        limits=Limits(turns=_TURNS),
        tags=("finops", suite),
    )


def answer_schema() -> JsonObject:
    """Return what an answer must look like; further keys of a resource, such as a reason, are allowed."""
    return {
        "type": "object",
        "required": ["resource"],
        "properties": {
            "resource": {
                "type": "array",
                "maxItems": _MOST_RESOURCES,
                "items": {
                    "type": "object",
                    "required": ["name", "type"],
                    "properties": {
                        "name": {"type": "string", "minLength": 1, "maxLength": 200},
                        "type": {"type": "string", "minLength": 1, "maxLength": 100},
                    },
                },
            }
        },
    }


def truth_schema() -> JsonObject:
    """Return what the truth of an anomaly must look like, beside its canary."""
    text = {"type": "string", "minLength": 1}
    amount = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{4}$"}
    return {
        "required": ["resource"],
        "properties": {
            "guesses": {"type": "array", "items": text},
            "resource": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["name", "type"],
                    "properties": {
                        "name": text,
                        "type": text,
                        "excess_usd": amount,
                        "excess_so_far_usd": amount,
                    },
                },
            },
        },
    }
