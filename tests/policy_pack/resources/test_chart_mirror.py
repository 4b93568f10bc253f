"""With the real helm and a mirror on loopback, which a test may make lie."""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import json
import tarfile
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.chart_mirror import VARIABLE, MirrorError, holds_nothing, read_mirror
from guardrails.resources.helm import HelmError, Renderer, StandInError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REASON = "charts.example.test: no such host"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {containers: [{name: one, image: hidden}]}\n"


def _archive(name: str, template: str = "") -> bytes:
    made = io.BytesIO()
    members = {f"{name}/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 1.2.3\n"}
    if template:
        members[f"{name}/templates/one.yaml"] = template
    with tarfile.open(fileobj=made, mode="w:gz") as files:
        for path, text in members.items():
            member = tarfile.TarInfo(path)
            member.size = len(text)
            files.addfile(member, io.BytesIO(text.encode()))
    return made.getvalue()


@dataclass
class Mirror:
    """A rehearsal's mirror and its record."""

    record: Path
    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)

    def write(self, **changes: object) -> None:
        self.record.write_text(json.dumps({**self.document, **changes}))
        self.record.chmod(0o600)

    def add(self, name: str, archive: bytes, reason: str) -> None:
        self.files[f"/charts/{name}-1.2.3.tgz"] = archive
        self.document["charts"].append(
            {
                "name": name,
                "version": "1.2.3",
                "source": "https://charts.example.test",
                "sha256": hashlib.sha256(archive).hexdigest(),
                "standsIn": reason,
            }
        )
        self.write()

    @property
    def environment(self) -> dict[str, str]:
        return {VARIABLE: str(self.record)}


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    made = Mirror(tmp_path / "record.json")

    class _Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = made.files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_arguments: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_port}"
        made.document = {"schema": "cartorio.charts/v1", "mirror": made.url, "charts": []}
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        made.add("vault", _archive("vault"), REASON)
        made.add("keda", _archive("keda", POD), "")
        yield made
        server.shutdown()
        thread.join()


def _render(mirror: Mirror, name: str = "vault", *, rehearsed: bool = True, **changes: object) -> tuple[Any, ...]:
    properties = {"chart": name, "version": "1.2.3", "repositoryOpts": {"repo": mirror.url}, **changes}
    environment = mirror.environment if rehearsed else {}
    return Renderer(mirror.record.parent, "1.36.3", environment).render("x", properties)


@pytest.mark.usefixtures("helm_on_path")
class TestRendering:
    def test_a_stand_in_was_not_judged(self, mirror: Mirror) -> None:
        with pytest.raises(StandInError) as caught:
            _render(mirror)
        assert caught.value.what == f"vault 1.2.3 of https://charts.example.test: {REASON}"

    def test_the_sources_own_chart_is_rendered(self, mirror: Mirror) -> None:
        (pod,) = _render(mirror, "keda")
        assert pod["spec"]["containers"][0]["image"] == "hidden"

    def test_outside_a_rehearsal_it_is_a_violation(self, mirror: Mirror) -> None:
        with pytest.raises(HelmError, match="comes from a repository") as caught:
            _render(mirror, rehearsed=False)
        assert not isinstance(caught.value, StandInError)

    def test_a_chart_that_says_it_is_a_stand_in_is_none(self, mirror: Mirror) -> None:
        mirror.files["/charts/keda-1.2.3.tgz"] = _archive("keda")
        with pytest.raises(HelmError, match=r"another keda 1\.2\.3 than it recorded") as caught:
            _render(mirror, "keda")
        assert not isinstance(caught.value, StandInError)

    def test_a_stand_in_that_would_run_something_is_a_violation(self, mirror: Mirror) -> None:
        mirror.add("velero", _archive("velero", POD), REASON)
        with pytest.raises(HelmError, match=r"velero 1\.2\.3 is not empty") as caught:
            _render(mirror, "velero")
        assert not isinstance(caught.value, StandInError)

    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"repositoryOpts": {"repo": "https://charts.example.test"}}, "comes from a repository"),
            ({"chart": "oci://registry.example.test/vault", "repositoryOpts": None}, "the project has no chart"),
            ({"version": "1.2.4"}, "has no chart vault 1.2.4"),
            ({"chart": "cartorio"}, "has no chart cartorio 1.2.3"),
            ({"version": None}, "no version"),
        ],
    )
    def test_only_what_the_record_names_is_taken_from_the_mirror(
        self, mirror: Mirror, changes: dict[str, Any], complaint: str
    ) -> None:
        with pytest.raises(HelmError, match=complaint) as caught:
            _render(mirror, **changes)
        assert not isinstance(caught.value, StandInError)

    def test_a_repository_with_more_than_an_address_is_not_the_mirror(self, mirror: Mirror) -> None:
        with pytest.raises(HelmError, match="comes from a repository"):
            _render(mirror, repositoryOpts={"repo": mirror.url, "caFile": "/x"})

    def test_a_mirror_that_is_gone_is_a_violation(self, mirror: Mirror) -> None:
        mirror.files.clear()
        with pytest.raises(HelmError, match="gives another vault") as caught:
            _render(mirror)
        assert not isinstance(caught.value, StandInError)
        mirror.write(mirror="http://127.0.0.1:9")
        with pytest.raises(HelmError, match="does not answer") as caught:
            _render(mirror, repositoryOpts={"repo": "http://127.0.0.1:9"})
        assert not isinstance(caught.value, StandInError)


def test_a_chart_that_is_its_name_alone_holds_nothing_and_is_rendered_without_helm(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StandInError):
        _render(mirror)
    mirror.add("vault", _archive("vault"), "")  # the source's own: helm is asked
    with pytest.raises(HelmError, match="helm is not on PATH"):
        _render(mirror)


def _pax(name: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz", format=tarfile.PAX_FORMAT) as files:
        files.addfile(tarfile.TarInfo(name), io.BytesIO())
    return made.getvalue()


@pytest.mark.parametrize(
    ("archive", "nothing"),
    [
        (_archive("vault"), True),
        (_archive("vault", POD), False),
        (_archive("vault") + _archive("vault", POD), False),  # two streams: Go reads both
        (gzip.compress(gzip.decompress(_archive("vault")) + gzip.decompress(_archive("vault", POD))), False),
        (gzip.compress(gzip.decompress(_archive("vault")) + b"\0" * 100_000), False),  # longer than one would be
        (_pax(f"vault/{'n' * 120}/../Chart.yaml"), False),
        (_pax("vault/templates/Chart.yaml"), False),
        (_pax("Chart.yaml"), False),
        (gzip.compress(b"no archive"), False),
        (gzip.compress(b""), False),
        (_archive("vault")[:-9], False),
        (b"", False),
    ],
    ids=itertools.count(),  # an archive says when it was made, and every worker has to name the tests alike
)
def test_what_holds_nothing(archive: bytes, *, nothing: bool) -> None:
    assert holds_nothing(archive) is nothing


def test_what_was_fetched_and_checked_is_not_fetched_again(mirror: Mirror) -> None:
    renderer = Renderer(mirror.record.parent, "1.36.3", mirror.environment)
    properties = {"chart": "vault", "version": "1.2.3", "repositoryOpts": {"repo": mirror.url}}
    for _ in range(2):
        with pytest.raises(StandInError):
            renderer.render("x", properties)
        mirror.files.clear()
    mirror.add("vault", _archive("vault", POD), REASON)
    mirror.files.clear()
    with pytest.raises(HelmError, match="gives another vault"):  # another digest is another chart
        renderer.render("x", properties)


def test_without_the_variable_there_is_no_mirror() -> None:
    assert read_mirror({}) is None
    assert read_mirror({VARIABLE: ""}) is None


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"schema": "cartorio.charts/v0"}, "its schema"),
        ({"mirror": "https://charts.example.test"}, "not on 127.0.0.1"),
        ({"mirror": "http://127.0.0.1.example.test:80"}, "not on 127.0.0.1"),
        ({"mirror": "http://user@127.0.0.1:80"}, "not on 127.0.0.1"),
        ({"mirror": "http://10.0.0.1:80"}, "not on 127.0.0.1"),
        ({"mirror": None}, "is not one"),
        ({"charts": [{"name": "vault"}]}, "all texts"),
        ({"charts": None}, "is not one"),
    ],
)
def test_a_record_that_cannot_be_believed_is_refused(
    mirror: Mirror, changes: dict[str, object], complaint: str
) -> None:
    mirror.write(**changes)
    with pytest.raises(MirrorError, match=complaint):
        read_mirror(mirror.environment)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [({"name": "cartorio"}, "never mirrored"), ({"name": "../x"}, "no part"), ({"version": "1?x"}, "no part")],
)
def test_a_chart_that_is_not_the_mirrors_to_give_is_refused(
    mirror: Mirror, change: dict[str, str], complaint: str
) -> None:
    mirror.write(charts=[{**mirror.document["charts"][0], **change}])
    with pytest.raises(MirrorError, match=complaint):
        read_mirror(mirror.environment)


def test_a_record_that_others_can_write_is_refused(mirror: Mirror, tmp_path: Path) -> None:
    mirror.record.chmod(0o666)
    with pytest.raises(MirrorError, match="this user alone"):
        read_mirror(mirror.environment)
    with pytest.raises(MirrorError, match="cannot be read"):
        read_mirror({VARIABLE: str(tmp_path / "nothing")})
