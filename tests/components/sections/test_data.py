from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from components.sections.data import Data, Evidence, replicated_elsewhere, undeletable


@given(lock=st.integers(1, 36500), noncurrent=st.integers(1, 36500))
def test_a_version_is_not_removed_while_it_is_locked(lock: int, noncurrent: int) -> None:
    text = json.dumps({"lockMode": "COMPLIANCE", "lockDays": lock, "noncurrentDays": noncurrent})
    if noncurrent >= lock:
        assert Evidence.model_validate_json(text).cold_after_days == 90
    else:
        with pytest.raises(ValidationError, match="at least lockDays"):
            Evidence.model_validate_json(text)


def _data(**sections: object) -> Data:
    evidence = {"lockMode": "COMPLIANCE", "lockDays": 1, "noncurrentDays": 1}
    return Data.model_validate_json(json.dumps({"evidence": evidence, **sections}))


def test_copies_in_the_same_region_are_refused() -> None:
    data = _data(replication={"region": "us-east-1"})
    assert replicated_elsewhere(data, "sa-east-1") is data
    with pytest.raises(PydanticCustomError, match=r"another region than aws\.region, us-east-1"):
        replicated_elsewhere(data, "us-east-1")


def test_documents_go_with_the_stack_only_where_it_is_not_protected() -> None:
    data = _data(documents={})
    assert undeletable(data) is data
    with pytest.raises(PydanticCustomError) as caught:
        undeletable(_data(documents={"forceDestroy": True}))
    assert caught.value.context == {"at": "documents.forceDestroy"}
