"""The lab's chart repository: charts on loopback, for one rehearsal, and the record of which of them are stand-ins.

It is a thread of the rehearsal's process, so that nothing is left behind however that ends, and answers as a chart
repository does (https://helm.sh/docs/topics/chart_repository/), which the Kubernetes provider and helm both read. Its
address stands in for the sources by CARTORIO_CHART_MIRROR. The record, named by CARTORIO_CHART_RECORD, tells the policy
pack what is served (`policy_pack/guardrails/resources/chart_mirror.py` says when it believes it).
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from lab.services.files import write_private
from lab.services.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from lab.charts.source import Chart
    from lab.engine.state import StackState

MIRROR = "CARTORIO_CHART_MIRROR"
RECORD = "CARTORIO_CHART_RECORD"
SCHEMA = "cartorio.charts/v1"
_RELEASE = "kubernetes:helm.sh/v3:Release"


@dataclass(frozen=True)
class Mirror:
    """A mirror that answers.

    Attributes:
        url: where.
        charts: what it has.
        environment: variables for the program and for the policy pack.
    """

    url: str
    charts: tuple[Chart, ...]
    environment: Mapping[str, str]

    @property
    def missing(self) -> frozenset[str]:
        """Names of the charts that are stood in for."""
        return frozenset(chart.pin.name for chart in self.charts if chart.stands_in)

    def stood_in(self, state: StackState) -> dict[str, str]:
        """The charts of a stack's releases that were stood in for (`name version`), and why."""
        reasons = {(chart.pin.name, chart.pin.version): chart.stands_in for chart in self.charts if chart.stands_in}
        found: dict[str, str] = {}
        for release in state.resources:
            key = (str(release.inputs.get("chart")), str(release.inputs.get("version")))
            repository = (release.inputs.get("repositoryOpts") or {}).get("repo")
            if release.type == _RELEASE and repository == self.url and key in reasons:
                found[" ".join(key)] = reasons[key]
        return dict(sorted(found.items()))


@contextmanager
def serve(charts: Iterable[Chart], record: Path) -> Iterator[Mirror]:
    """Serve these charts on loopback while the body runs.

    Args:
        charts: what to serve.
        record: the file to write; mode 0600.
    """
    served = tuple(charts)
    paths = {f"/charts/{_file(chart)}": chart.archive for chart in served}
    paths["/index.yaml"] = json.dumps(_index(served)).encode()  # JSON is YAML

    class _Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = paths.get(self.path)
            self.send_response(HTTPStatus.OK if content is not None else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_arguments: Any) -> None:  # noqa: ANN401 - the library's signature
            """Nobody reads it."""

    with ThreadingHTTPServer((LOOPBACK, 0), _Handler) as server:
        url = f"http://{LOOPBACK}:{server.server_port}"
        write_private(record, json.dumps(_record(url, served), indent=2).encode())
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Mirror(url, served, {MIRROR: url, RECORD: str(record)})
        finally:
            server.shutdown()
            thread.join()
            record.unlink(missing_ok=True)


def _file(chart: Chart) -> str:
    return f"{chart.pin.name}-{chart.pin.version}.tgz"


def _index(charts: tuple[Chart, ...]) -> dict[str, Any]:
    entries: dict[str, list[dict[str, Any]]] = {}
    for chart in charts:
        entries.setdefault(chart.pin.name, []).append(
            {
                "apiVersion": "v2",
                "name": chart.pin.name,
                "version": chart.pin.version,
                "digest": chart.digest,
                "urls": [f"charts/{_file(chart)}"],
            }
        )
    return {"apiVersion": "v1", "entries": entries}


def _record(url: str, charts: tuple[Chart, ...]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "mirror": url,
        "charts": [
            {
                "name": chart.pin.name,
                "version": chart.pin.version,
                "source": chart.pin.source,
                "sha256": chart.digest,
                "standsIn": chart.stands_in,
            }
            for chart in charts
        ],
    }
