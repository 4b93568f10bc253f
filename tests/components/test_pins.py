from __future__ import annotations

import json
import subprocess
import sys

from components import versions
from components.pins import charts
from lab.paths import PROJECT_ROOT


def test_every_pinned_chart_is_listed_once() -> None:
    found = charts()
    assert {versions.CERT_MANAGER, versions.VAULT, versions.KARPENTER} <= set(found)
    assert list(found) == sorted(found, key=lambda pin: pin.name)
    assert len({(pin.name, pin.version) for pin in found}) == len(found)


def test_it_prints_them_as_json() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "components.pins"], cwd=PROJECT_ROOT, check=True, capture_output=True, text=True
    )
    assert {
        "name": "cert-manager",
        "version": versions.CERT_MANAGER.version,
        "source": versions.CERT_MANAGER.source,
        "digest": versions.CERT_MANAGER.digest,
    } in json.loads(done.stdout)
