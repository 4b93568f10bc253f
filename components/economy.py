"""What a program of hundreds of resources does without: together a third of the time that its preview takes.

Looking for cycles among objects, which Python does again and again as a program grows: this one ends in seconds, and
its memory with it. And the SDK's debug messages, of which it sends the engine three for each resource, one call each,
although the engine drops them unless it was asked for them (`_log` in
https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/python/lib/pulumi/log.py). A program is not told of `--debug`;
whoever wants these messages sets `PULUMI_OPTION_DEBUG=true`, which is the same flag to the engine.
"""

from __future__ import annotations

import gc
import os
from typing import Final

import pulumi

_DEBUG: Final = "PULUMI_OPTION_DEBUG"


def economise() -> None:
    """Do without them from here on, to the program's end."""
    gc.disable()
    if os.environ.get(_DEBUG, "").lower() not in {"1", "true"}:
        pulumi.log.debug = _dropped


def _dropped(*_message: object, **_of: object) -> None:
    """Stand for `pulumi.log.debug`."""
