from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from components.sections.audit import Audit


@pytest.mark.parametrize("days", [0, 2, 366, "7"])
def test_logs_are_kept_for_a_time_that_aws_has(days: object) -> None:
    with pytest.raises(ValidationError):
        Audit.model_validate_json(json.dumps({"retentionDays": days}))
