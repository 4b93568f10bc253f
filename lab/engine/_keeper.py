"""Run a plugin that ends with its engine: `python -I -S _keeper.py COMMAND ARGS...`.

A plugin notices only after minutes that its engine was killed; until then it goes on changing things (a Helm release
installs itself to the end), which no recovery may race with. This process stands between the two and kills the plugin
when the engine is gone. Standard input and output pass by it, signals to the group reach the plugin by themselves.
"""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

_POLL = 0.25  # seconds between two looks at the engine
_LEASH = Path(__file__).with_name("_leash.py")


def _keep(command: list[str]) -> int:
    engine = os.getppid()
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    plugin: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _frame: object) -> None:
        if number == signal.SIGTERM and plugin is not None:  # SIGINT the engine sends to the whole group
            plugin.terminate()

    # Handlers, not SIG_IGN: that the plugin would inherit.
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, pass_on)
    plugin = subprocess.Popen([sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), *command])
    while (code := plugin.poll()) is None:
        if os.getppid() != engine:
            plugin.kill()
            return plugin.wait()
        if select.select([woken], [], [], _POLL)[0]:
            os.read(woken, 64)
    return code


if __name__ == "__main__":
    ended = _keep(sys.argv[1:])
    sys.exit(ended if ended >= 0 else 128 - ended)
