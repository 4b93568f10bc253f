"""With the process that reads ahead, which a few files never start by themselves."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest

from delivery.policy import ahead
from delivery.policy.documents import UnreadableError
from tests.delivery.policy.conftest import pod

if TYPE_CHECKING:
    from pathlib import Path

CONTENTS = {
    "pod.yaml": pod().encode(),
    "two.yaml": b"a: 1\n---\n---\nb: [x, 2, 3.5, true, null, 12345678901234567890]\n",
    "broken.yaml": b"a: 1\nb: ]\n",
    "binary.yaml": b"a: \xff",
    "deep.yaml": b"[" * 70 + b"]" * 70,
    "empty.yaml": b"",
    "odd.yaml": b"? !!binary aGk=\n: !!set {a, b}\n",
    "unsendable.yaml": b"at: !!timestamp 2026-11-25\n",
    "shared.yaml": b"a: &x [1, {b: c}]\nd: *x\n",
    "long.yaml": b"a: '" + b"long " * 400_000 + b"'\n",
    "letters.json": '{"a": "ção \U0001f600"}'.encode(),
    "broken.json": b'{"a": 1, "a": 2}',
}
"""All that a file can be, and more of it than a pipe holds."""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Files with these contents, and one that is missing."""
    for name, content in CONTENTS.items():
        (tmp_path / name).write_bytes(content)
    return [str(tmp_path / name) for name in (*CONTENTS, "missing.yaml")]


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """However few files there are, another process reads them; here it is."""
    found: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def spy(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - as they come
        found.append(start(*arguments, **options))
        return found[-1]

    monkeypatch.setattr(subprocess, "Popen", spy)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(ahead, "_FEW", 0)
    return found


def _plain(found: ahead.Read | UnreadableError) -> object:
    return (found.what, found.line, found.remedy) if isinstance(found, UnreadableError) else found


def test_what_is_read_ahead_is_what_would_be_read_here(
    files: list[str], started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ahead.reading(files) as contents:
        read = [_plain(one) for one in contents]
    monkeypatch.setattr(ahead, "_FEW", len(files))
    with ahead.reading(files) as contents:
        assert [_plain(one) for one in contents] == read
    assert [len(one) for one in read if isinstance(one, tuple)].count(3) == 5  # what is wrong, where, what to do
    assert len(started) == 1


def test_a_process_that_was_killed_is_an_error_and_not_the_end(
    files: list[str], started: list[subprocess.Popen[bytes]]
) -> None:
    with ahead.reading(files * 50) as contents:
        next(contents)
        started[0].kill()
        with pytest.raises(ahead.EndedError, match="killed by signal 9"):
            list(contents)


def test_who_stops_asking_leaves_no_process_behind(files: list[str], started: list[subprocess.Popen[bytes]]) -> None:
    with ahead.reading(files * 50) as contents:
        next(contents)
        assert started[0].poll() is None
    assert started[0].returncode == -signal.SIGKILL


def test_where_no_other_process_can_be_had_this_one_reads(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with ahead.reading(files) as contents:
        assert len(list(contents)) == len(files)


@pytest.mark.parametrize("most", [0, 1 << 20])
def test_what_is_kept_for_the_other_end_is_bounded(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_MOST", most)
    reader, writer = os.pipe()
    frames = [bytes([number]) * 300_000 for number in range(4)]
    got: list[bytes] = []
    with open(reader, "rb") as stream:  # noqa: PTH123 - a pipe
        other = threading.Thread(target=lambda: got.append(stream.read()))
        waited: list[int] = []
        with ahead._Outbox(writer) as out:
            out.put(b"")
            for number, frame in enumerate(frames):
                if number == (0 if most == 0 else 3):
                    other.start()  # until then nobody reads
                out.put(frame)
                waited.append(len(out._waiting))
        os.close(writer)
        other.join()
    assert got == [b"".join(frames)]
    assert max(waited) <= most


def test_nothing_is_imported_from_the_folder_that_it_runs_in(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "yaml", "delivery", "marshal"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(7)\n")
    monkeypatch.chdir(tmp_path)
    with ahead.reading(files) as contents:
        assert len(list(contents)) == len(files)
