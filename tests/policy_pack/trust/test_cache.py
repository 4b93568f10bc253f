"""The cache on disk: what is damaged, large, foreign or written by several at once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guardrails.trust.cache import Cache
from guardrails.trust.reference import Digest

PACK = Path(__file__).parents[3] / "policy_pack"
LIMIT = 1 << 20


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def stored(cache: Cache, data: bytes) -> Digest:
    digest = Digest.of(data)
    cache.keep_content(data, digest)
    return digest


def test_what_is_kept_is_found_by_others(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    digest = stored(cache, b"evidence")
    cache.keep_note("key", b"first")
    cache.keep_note("key", b"second")
    other = Cache(tmp_path)
    assert other.content(digest, LIMIT) == b"evidence"
    assert other.note("key", LIMIT) == b"second"
    assert other.note("other", LIMIT) is None
    assert other.content(Digest.of(b"other"), LIMIT) is None
    assert other.content(digest, 7) is None


def test_only_this_user_reads_and_writes_it(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "here"
    stored(Cache(folder), b"evidence")
    (path,) = files(folder)
    assert path.stat().st_mode & 0o777 == 0o600
    while path != tmp_path / "made":
        path = path.parent
        assert path.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_write_is_not_used(tmp_path: Path) -> None:
    stored(Cache(tmp_path), b"evidence")
    (tmp_path / "v1").chmod(0o770)
    cache = Cache(tmp_path)
    assert cache.content(Digest.of(b"evidence"), LIMIT) is None
    stored(cache, b"more")
    assert len(files(tmp_path)) == 1


def test_a_link_in_place_of_the_folder_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "v1").symlink_to(tmp_path / "real")
    stored(Cache(tmp_path / "cache"), b"evidence")
    assert files(tmp_path) == []


@pytest.mark.parametrize("damage", [b"", b"evidencf", b"evidence and more"])
def test_damaged_content_is_dropped_and_can_be_kept_anew(tmp_path: Path, damage: bytes) -> None:
    cache = Cache(tmp_path)
    digest = stored(cache, b"evidence")
    (path,) = files(tmp_path)
    path.write_bytes(damage)
    assert cache.content(digest, LIMIT) is None
    assert files(tmp_path) == []
    stored(cache, b"evidence")
    assert cache.content(digest, LIMIT) == b"evidence"


@pytest.mark.parametrize("at", [0, 30, 64, -1])
def test_a_damaged_note_is_dropped(tmp_path: Path, at: int) -> None:
    cache = Cache(tmp_path)
    cache.keep_note("key", b"noted")
    (path,) = files(tmp_path)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    assert cache.note("key", LIMIT) is None
    assert files(tmp_path) == []


def test_a_note_under_another_s_name_is_none(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep_note("a", b"about a")
    (path,) = files(tmp_path)
    cache.keep_note("b", b"about b")
    (other,) = set(files(tmp_path)) - {path}
    path.replace(other)
    assert cache.note("b", LIMIT) is None


def test_a_pipe_or_link_in_place_of_a_file_is_nothing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    digest = stored(cache, b"evidence")
    (path,) = files(tmp_path)
    path.unlink()
    os.mkfifo(path)
    assert cache.content(digest, LIMIT) is None  # and does not wait for a writer
    path.unlink()
    (tmp_path / "real").write_bytes(b"evidence")
    path.symlink_to(tmp_path / "real")
    assert cache.content(digest, LIMIT) is None


def test_bytes_are_only_kept_under_their_own_digest(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="do not have the digest"):
        Cache(tmp_path).keep_content(b"evidence", Digest.of(b"other"))


def test_what_was_used_longest_ago_makes_room(tmp_path: Path) -> None:
    cache = Cache(tmp_path, size=16_000)
    digests = [stored(cache, bytes([number]) * 1000) for number in range(16)]
    now = time.time()
    for number, path in enumerate(sorted(files(tmp_path), key=lambda path: path.read_bytes())):
        os.utime(path, (now - 90_000 + number, now - 90_000 + number))
    assert cache.content(digests[0], LIMIT) is not None  # used just now
    stored(cache, b"x" * 1000)
    stored(cache, b"y" * 1000)
    kept = {digest for digest in digests if cache.content(digest, LIMIT) is not None}
    assert digests[0] in kept
    assert digests[1] not in kept
    assert digests[15] in kept
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 16_000


def test_what_unfinished_writers_left_goes_too(tmp_path: Path) -> None:
    stored(Cache(tmp_path), b"evidence")
    folder = files(tmp_path)[0].parent
    old, new = folder / ".aside-old", folder / ".aside-new"
    for path in (old, new):
        path.touch()
    os.utime(old, (1, 1))
    stored(Cache(tmp_path), b"more")
    assert not old.exists()
    assert new.exists()


def test_a_cache_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file")
    digest = stored(cache, b"evidence")
    cache.keep_note("key", b"noted")
    assert cache.content(digest, LIMIT) is None
    assert cache.note("key", LIMIT) is None


_WRITER = """
import sys
from guardrails.trust.cache import Cache
from guardrails.trust.reference import Digest
from pathlib import Path
cache = Cache(Path(sys.argv[1]), size=60_000)
blobs = [bytes([n]) * 2000 for n in range(40)]
for turn in range(4):
    for n, data in enumerate(blobs):
        cache.keep_content(data, Digest.of(data))
        found = cache.content(Digest.of(data), 1 << 20)
        assert found in (None, data), n
        cache.keep_note("shared", data)
        noted = cache.note("shared", 1 << 20)
        assert noted is None or noted in blobs, n
"""


def test_processes_that_write_and_evict_at_once_only_ever_read_whole_files(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _WRITER, str(tmp_path)]
    writers = [subprocess.Popen(command, cwd=PACK, stderr=subprocess.PIPE) for _ in range(3)]
    for writer in writers:
        _, complaint = writer.communicate(timeout=60)
        assert writer.returncode == 0, complaint.decode()
    assert not [path for path in files(tmp_path) if path.name.startswith(".aside-")]
