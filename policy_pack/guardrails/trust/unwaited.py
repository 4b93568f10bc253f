"""Work in threads that nobody waits for: what hangs in another's code (a resolver, an HSM's module) is left behind.

An event loop's usual threads are joined when the loop ends and again when the process does
(https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.shutdown_default_executor), so that a time limit
on such work bounds the waiting for its result, and nothing else.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Unwaited(ThreadPoolExecutor):
    """A thread for each piece of work, which ends with it or with the process. For a loop's `set_default_executor`.

    A ThreadPoolExecutor in name only: a loop takes nothing else.
    """

    def __init__(self) -> None:
        super().__init__(max_workers=1)

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Begin some work."""
        future: Future[_T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 -- whoever asks for the result gets it
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=run, name="image-trust-apart", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 -- as there
        """Wait for nobody."""
