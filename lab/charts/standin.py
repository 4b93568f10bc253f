"""An empty chart in the place of one that cannot be reached: its name, its version, and nothing to install.

Format: https://helm.sh/docs/topics/charts/; the archive is the same for the same name and version, byte for byte.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from typing import TYPE_CHECKING

from lab.errors import LabError

if TYPE_CHECKING:
    from lab.charts.pins import Pin

OWN = "cartorio"
"""The application's chart: it is in the project, and nothing ever stands in for it."""


def archive(pin: Pin) -> bytes:
    """The stand-in's archive.

    Raises:
        LabError: the chart is the application's own.
    """
    if pin.name == OWN:
        raise LabError(
            f"nothing stands in for the chart {OWN}: it is the program's own", where="components/versions.py"
        )
    chart = {
        "apiVersion": "v2",
        "name": pin.name,
        "version": pin.version,
        "type": "application",
        "description": f"Stands in for {pin.source}/{pin.name}, which could not be reached. It installs nothing.",
        "annotations": {"cartorio.internal/stand-in": "true"},
    }
    content = json.dumps(chart, indent=2).encode()  # JSON is YAML
    made = io.BytesIO()
    with gzip.GzipFile(fileobj=made, mode="wb", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as files:
        member = tarfile.TarInfo(f"{pin.name}/Chart.yaml")
        member.size = len(content)
        files.addfile(member, io.BytesIO(content))
    return made.getvalue()
