from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import LabError
from lab.paths import LabPaths
from lab.services import state
from lab.services.model import Endpoints
from lab.services.processes import Identity

if TYPE_CHECKING:
    from pathlib import Path


def _full(root: Path) -> state.State:
    return state.State(
        ports={"etcd": 20001, "moto": 20002},
        services={"etcd": state.Record(process=Identity(12, 1700000000.25), fingerprint="f", generation="g")},
        endpoints=Endpoints("https://127.0.0.1:1", root / "kubeconfig", "http://127.0.0.1:2", "g", "127.0.0.1:3"),
    )


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    paths = LabPaths(tmp_path, tmp_path)
    assert state.load(paths) is None
    saved = _full(tmp_path)
    state.save(paths, saved)
    assert state.load(paths) == saved
    assert stat.S_IMODE(paths.state.stat().st_mode) == 0o600


def test_the_file_says_its_schema(tmp_path: Path) -> None:
    state.save(LabPaths(tmp_path, tmp_path), state.State())
    assert json.loads((tmp_path / "state.json").read_text())["schema"] == "cartorio.lab/v1"


def test_credentials_are_each_labs_own_and_not_shown() -> None:
    one, two = state.Credentials(), state.Credentials()
    assert one.access_key_id != two.access_key_id
    assert one.secret_access_key != two.secret_access_key
    assert one.secret_access_key not in repr(state.State(credentials=one))


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", "the document"),
        (b"{", "the document"),
        (b"\xff\xfe", "the document"),
        (b"[]", "the document"),
        (b'{"schema": "cartorio.lab/v2"}', "schema"),
        (b'{"schema": "cartorio.lab/v1", "services": {"etcd": {"process": {"pid": "x"}}}}', "services.etcd"),
        (b'{"schema": "cartorio.lab/v1", "extra": 1}', "extra"),
    ],
)
def test_another_file_is_refused_with_its_place(tmp_path: Path, content: bytes, place: str) -> None:
    (tmp_path / "state.json").write_bytes(content)
    with pytest.raises(LabError, match="state cannot be read") as caught:
        state.load(LabPaths(tmp_path, tmp_path))
    assert place in caught.value.what
    assert caught.value.where == str(tmp_path / "state.json")
    assert "cartorio lab down" in str(caught.value.remedy)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(
    document=st.dictionaries(
        st.sampled_from(["schema", "ports", "services", "credentials", "endpoints", "other"]), _json
    )
)
def test_no_json_leads_to_any_other_error(tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "state.json").write_text(json.dumps(document))
    try:
        loaded = state.load(LabPaths(folder, folder))
    except LabError:
        return
    assert isinstance(loaded, state.State)
