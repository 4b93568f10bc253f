from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.sections.data import Evidence


@given(lock=st.integers(1, 36500), noncurrent=st.integers(1, 36500))
def test_a_version_is_not_removed_while_it_is_locked(lock: int, noncurrent: int) -> None:
    text = json.dumps({"lockMode": "COMPLIANCE", "lockDays": lock, "noncurrentDays": noncurrent})
    if noncurrent >= lock:
        assert Evidence.model_validate_json(text).cold_after_days == 90
    else:
        with pytest.raises(ValidationError, match="at least lockDays"):
            Evidence.model_validate_json(text)
