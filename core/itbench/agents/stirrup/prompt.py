"""What the model is told besides Stirrup's own prompts: the task, where it works, and what to hand in."""

import hashlib
import json

from itbench.agents.model_driven.hand_in import hand_in_words
from itbench.interfaces.task import HandIn, Task
from itbench.interfaces.workspace import Workspace

_TASK = """\
{title}

{instructions}

You work in the directory {path}. The tool `run_shell` runs a shell command there; each command starts in that directory in \
a fresh shell and may take {command_s} seconds at most.

{hand_in}"""
_ANSWER = """\
Your answer is one JSON document in the file {answer}. It must meet this JSON Schema:

{schema}"""
_FINISH = "When all is written, call the tool `finish` with: {what}."
_FILES = "Hand in these files: {files}."


def task_prompt(task: Task, workspace: Workspace) -> str:
    """Return the first message to the model."""
    return _TASK.format(
        title=task.title,
        instructions=task.instructions,
        path=workspace.path,
        command_s=f"{task.limits.command_s:g}",
        hand_in=_hand_in(task.hand_in, workspace),
    )


def prompt_hash() -> str:
    """Return a hash that changes with any word of ours."""
    digest = hashlib.sha256()
    for text in (_TASK, _ANSWER, _FILES, _FINISH):
        digest.update(f"{text}\0".encode())
    return f"sha256:{digest.hexdigest()}"


def _hand_in(hand_in: HandIn, workspace: Workspace) -> str:
    parts = []
    if hand_in.answer is not None:
        schema = json.dumps(hand_in.answer_schema, indent=1, ensure_ascii=False)
        parts.append(_ANSWER.format(answer=workspace.path / hand_in.answer, schema=schema))
    if hand_in.files:
        parts.append(_FILES.format(files=", ".join(str(workspace.path / path) for path in hand_in.files)))
    return "\n\n".join([*parts, _FINISH.format(what=hand_in_words(hand_in, workspace))])
