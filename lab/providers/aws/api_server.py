"""The API server that stands behind every EKS cluster of the lab: the lab's own, of which moto knows nothing.

Only in the lab's environment (`lab.engine.environment`), where KUBECONFIG names the lab's file and nobody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.providers.model import ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LAB, _KUBECONFIG = "CARTORIO_LAB", "KUBECONFIG"


@dataclass(frozen=True)
class ApiServer:
    """Where it answers, and the authority of its certificate in base64."""

    endpoint: str
    authority: str


def api_server(environment: Mapping[str, str]) -> ApiServer | None:
    """The lab's API server; None outside of the lab, where a cluster answers nowhere.

    Raises:
        ResourceError: the lab's kubeconfig cannot be read.
    """
    file = environment.get(_KUBECONFIG)
    if not (environment.get(_LAB) and file):
        return None
    import yaml  # only the few that have a cluster need it

    try:
        document: Any = yaml.safe_load(Path(file).read_text("utf-8"))
        current = next(one for one in document["contexts"] if one["name"] == document["current-context"])
        named = current["context"]["cluster"]
        cluster = next(one["cluster"] for one in document["clusters"] if one["name"] == named)
        return ApiServer(str(cluster["server"]), str(cluster["certificate-authority-data"]))
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, StopIteration) as error:
        raise ResourceError(
            f"KUBECONFIG names {file}, which tells of no API server of the lab: is the lab up (`make up`)?"
        ) from error
