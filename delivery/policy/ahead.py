"""Files, read ahead of whoever judges them: in a process of its own, so that reading and judging go on side by side.

A few files are read in this process, which takes less than starting another. What the other one sends is a row of
frames, one for each file in the order that they are asked for: the length, then what `_framed` makes, by Python's
`marshal` (https://docs.python.org/3/library/marshal.html), since both ends are the same interpreter and no other
format is as fast. If it ends before its last frame, that is an error: nothing is ever left out in silence.
"""

from __future__ import annotations

import gc
import marshal
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Self

from delivery.policy.documents import Document, UnreadableError, file_documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Read = tuple[str, tuple[Document, ...]]
    """A file's text and the documents in it."""

_FEW: Final = 200
"""So many files are read while another process would still be starting."""

_LENGTH: Final = 8  # bytes
_AT_ONCE: Final = 1 << 16
_MOST: Final = 1 << 28
"""So many bytes are kept for whoever judges; then reading waits."""
_BUFFER: Final = 1 << 20
# The paths are this process's own, and nothing is imported from the folder that it happens to run in.
_PROGRAM: Final = "import sys; sys.path[:] = sys.argv[1:]; from delivery.policy import ahead; ahead.serve()"


class EndedError(Exception):
    """The other process ended before it had read everything; the message says how."""


@contextmanager
def reading(files: Sequence[str]) -> Iterator[Iterator[Read | UnreadableError]]:
    """What is in each file, or why it cannot be read, as somebody asks for it.

    Args:
        files: their paths, in the order in which they are wanted.

    Raises:
        EndedError: when asked for a file that the process that reads ahead did not come to.
    """
    process = _start(files) if len(files) > _FEW and (os.cpu_count() or 1) > 1 else None
    if process is None:
        yield map(_read, files)
        return
    with process:
        try:
            yield (_answer(process, file) for file in files)
        finally:
            process.kill()


def _start(files: Sequence[str]) -> subprocess.Popen[bytes] | None:
    """The other process; None where there is no room for one, or for the list of what it is to read."""
    try:
        with tempfile.TemporaryFile() as asked:
            marshal.dump(list(files), asked)
            asked.seek(0)
            return subprocess.Popen(
                [sys.executable, "-I", "-c", _PROGRAM, *sys.path],
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=_BUFFER,
            )
    except OSError:
        return None


def _read(file: str) -> Read | UnreadableError:
    try:
        return file_documents(file)
    except UnreadableError as error:
        return error


def _answer(process: subprocess.Popen[bytes], file: str) -> Read | UnreadableError:
    answer = _unframed(process)
    if answer is None:
        return _read(file)  # there is something in it that cannot be sent
    if len(answer) == 2:  # noqa: PLR2004 - text and documents
        text, found = answer
        return text, tuple(Document(number, "", content) for number, content in found)
    return UnreadableError(*answer)


def _unframed(process: subprocess.Popen[bytes]) -> Any:  # noqa: ANN401 - see `_framed`
    stream = process.stdout
    head = stream.read(_LENGTH) if stream is not None else b""
    size = int.from_bytes(head, "big")
    body = stream.read(size) if stream is not None and len(head) == _LENGTH else b""
    if len(head) < _LENGTH or len(body) < size:
        code = process.wait()
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        raise EndedError(f"the process that reads the files ended before it had read them all ({how})")
    return marshal.loads(body)  # noqa: S302 - the same program's own


def serve() -> None:
    """Read the files that standard input names, for the process that started this one."""
    gc.disable()  # nothing here lives longer than a file
    with _Outbox(1) as out:
        for file in marshal.load(sys.stdin.buffer):  # noqa: S302 - the same program's own
            out.put(_framed(file))


def _framed(file: str) -> bytes:
    """A frame: text and documents, or what is wrong, its line and its remedy, or nothing if that cannot be sent."""
    try:
        found = _read(file)
        if isinstance(found, UnreadableError):
            body = marshal.dumps((found.what, found.line, found.remedy))
        else:
            body = marshal.dumps((found[0], [(one.number, one.content) for one in found[1]]))
    except Exception:  # noqa: BLE001 - whatever it is, whoever asked will meet it, and say it
        body = marshal.dumps(None)
    return len(body).to_bytes(_LENGTH, "big") + body


class _Outbox:
    """Sends what the other end has room for, and keeps the rest, as much as is sensible: who reads need not wait."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        self._send(patiently=True)

    def put(self, frame: bytes) -> None:
        self._waiting += frame
        self._send(patiently=len(self._waiting) > _MOST)

    def _send(self, *, patiently: bool) -> None:
        os.set_blocking(self._descriptor, patiently)
        try:
            while self._waiting:
                with memoryview(self._waiting) as waiting:
                    sent = os.write(self._descriptor, waiting[:_AT_ONCE])
                del self._waiting[:sent]
        except BlockingIOError:
            pass
