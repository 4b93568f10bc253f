from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.toolchain.store import Store, key_of

if TYPE_CHECKING:
    from collections.abc import Callable

_HOLD = """
import sys
from pathlib import Path
from lab.toolchain.store import Store
with Store(Path(sys.argv[1])).lock("thing", lambda who: None):
    print("held", flush=True)
    sys.stdin.read()
"""
_OLD = 40 * 86_400  # seconds


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def _install(store: Store, name: str = "tool", key: str = "k1", text: str = "#!/bin/sh\n") -> Path:
    with store.scratch(name) as scratch:
        file = scratch / "made" / "files" / name
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)
        return store.install(name, key, scratch / "made", {"go": "1.26.8"}, [file])


def _shift(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds, time.time() - seconds))


def test_an_entry_is_found_by_its_name_and_key(store: Store) -> None:
    entry = _install(store)
    assert store.find("tool", "k1") == entry
    assert store.notes(entry) == {"go": "1.26.8"}
    assert store.find("tool", "k2") is None
    assert store.find("other", "k1") is None


def _truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def _replace(file: Path) -> None:
    file.write_bytes(b"X" * file.stat().st_size)
    _shift(file, 60)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _strange(file: Path) -> None:
    (file.parent.parent / "manifest.json").write_text("[1]", encoding="utf-8")


_DAMAGES: dict[str, Callable[[Path], None]] = {
    "truncated": _truncate,
    "emptied": _empty,
    "not executable": lambda file: file.chmod(0o644),
    "other content of the same size": _replace,
    "gone": lambda file: file.unlink(),
    "no manifest": lambda file: (file.parent.parent / "manifest.json").unlink(),
    "half a manifest": lambda file: _truncate(file.parent.parent / "manifest.json"),
    "another manifest": _strange,
}


@pytest.mark.parametrize("damage", _DAMAGES.values(), ids=_DAMAGES)
def test_a_damaged_entry_is_none_and_can_be_replaced(store: Store, damage: Callable[[Path], None]) -> None:
    damage(_install(store) / "files" / "tool")
    assert store.find("tool", "k1") is None
    entry = _install(store)
    assert store.find("tool", "k1") == entry
    assert sorted(path.name for path in store.folder.iterdir()) == ["tool-k1"]


def test_a_copied_cache_is_whole_although_its_times_differ(store: Store) -> None:
    entry = _install(store)
    _shift(entry / "files" / "tool", 1000)
    assert store.find("tool", "k1") == entry


def test_scratch_leaves_nothing_and_clears_what_a_crash_left(store: Store) -> None:
    left = store.folder / ".new-tool-1"
    left.mkdir(parents=True)
    stack = ExitStack()
    scratch = stack.enter_context(store.scratch("tool"))
    assert not left.exists()
    (scratch / "half").touch()
    with pytest.raises(KeyboardInterrupt), stack:
        raise KeyboardInterrupt
    assert list(store.folder.iterdir()) == []


def test_a_lock_excludes_other_processes_until_their_end(store: Store) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(store.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    told = []

    def waiting(who: str) -> None:
        told.append(who)
        holder.kill()  # without a chance to clean up: the kernel gives the lock free

    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with store.lock("other", waiting):
            assert told == []
        with store.lock("thing", waiting):
            assert told
    assert set(told) == {f"process {holder.pid}"}


class TestPrune:
    def test_what_nobody_used_for_long_goes(self, store: Store) -> None:
        old, new = _install(store, key="old"), _install(store, key="new")
        _shift(old / ".used", _OLD)
        assert store.prune(days=30, in_use=list) == ("tool-old",)
        assert not old.exists()
        assert new.exists()

    def test_a_find_counts_as_use(self, store: Store) -> None:
        entry = _install(store)
        _shift(entry / ".used", _OLD)
        assert store.find("tool", "k1") == entry
        assert store.prune(days=30, in_use=list) == ()

    def test_what_runs_stays(self, store: Store) -> None:
        entry = _install(store)
        _shift(entry / ".used", _OLD)
        assert store.prune(days=30, in_use=lambda: [entry.resolve() / "files" / "tool"]) == ()
        assert entry.exists()

    def test_locks_logs_and_strangers_stay_and_leavings_go(self, store: Store) -> None:
        for name in ("locks", "logs", "something", ".new-tool-99", ".old-tool-k1-99", ".new-tool-100"):
            (store.folder / name).mkdir(parents=True)
        for name in ("something", ".new-tool-99", ".old-tool-k1-99"):
            _shift(store.folder / name, _OLD)
        store.prune(days=30, in_use=list)
        names = sorted(path.name for path in store.folder.iterdir() if path.is_dir())
        assert names == [".new-tool-100", "locks", "logs", "something"]

    def test_it_is_done_once_a_day(self, store: Store) -> None:
        entry = _install(store)
        store.prune(days=30, in_use=list)
        _shift(entry / ".used", _OLD)
        assert store.prune(days=30, in_use=list) == ()
        _shift(store.folder / ".pruned", 90_000)
        assert store.prune(days=30, in_use=list) == ("tool-k1",)

    def test_a_cache_that_cannot_be_written_is_left_as_it_is(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entry = _install(store)
        _shift(entry / ".used", _OLD)

        def refuse(*_: object, **_more: object) -> None:
            raise OSError(errno.EROFS, "Read-only file system")

        monkeypatch.setattr(Path, "touch", refuse)
        assert store.prune(days=30, in_use=list) == ()
        assert entry.exists()

    def test_there_may_be_no_store_yet(self, store: Store) -> None:
        assert store.prune(days=30, in_use=list) == ()


@given(st.lists(st.binary(max_size=8), max_size=5), st.lists(st.binary(max_size=8), max_size=5))
def test_only_equal_parts_have_equal_keys(one: list[bytes], other: list[bytes]) -> None:
    assert (key_of(*one) == key_of(*other)) is (one == other)


def test_the_manifest_names_what_the_entry_is_made_from(store: Store) -> None:
    manifest = json.loads((_install(store) / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["name"], manifest["key"]) == ("tool", "k1")
    assert manifest["files"]["files/tool"]["size"] == len("#!/bin/sh\n")
