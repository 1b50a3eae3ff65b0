"""Judges with one set of policies after the other in one process: `python -I -S -B repeat.py ENGINE PLACE MEMORY_BYTES CPU_S`.

Each line of standard input is `[policies, inputs]` as JSON, inputs being JSON texts; each line of output is the list of
verdicts, kind and message. For policies that itbench itself trusts: there is no sandbox around it.
"""

import json
import os
import resource
import sys
from math import ceil


def main(name: str, place: str, memory_bytes: int, cpu_s: int) -> None:
    """Answer until standard input ends."""
    from itbench_ciso.engines.inside.serve import judged, watch_memory

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What a policy prints must not be taken for an answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    watch_memory(memory_bytes)
    for line in sys.stdin.buffer:
        policies, inputs = json.loads(line)
        limit_time(cpu_s)
        verdicts = list(judged(name, place, policies, iter(inputs), memory_bytes, cpu_s))
        print(json.dumps(verdicts), file=answers, flush=True)


def limit_time(cpu_s: int) -> None:
    """Have the system end this process when it has used so much more processor time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until_s = ceil(used.ru_utime + used.ru_stime) + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (until_s, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    sys.path.insert(0, os.path.abspath(__file__).split("/itbench_ciso/")[0])  # noqa: PTH100 - pathlib takes 5 ms
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
