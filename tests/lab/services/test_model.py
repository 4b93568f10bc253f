from __future__ import annotations

from pathlib import Path

import pytest

from lab.errors import LabError
from lab.services.model import Endpoints, NoTools


def test_endpoints_do_not_show_the_secret() -> None:
    endpoints = Endpoints("k", Path("kubeconfig"), "c", "g", "r", "h", "LKIA", "sesame")
    assert "sesame" not in repr(endpoints)
    assert "LKIA" in repr(endpoints)


def test_no_tools() -> None:
    with pytest.raises(LabError, match="the tool etcd is missing") as caught:
        NoTools().path("etcd")
    assert "cartorio lab up" in str(caught.value.remedy)
