"""Looks at what an agent is about to hand in, just as the runner will."""

import json

from itbench.agents.model_driven.prompts import prompt
from itbench.interfaces.task import HandIn
from itbench.interfaces.workspace import Workspace
from itbench.schema.answer import read_answer


def hand_in_words(hand_in: HandIn, workspace: Workspace) -> str:
    """Return in one line what is to be handed in."""
    paths = [*([hand_in.answer] if hand_in.answer else []), *hand_in.files]
    return ", ".join(str(workspace.path / path) for path in paths)


def hand_in_prompt(hand_in: HandIn, workspace: Workspace) -> str:
    """Return what the model is told about handing in."""
    files = ", ".join(str(workspace.path / path) for path in hand_in.files)
    if hand_in.answer is None:
        return prompt("hand_in_only_files", files=files)
    schema = json.dumps(hand_in.answer_schema, indent=1, ensure_ascii=False)
    parts = [prompt("hand_in_answer", answer=workspace.path / hand_in.answer, schema=schema)]
    return "\n\n".join(parts + ([prompt("hand_in_files", files=files)] if files else []))


async def hand_in_problem(hand_in: HandIn, workspace: Workspace) -> str | None:
    """Return what is wrong with what is in the workspace now, or None."""
    problems = [await _file_problem(path, hand_in, workspace) for path in hand_in.files]
    if hand_in.answer is not None:
        problems.insert(0, await _answer_problem(hand_in.answer, hand_in, workspace))
    return "\n".join(problem for problem in problems if problem) or None


async def _answer_problem(path: str, hand_in: HandIn, workspace: Workspace) -> str | None:
    try:
        data = await workspace.read_file(path, max_bytes=hand_in.max_bytes)
    except FileNotFoundError:
        return f"there is no file {workspace.path / path}"
    except ValueError as error:
        return str(error)
    answer = read_answer(data, hand_in.answer_schema)
    if answer.problem is None and answer.notes:
        return f"the answer is not strict JSON: {'; '.join(answer.notes)}"
    return answer.problem


async def _file_problem(path: str, hand_in: HandIn, workspace: Workspace) -> str | None:
    try:
        await workspace.read_file(path, max_bytes=hand_in.max_bytes)
    except FileNotFoundError:
        return f"there is no file {workspace.path / path}"
    except ValueError as error:
        return str(error)
    return None
