"""Run a command that dies with the process that started it: `python -I -S _leash.py PARENT_PID COMMAND ARGS...`.

A killed (-9) parent cannot end its children. Linux can do it for the parent: the parent-death signal, which outlives
`execve` (https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html). It is set here, in a fresh process that
then becomes the command, because running Python between fork and exec is unsafe in a process full of gRPC's threads.
Elsewhere this only becomes the command. Imports as little as it can: it stands before every program's start (20 ms).
"""

import os
import sys

_PR_SET_PDEATHSIG = 1
_SIGKILL = 9


def _tie(parent: int) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0) != 0:
        errno = ctypes.get_errno()
        raise OSError(errno, os.strerror(errno))
    if os.getppid() != parent:  # it died before the line above: nobody will send the signal
        os.kill(os.getpid(), _SIGKILL)


if __name__ == "__main__":
    if sys.platform == "linux":
        _tie(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  the very purpose
