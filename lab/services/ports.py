"""Loopback ports: which are free, and a choice that stays free across restarts."""

from __future__ import annotations

import random
import socket
from typing import TYPE_CHECKING

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Collection

LOOPBACK = "127.0.0.1"

# Below the ephemeral ranges of Linux (32768-60999) and macOS (49152-65535): an outgoing connection of another program
# never takes a port from here while a service is being restarted.
_FIRST, _LAST = 20000, 32000
_ATTEMPTS = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: connections of the previous run that linger in TIME_WAIT do not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose(taken: Collection[int]) -> int:
    """Choose a free loopback port outside `taken`.

    Raises:
        LabError: none was found.
    """
    generator = random.SystemRandom()
    for _ in range(_ATTEMPTS):
        port = generator.randint(_FIRST, _LAST)
        if port not in taken and is_free(port):
            return port
    raise LabError(
        f"no free port between {_FIRST} and {_LAST} on {LOOPBACK}",
        where=LOOPBACK,
        remedy="end the programs that listen there (`ss -ltnp` lists them) and run `cartorio lab up` again",
    )
