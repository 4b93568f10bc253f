"""Lets a program of hundreds of resources end without the SDK looking at all of them each time one is done.

When the program's last line has run, the SDK waits for what is outstanding: for the first of all outputs, then for the
first of those that remain, and so on (`wait_for_rpcs` in https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/python/lib/pulumi/runtime/stack.py).
That grows with the square of the resources. But first it waits for the calls under way, each once: one more among them,
which is done when the outputs are, leaves the SDK nothing to look at again. What goes wrong ends it at once, and is the
SDK's to tell, as ever.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pulumi.runtime.settings import SETTINGS, _get_rpc_manager

if TYPE_CHECKING:
    from collections.abc import Iterable


def settle() -> None:
    """Have the SDK wait for all outputs together. For the end of a program; call it in the program's own thread."""
    _get_rpc_manager().rpcs.append(asyncio.ensure_future(_settled()))


async def _settled() -> None:
    while pending := _pending():
        done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
        if _failed(done):
            return


def _pending() -> list[asyncio.Future[Any]]:
    with SETTINGS.lock:
        return [output for output in SETTINGS.outputs if not output.done()]


def _failed(done: Iterable[asyncio.Future[Any]]) -> bool:
    return any(one.cancelled() or one.exception() is not None for one in done)
