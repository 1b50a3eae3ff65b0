"""Settings that the roles of programs know: key -> what it sets. A program reads those it has, however it calls them."""

from collections.abc import Mapping

SETTINGS: Mapping[str, str] = {
    "port": "port that it listens on",
    "slots": "requests worked on at once, in place of `Program.slots`: workers, threads, processes",
    "queue": "requests that wait, in place of `Program.queue`",
    "heap_mib": "most memory that its own heap may take, in MiB (`256`, `256m`, `-Xmx256m`); full collections near it, an error at it",
    "soft_heap_mib": "memory near which a Go program collects garbage ever more often, in MiB, 0 for none",
    "cache_ttl_s": "how long an answer is kept, in place of `Program.cache_us`; 0 keeps none",
    "log_level": "least severity that is logged",
    "user": "name under which clients log in, of a database or cache",
    "password": "password that a database or cache asks its clients for; empty asks for none",
    "max_connections": "connections that a server takes",
    "reserved_connections": "of those, kept for administrators",
    "shared_mib": "memory that a database shares between its processes, in MiB",
    "token_life_s": "how far its clock may be off before it takes what requests carry for expired",
    "statement_timeout_ms": "longest query, 0 for no limit",
    "max_memory_mib": "data that a cache keeps, in MiB, 0 for no limit",
    "eviction": "what a full cache does: `noeviction` refuses writes, `allkeys-lru` forgets the oldest",
    "disk_path": "directory whose volume it writes to",
    "max_message_bytes": "largest message that a broker takes",
    "retention_mib": "messages that a broker keeps, in MiB",
    "partitions": "of a broker's topics",
    "file": "text of the file of flags",
    "config": "text of a file without which the program does not start",
    "listeners": "addresses that a broker listens on",
    "products": "text of the file of what is sold",
    "reload_s": "how often a file is read again",
    "users": "users that a load generator plays",
    "spawn_rate": "users that it adds each second",
    "is_started": "whether it begins by itself (`true`)",
    "rate_per_second": "requests that a gateway lets through, 0 for no limit",
    "mode": "a word that must be one of those that the program knows, as in its file",
}
"""Key -> what it sets."""
