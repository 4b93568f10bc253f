"""What a registry can do to its readers, and that none of it ends in an accepted image, a hang or a crash."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
from typing import TYPE_CHECKING

import pytest

from guardrails.trust import Outcome, Verifier
from guardrails.trust.access import Access
from guardrails.trust.limits import Limits
from guardrails.trust.reference import Digest
from tests.support.hostile_registry import Exchange, answers, forever
from tests.support.signing import OCI_INDEX, OCI_MANIFEST, Signer, encode, sha256
from tests.support.trust import NAME, Scene, Trust, failed, judged, refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("formats", [{"legacy": False}, {"bundle": False}, {}], ids=["bundle", "legacy", "both"])
def test_left_alone_the_registry_s_images_are_trusted(scene: Scene, formats: dict[str, bool]) -> None:
    scene.sign(**formats)
    assert scene.verdict().outcome is Outcome.TRUSTED


@pytest.mark.parametrize("has_api", [True, False])
def test_the_fallback_tag_is_read_where_the_api_is_absent_or_empty(scene: Scene, *, has_api: bool) -> None:
    scene.sign(legacy=False)
    listed = scene.registry.referrers.pop(scene.digest)
    scene.registry.content.index(*listed, tag=scene.digest.replace(":", "-"))
    scene.registry.has_referrers = has_api
    assert scene.verdict().outcome is Outcome.TRUSTED


def test_other_bytes_under_the_image_s_digest_are_refused(scene: Scene) -> None:
    scene.sign()
    media_type, body = scene.registry.content.manifests[scene.digest]
    scene.registry.misbehaviours[f"manifests/{scene.digest}"] = answers(200, body + b"\n", media_type)
    refused(scene.verdict(), f"when asked for {scene.digest}")


@pytest.mark.parametrize("legacy", [True, False])
def test_other_bytes_under_a_signature_s_digest_are_refused(scene: Scene, *, legacy: bool) -> None:
    scene.sign(legacy=legacy, bundle=not legacy)
    for digest, body in scene.registry.content.blobs.items():
        changed = body.replace(b"docker", b"DOCKER").replace(b"bundle", b"BUNDLE")
        scene.registry.misbehaviours[f"blobs/{digest}"] = answers(200, changed)
    refused(scene.verdict(), "when asked for sha256:")


@pytest.mark.parametrize(("change", "why"), [(1, "announced"), (-1, "more than the"), (10**9, "more than the 65536")])
def test_a_wrong_length_is_refused(scene: Scene, change: int, why: str) -> None:
    scene.sign(bundle=False)
    tag = scene.digest.replace(":", "-") + ".sig"
    document = json.loads(scene.registry.content.manifests[tag][1])
    document["layers"][0]["size"] += change
    scene.registry.content.manifest(document, tag=tag)
    refused(scene.verdict(), why)


def test_a_content_type_that_contradicts_the_body_is_refused(scene: Scene) -> None:
    scene.sign()
    _, body = scene.registry.content.manifests[scene.digest]
    scene.registry.misbehaviours[f"manifests/{scene.digest}"] = answers(200, body, OCI_INDEX)
    refused(scene.verdict(), "media type confusion: Content-Type")


@pytest.mark.parametrize("media_type", [OCI_MANIFEST, OCI_INDEX])
def test_a_signed_document_of_both_kinds_is_refused(scene: Scene, media_type: str) -> None:
    document = json.loads(scene.registry.content.manifests[scene.digest][1])
    both = {**document, "mediaType": media_type, "manifests": []}
    scene.image = scene.registry.content.manifest(both)
    scene.digest = scene.image["digest"]
    scene.sign()
    refused(scene.verdict(), "media type confusion")


def test_a_registry_that_is_down_is_an_error(tmp_path: Path, signer: Signer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"
        verdict = judged(Trust(tmp_path, host).verifier(release=[signer.pem]), sha256(b""))
    failed(verdict, f"http://{host} does not answer properly: ConnectionRefusedError")
    assert "up and reachable" in verdict.remedy


UNHURRIED = Limits(image_seconds=10)


def drip_headers(exchange: Exchange) -> None:
    exchange.drip(b"HTTP/1.1 200 OK\r\nX-Padding: " + b"x" * 10_000, 0.02)


def drip_body(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Length", "150")  # less than any body here: only time can stop it
    exchange.end_headers()
    exchange.drip(b"x" * 150, 0.02)


def truncated(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Length", "150")
    exchange.end_headers()
    exchange.wfile.write(b"{}")


def garbage(exchange: Exchange) -> None:
    exchange.wfile.write(b"\x00\xff" * 100)


def many_headers(exchange: Exchange) -> None:
    with contextlib.suppress(OSError):
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-Padding: " + b"x" * 1_000_000 + b"\r\n\r\n")


def only_hints(exchange: Exchange) -> None:
    """Informational answers without end, each of them in order."""
    with contextlib.suppress(OSError):
        while not exchange.registry.stopping.wait(0.01):
            exchange.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            exchange.wfile.flush()


def hang_up(exchange: Exchange) -> None:
    exchange.connection.shutdown(socket.SHUT_RDWR)


SLOW = "did not finish answering within"
FAULTS: dict[str, tuple[Callable[[Exchange], None], str]] = {
    "no answer": (Exchange.stall, SLOW),
    "headers byte by byte": (drip_headers, SLOW),
    "body byte by byte": (drip_body, SLOW),
    "truncated": (truncated, "does not answer properly"),
    "garbage": (garbage, "does not answer properly"),
    "headers without end": (many_headers, "does not answer properly"),
    "hints without end": (only_hints, SLOW),
    "hangs up": (hang_up, "does not answer properly"),
    "429": (answers(429, Retry_After="3600"), "answered 429"),
    "500": (answers(500, b"\x1b[2J"), "answered 500"),
    "503": (answers(503), "answered 503"),
    "401": (answers(401, WWW_Authenticate='Bearer realm="http://169.254.169.254/"'), "asks for credentials"),
    "403": (answers(403), "lets nobody read this without credentials"),
}


@pytest.mark.parametrize("where", ["", "/referrers/", ".sig", "/blobs/"], ids=["all", "referrers", "sig", "blobs"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_an_error_that_names_it_and_leaves_nothing_behind(scene: Scene, fault: str, where: str) -> None:
    scene.sign()
    misbehave, why = FAULTS[fault]
    if where:  # what is left has to be too little
        scene.sign(legacy=False)
        others = {"/referrers/": ".sig", ".sig": "/referrers/"}.get(where)
        if others:
            scene.registry.misbehaviours[others] = answers(404)
    scene.registry.misbehaviours[where] = misbehave
    failed(scene.verdict(Limits(image_seconds=0.4) if why is SLOW else UNHURRIED), why)
    scene.registry.misbehaviours.clear()
    assert scene.verdict(UNHURRIED).outcome is Outcome.TRUSTED


@pytest.mark.parametrize("fault", ["truncated", "garbage", "other bytes", "redirect loop", "endless", "500"])
def test_a_fault_leaves_nothing_in_the_cache(scene: Scene, tmp_path: Path, fault: str) -> None:
    scene.sign(legacy=False)
    misbehave = {
        "other bytes": lambda exchange: exchange.reply(200, scene.registry.content.blobs[exchange.name].swapcase()),
        "redirect loop": lambda exchange: exchange.reply(302, Location=exchange.path),
        "endless": forever,
        **{name: found for name, (found, _) in FAULTS.items()},
    }[fault]
    made = scene.trust.verifier(release=[scene.signer.pem], limits=UNHURRIED)
    access = Access(made._access.mirrors, cache=tmp_path / "cache")
    verifier = Verifier(made._policy, "local", path=made._path, access=access, limits=UNHURRIED)
    for kind in ("/blobs/", "/manifests/sha256:", "/referrers/"):
        scene.registry.misbehaviours = {kind: misbehave}
        if fault == "other bytes" and kind != "/blobs/":
            continue
        assert judged(verifier, scene.digest).outcome is not Outcome.TRUSTED
    assert not list((tmp_path / "cache").rglob("notes"))
    for path in (tmp_path / "cache").rglob("*"):
        assert not path.is_file() or Digest.parse(f"sha256:{path.name}").matches(path.read_bytes())
    scene.registry.misbehaviours.clear()
    assert judged(verifier, scene.digest).outcome is Outcome.TRUSTED


def test_a_fault_that_could_not_have_mattered_is_none(scene: Scene) -> None:
    scene.sign()
    scene.registry.misbehaviours["/referrers/"] = answers(500)
    assert scene.verdict().outcome is Outcome.TRUSTED


@pytest.mark.parametrize(
    ("misbehave", "why"),
    [
        (forever, "a body of more than the"),
        (answers(200, b" " * 2_000_000, OCI_MANIFEST), "a body of 2000000 bytes, more than the"),
        (answers(200, gzip.compress(b"{}"), OCI_MANIFEST, Content_Encoding="gzip"), "Content-Encoding 'gzip'"),
        (answers(200, b"[" * 900_000, OCI_MANIFEST), "when asked for"),
    ],
    ids=["endless", "huge", "compressed", "nested"],
)
def test_an_exhausting_image_is_refused(scene: Scene, misbehave: Callable[[Exchange], None], why: str) -> None:
    scene.sign()
    scene.registry.misbehaviours[f"manifests/{scene.digest}"] = misbehave
    refused(scene.verdict(Limits(image_seconds=10)), why)


def test_thousands_of_legacy_signatures_are_refused(scene: Scene) -> None:
    scene.registry.content.legacy(scene.digest, *[scene.signer.simple(scene.digest)] * 3000)
    refused(scene.verdict(), "3000 layers, more than the 64 that are read")
    assert not any("/blobs/" in path for path in scene.registry.requests)


def test_thousands_of_referrers_are_refused(scene: Scene) -> None:
    referrer = scene.registry.content.referrer(scene.image, scene.signer.bundle(scene.digest))
    scene.registry.referrers[scene.digest] = [referrer] * 1500
    refused(scene.verdict(), "1500 manifests, more than the 64 that are read")


def test_a_large_attestation_beside_the_signature_is_not_read(scene: Scene) -> None:
    scene.sign(legacy=False)
    large = scene.registry.content.referrer(scene.image, encode({"sbom": "x" * 100_000}))
    scene.registry.referrers[scene.digest].insert(0, large)
    assert scene.verdict().outcome is Outcome.TRUSTED


def test_a_list_of_referrers_in_pages_is_read_whole(scene: Scene) -> None:
    scene.sign(legacy=False)
    body = encode({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": scene.registry.referrers[scene.digest]})
    empty = encode({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []})

    def page(exchange: Exchange) -> None:
        if exchange.path.endswith("?page=2"):
            exchange.reply(200, body, OCI_INDEX)
        else:
            exchange.reply(200, empty, OCI_INDEX, Link=f'<{exchange.path}?page=2>; rel="next"')

    scene.registry.misbehaviours["/referrers/"] = page
    assert scene.verdict().outcome is Outcome.TRUSTED


def test_a_list_of_referrers_without_end_is_refused(scene: Scene) -> None:
    empty = encode({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []})
    scene.registry.misbehaviours["/referrers/"] = lambda exchange: exchange.reply(
        200, empty, OCI_INDEX, Link=f'<{exchange.path.partition("?")[0]}?again=1>; rel="next"'
    )
    refused(scene.verdict(), "more than 4 pages")


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "https://169.254.169.254/", "https://localhost/x"])
@pytest.mark.parametrize("what", ["manifests", "blobs"])
def test_a_redirect_elsewhere_is_not_followed(scene: Scene, what: str, target: str) -> None:
    scene.sign(bundle=False)
    scene.registry.misbehaviours[f"/{what}/"] = answers(307, Location=target)
    refused(scene.verdict(), "a redirect to")


def test_a_redirect_in_the_same_place_is_followed(scene: Scene) -> None:
    scene.sign(bundle=False)

    def elsewhere(exchange: Exchange) -> None:
        if exchange.path.endswith("?moved"):
            exchange.reply(200, scene.registry.content.blobs[exchange.path.rpartition("/")[2][: -len("?moved")]])
        else:
            exchange.reply(307, Location=f"{exchange.path}?moved")

    scene.registry.misbehaviours["/blobs/"] = elsewhere
    assert scene.verdict().outcome is Outcome.TRUSTED


def test_a_redirect_loop_is_refused(scene: Scene) -> None:
    scene.registry.misbehaviours[""] = lambda exchange: exchange.reply(302, Location=exchange.path)
    refused(scene.verdict(), "more than 3 redirects")


def test_nothing_is_asked_of_a_registry_that_no_rule_names(scene: Scene) -> None:
    verifier = scene.trust.verifier(release=[scene.signer.pem])
    verifier.verify([f"{NAME}/elsewhere/api@{scene.digest}", f"{NAME}/cartorio/api:latest"])
    assert scene.registry.requests == []
