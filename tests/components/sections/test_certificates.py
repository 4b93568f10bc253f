from __future__ import annotations

import pytest
from pydantic import ValidationError

from components.sections.certificates import Certificates


def test_the_root_outlives_what_it_signs() -> None:
    assert Certificates.model_validate_json('{"rootDays": 366, "issuingDays": 365}').issuing_days == 365
    with pytest.raises(ValidationError, match=r"less than rootDays \(365\)"):
        Certificates.model_validate_json('{"rootDays": 365, "issuingDays": 365}')
