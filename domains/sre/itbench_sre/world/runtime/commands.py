"""Whether an image has the command that a container asks for."""

from itbench_sre.world.application.model import Program
from itbench_sre.world.runtime.place import Place

_SHELL = frozenset(
    {"ash", "bash", "busybox", "cat", "cp", "curl", "echo", "env", "false", "nc", "nslookup", "sh", "sleep"}
)
_SHELL_MORE = frozenset({"test", "timeout", "true", "wget"})
_OF_LANGUAGE = {
    "java": frozenset({"java"}),
    "python": frozenset({"python", "python3", "gunicorn", "locust", "opentelemetry-instrument", "uvicorn"}),
    "dotnet": frozenset({"dotnet"}),
    "nodejs": frozenset({"node", "npm", "npx", "yarn"}),
    "php": frozenset({"php", "php-fpm", "apache2-foreground"}),
    "ruby": frozenset({"bundle", "puma", "ruby"}),
    "postgres": frozenset({"docker-entrypoint.sh", "postgres", "psql", "pg_isready"}),
    "valkey": frozenset({"redis-cli", "redis-server", "valkey-cli", "valkey-server"}),
    "kafka": frozenset({"kafka-server-start.sh", "run"}),
    "nginx": frozenset({"nginx", "docker-entrypoint.sh"}),
    "envoy": frozenset({"envoy"}),
}


def is_there(program: Program, place: Place) -> bool:
    """Whether the first word of a container's command is a program of its image."""
    if not place.command or place.command[0].startswith("-"):
        return True  # arguments for the image's own entry point
    name = place.command[0].rpartition("/")[2]
    if name in _OF_LANGUAGE.get(program.language, ()):
        return True
    if name in _SHELL or name in _SHELL_MORE:
        return program.language not in ("go", "rust") or program.role == "shell"
    return bool(name) and (name.startswith(program.name) or program.name.startswith(name))
