"""mini-swe-agent: https://mini-swe-agent.com; it asks models through LiteLLM."""

from itbench.agents.named.program import HOME, Errand, NamedProgram, Packages, Started

# What one argument of a program may have, with room to spare.
_LONGEST_ARGUMENT = 100_000
_ELSEWHERE = "Do the task whose instructions are in the file task.json in your working directory."
_VARIABLES = {
    "MSWEA_CONFIGURED": "true",
    "MSWEA_SILENT_STARTUP": "1",
    "MSWEA_COST_TRACKING": "ignore_errors",
    "MSWEA_GLOBAL_CONFIG_DIR": f"{HOME}/mini-swe-agent",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_TELEMETRY": "False",
}


def _packages(version: str) -> Packages:
    return Packages(installer="pip", names=(f"mini-swe-agent=={version}",))


def _start(errand: Errand) -> Started:
    prompt = errand.prompt if len(errand.prompt.encode()) < _LONGEST_ARGUMENT else _ELSEWHERE
    words = ["python3", "-m", "minisweagent.run.mini", "--yolo", "--exit-immediately", "--model"]
    words += [f"{errand.provider}/{errand.model}", "--task", prompt, "--output", f"{HOME}/trajectory.json"]
    return Started(words=words, variables={**_VARIABLES, "PYTHONPATH": str(errand.root)})


MINI_SWE_AGENT = NamedProgram(
    name="mini-swe-agent",
    version="2.4.6",
    providers=("openai", "anthropic"),
    packages=_packages,
    start=_start,
    speaks_mcp=False,
)
