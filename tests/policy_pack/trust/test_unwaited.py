from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time

import pytest

from guardrails.trust.unwaited import Unwaited


def test_results_and_errors_come_back() -> None:
    def fail() -> None:
        raise ValueError("no")

    async def ask() -> None:
        asyncio.get_running_loop().set_default_executor(Unwaited())
        assert await asyncio.gather(*(asyncio.to_thread(pow, 2, n) for n in range(5))) == [1, 2, 4, 8, 16]
        with pytest.raises(ValueError, match="no"):
            await asyncio.to_thread(fail)

    asyncio.run(ask())


def test_neither_the_loop_nor_another_wait_holds_up_what_hangs() -> None:
    hanging = threading.Event()

    async def ask() -> None:
        asyncio.get_running_loop().set_default_executor(Unwaited())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await asyncio.to_thread(hanging.wait, 30)

    start = time.monotonic()
    asyncio.run(ask())
    assert time.monotonic() - start < 10
    hanging.set()


def test_a_process_ends_without_what_hangs() -> None:
    script = "import time; from guardrails.trust.unwaited import Unwaited; Unwaited().submit(time.sleep, 60)"
    environment = {"PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", script], check=True, timeout=30, env=environment)
