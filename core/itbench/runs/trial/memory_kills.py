"""How often an attempt may be blamed on a machine that has no memory left.

The kernel counts the processes that it ends for lack of memory, and does not say who took it. A program can raise that count by memory
that no limit of its sandbox counts, such as buffers of sockets. So an environment that fails while the count rises is believed to be the
machine's doing a few times only; from then on it counts as the agent's own, or an agent that is about to fail could be tried again at will.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from itbench.interfaces.fault import Fault, Stage
from itbench.interfaces.record import TrialKey
from itbench.interfaces.trace import Trace
from itbench.runs.trial.aftermath import has_worked
from itbench.sandbox.inside.ending import processes_killed_for_memory
from itbench.store.reader import RunFile

MOST_BELIEVED = 2
"""How many attempts at one trial are believed to have failed for lack of memory without the agent's doing."""
_MARK = "the kernel ended processes of this machine for lack of memory meanwhile"
_STORED = "SELECT task, repeat, count(*) FROM trial WHERE fault_stage = 'environment' AND instr(fault, ?) GROUP BY task, repeat"


@dataclass(slots=True)
class MemoryKills:
    """What is known of the trials of a run.

    Attributes:
        count: how many processes the kernel has ended so far.
        believed: attempts at each task and repeat that were blamed on the machine.
    """

    count: Callable[[], int] = processes_killed_for_memory
    believed: Counter[tuple[str, int]] = field(default_factory=Counter)

    def judged(self, fault: Fault | None, key: TrialKey, trace: Trace, count_before: int) -> Fault | None:
        """Return the fault of an attempt: as it is, marked, or blamed on the agent."""
        if fault is None or fault.stage is not Stage.ENVIRONMENT:
            return fault
        if self.count() <= count_before or not has_worked(trace):
            return fault
        trial = key.task, key.repeat
        self.believed[trial] += 1
        if self.believed[trial] <= MOST_BELIEVED:
            return replace(fault, message=f"{fault.message}; {_MARK}")
        message = f"the agent's own, as attempt {self.believed[trial]} at this trial that ends so: {fault.message}; {_MARK}"
        return replace(fault, stage=Stage.AGENT, message=message)


def memory_kills_of(run: RunFile) -> MemoryKills:
    """Return what the attempts of a run so far tell."""
    rows = run.connection.execute(_STORED, (_MARK,))
    return MemoryKills(believed=Counter({(task, repeat): count for task, repeat, count in rows}))
