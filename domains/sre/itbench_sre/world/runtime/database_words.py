"""What databases answer when they refuse, in the words of PostgreSQL, MySQL and MongoDB."""

from typing import TYPE_CHECKING

from itbench_sre.world.runtime.frames import Failure

if TYPE_CHECKING:
    from itbench_sre.world.runtime.process import Process


def login(process: "Process") -> Failure:
    """Return the refusal of a wrong password."""
    match process.language:
        case "mysql":
            user = process.text_of("user", "root")
            text = f"Access denied for user '{user}'@'{process.place.pod_ip}' (using password: YES)"
            return Failure("28000", f"ERROR 1045 (28000): {text}", False, "auth")
        case "mongodb":
            return Failure("AuthenticationFailed", "Authentication failed.", False, "auth")
    user = process.text_of("user", "postgres")
    return Failure("28P01", f'password authentication failed for user "{user}"', False, "auth")


def clients(language: str) -> Failure:
    """Return the refusal of a connection too many."""
    match language:
        case "mysql":
            return Failure("08004", "ERROR 1040 (08004): Too many connections", True, "limit")
        case "mongodb":
            text = "connection refused because there are too many open connections"
            return Failure("HostUnreachable", text, True, "limit")
    return Failure("53300", "sorry, too many clients already", True, "limit")


def no_table(language: str, table: str) -> Failure:
    """Return the answer to a statement about a table that is not there."""
    match language:
        case "mysql":
            return Failure("42S02", f"ERROR 1146 (42S02): Table 'test.{table}' doesn't exist", False)
        case "mongodb":
            return Failure("NamespaceNotFound", f"ns does not exist: test.{table}", False)
    return Failure("42P01", f'relation "{table}" does not exist', False)


def no_space(language: str) -> Failure:
    """Return the answer to a write for which the disk has no room."""
    match language:
        case "mysql":
            text = "ERROR 1021 (HY000): Disk full (/var/lib/mysql); waiting for someone to free some space..."
            return Failure("HY000", text, False)
        case "mongodb":
            return Failure("OutOfDiskSpace", "available disk space is less than the required minimum", False)
    message = 'could not extend file "base/16384/16405": No space left on device'
    return Failure("53100", message, False)
