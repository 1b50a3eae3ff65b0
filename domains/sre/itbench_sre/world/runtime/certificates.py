"""Certificates that servers are given as mounted Secrets: until when they are good."""

import base64
import re
from typing import TYPE_CHECKING

from itbench_sre.world.clock.times import epoch_s

if TYPE_CHECKING:
    from itbench_sre.world.runtime.process import Process

MOUNTED = "/etc/tls/tls.crt"
"""Where every program looks for a certificate; it serves with the one that was there when it started."""

_UTC_TIME = re.compile(rb"\x17\x0d(\d{12})Z")
_GENERALIZED_TIME = re.compile(rb"\x18\x0f(\d{14})Z")


def expiry_us(pem: str) -> int | None:
    """Return until when a certificate in PEM is good (the second time in its DER, RFC 5280), None if unreadable."""
    found = re.search("-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", pem, re.DOTALL)
    if found is None:
        return None
    try:
        der = base64.b64decode("".join(found[1].split()), validate=True)
    except ValueError:
        return None
    times = [(match.start(), b"20" + match[1]) for match in _UTC_TIME.finditer(der)]
    times += [(match.start(), match[1]) for match in _GENERALIZED_TIME.finditer(der)]
    if len(times) < 2:
        return None
    text = sorted(times)[1][1].decode()
    day = epoch_s(int(text[:4]), int(text[4:6]), int(text[6:8]))
    return (day + int(text[8:10]) * 3600 + int(text[10:12]) * 60 + int(text[12:14])) * 1_000_000


def is_expired(server: "Process", client: "Process", now_us: int) -> bool:
    """Whether a client finds a server's certificate expired, by its own clock."""
    pem = server.settings.get("certificate") or server.place.files.get(MOUNTED)
    if not isinstance(pem, str) or not pem:
        return False
    until_us = expiry_us(pem)
    offset_us = client.special.clock_us if client.special is not None else 0
    return until_us is None or now_us + offset_us > until_us
