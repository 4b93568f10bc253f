"""cosign and this library on one matrix: format x kind of key x storage x tampering, cosign run for every cell.

Good halves are signed by cosign, once a format and kind of key; each cell is a copy of that in a repository of its own,
tampered with as somebody could who may push, or as the signer's own software might have written it. Where the two
disagree, `DECISIONS` says so and why.
"""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.trust import Outcome
from tests.support.any_signer import KINDS, PLAIN, AnySigner
from tests.support.hostile_registry import Exchange, HostileRegistry
from tests.support.signing import (
    OCI_INDEX,
    SIGNATURE,
    SIMPLE_TYPE,
    Content,
    Cosign,
    encode,
    sha256,
    simple_payload,
    statement,
)
from tests.support.sigstore_instance import b64
from tests.support.trust import Shelf, Trust, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STORAGES = ("tag .sig", "fallback tag", "referrers API")
PROCESSES = 4

# cosign verifies with SHA-256 unless it is told what the key's own hash is.
FLAGS = {"P-384": ("--signature-digest-algorithm=sha384",), "P-521": ("--signature-digest-algorithm=sha512",)}
GOOD = {"none", "a stranger's first", "a broken one after"}

# Where cosign trusts what is refused here, and why that is meant.
DECISIONS = {
    "a key twice in the payload": "which of the two counts depends on the parser (strict_json)",
    "line feeds in the signature": "one signature has one text: base64 is read without exceptions (_fields.data)",
    "another type of payload": "who attests says something of an image, not that it may run (formats.Claim.fault)",
}


@dataclass(frozen=True)
class Signed:
    """What cosign wrote for one image with one key, taken apart."""

    signer: AnySigner
    stranger: AnySigner
    image: dict[str, Any]
    base: Content
    payload: bytes
    signature: str
    bundle: dict[str, Any] = field(default_factory=dict)
    foreign: Signed | None = None

    @property
    def digest(self) -> str:
        return str(self.image["digest"])


def flipped(signature: str) -> str:
    data = bytearray(base64.b64decode(signature))
    data[-1] ^= 1
    return b64(bytes(data))


# Each tampering makes legacy signatures, or payload and signature of bundles, in the order in which they are found.
def _untouched(s: Signed) -> list[tuple[bytes, str]]:
    return [(s.payload, s.signature)]


def _flipped(s: Signed) -> list[tuple[bytes, str]]:
    return [(s.payload, flipped(s.signature))]


def _other_bytes(s: Signed) -> list[tuple[bytes, str]]:
    return [(s.payload.replace(b"{", b"{ ", 1), s.signature)]


def _foreign(s: Signed) -> list[tuple[bytes, str]]:
    assert s.foreign is not None
    return [(s.foreign.payload, s.foreign.signature)]


def _by_stranger(s: Signed) -> list[tuple[bytes, str]]:
    return [_signed(s, s.stranger, s.payload)]


def _stranger_first(s: Signed) -> list[tuple[bytes, str]]:
    return [*_by_stranger(s), *_untouched(s)]


def _broken_after(s: Signed) -> list[tuple[bytes, str]]:
    return [*_untouched(s), (b"{}", s.signature)]


def _other_kind(s: Signed) -> list[tuple[bytes, str]]:
    """Validly signed: another type of payload, or an attestation."""
    if s.bundle:
        other = {**statement(s.digest), "predicateType": "https://spdx.dev/Document", "predicate": {"a": 1}}
        return [_signed(s, s.signer, encode(other))]
    payload = encode(simple_payload(s.digest)).replace(SIMPLE_TYPE.encode(), b"atomic container signature")
    return [_signed(s, s.signer, payload)]


def _twice(s: Signed) -> list[tuple[bytes, str]]:
    """Validly signed: of two keys of one name, the first is of another image."""
    other = f"sha256:{'0' * 64}"
    if s.bundle:
        subject = json.dumps(statement(other)["subject"], separators=(",", ":"))
        return [_signed(s, s.signer, f'{{"subject":{subject},'.encode() + encode(statement(s.digest))[1:])]
    critical = json.dumps(simple_payload(other)["critical"], separators=(",", ":"))
    return [_signed(s, s.signer, f'{{"critical":{critical},'.encode() + encode(simple_payload(s.digest))[1:])]


def _line_feeds(s: Signed) -> list[tuple[bytes, str]]:
    return [(s.payload, s.signature[:20] + "\n" + s.signature[20:])]


TAMPERINGS: dict[str, Callable[[Signed], list[tuple[bytes, str]]]] = {
    "none": _untouched,
    "a bit of the signature": _flipped,
    "other bytes, same meaning": _other_bytes,
    "another image's": _foreign,
    "a stranger's": _by_stranger,
    "a stranger's first": _stranger_first,
    "a broken one after": _broken_after,
    "another type of payload": _other_kind,
    "a key twice in the payload": _twice,
    "line feeds in the signature": _line_feeds,
}


def _signed(s: Signed, signer: AnySigner, payload: bytes) -> tuple[bytes, str]:
    if not s.bundle:
        return signer.simple(payload)
    envelope: Any = signer.envelope(payload)
    return payload, envelope["signatures"][0]["sig"]


class ManyRepositories(HostileRegistry):
    """A registry with the referrers API, in which every repository has content of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.repositories: dict[str, tuple[Content, list[dict[str, Any]]]] = {}
        self.misbehaviours[""] = self._answer

    def _answer(self, exchange: Exchange) -> None:
        exchange.close_connection = False
        repository, _, rest = exchange.path.partition("?")[0].removeprefix("/v2/").rpartition("/")[0].rpartition("/")
        kind, name = rest, exchange.path.partition("?")[0].rpartition("/")[2]
        content, referrers = self.repositories.get(repository, (Content(), []))
        if kind == "manifests" and name in content.manifests:
            media_type, body = content.manifests[name]
            exchange.reply(200, body, media_type, Docker_Content_Digest=sha256(body))
        elif kind == "blobs" and name in content.blobs:
            exchange.reply(200, content.blobs[name], "application/octet-stream")
        elif kind == "referrers":
            exchange.reply(200, encode({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": referrers}), OCI_INDEX)
        else:
            exchange.reply(200 if exchange.path == "/v2/" else 404)


@dataclass(frozen=True)
class Cell:
    """One place of the matrix, ready to be verified."""

    kind: str
    storage: str
    tampering: str
    host: str
    repository: str
    digest: str


def _materials(signed: Signed, tampering: str) -> tuple[Content, list[dict[str, Any]]]:
    """The content of a cell's repository, and its referrers."""
    content = Content(dict(signed.base.manifests), dict(signed.base.blobs))
    found = TAMPERINGS[tampering](signed)
    if not signed.bundle:
        content.legacy(signed.digest, *found)
        return content, []
    referrers = []
    for payload, signature in found:
        envelope = {**signed.bundle["dsseEnvelope"], "payload": b64(payload), "signatures": [{"sig": signature}]}
        referrers.append(content.referrer(signed.image, encode({**signed.bundle, "dsseEnvelope": envelope})))
    return content, referrers


@pytest.fixture(scope="module")
def matrix(
    shelf: Shelf, cosign: Cosign, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[Cell], dict[Cell, bool], Path]]:
    """Every cell, and whether cosign trusts it."""
    folder = tmp_path_factory.mktemp("matrix")
    tool = replace(cosign, folder=folder)
    signed = {(kind, legacy): _sign(shelf, tool, kind, legacy=legacy) for kind in KINDS for legacy in (True, False)}
    with ManyRepositories().running() as registry:
        assert isinstance(registry, ManyRepositories)
        cells: list[Cell] = []
        for kind in KINDS:
            for storage in STORAGES:
                one = signed[kind, storage == STORAGES[0]]
                for tampering in TAMPERINGS:
                    repository = f"cartorio/cell-{len(cells)}"
                    content, referrers = _materials(one, tampering)
                    if storage == "referrers API":
                        registry.repositories[repository] = (content, referrers)
                    else:
                        if referrers:
                            content.index(*referrers, tag=one.digest.replace(":", "-"))
                        shelf.push(content, repository)
                    host = registry.host if storage == "referrers API" else shelf.host
                    cells.append(Cell(kind, storage, tampering, host, repository, one.digest))

        def ask(cell: Cell) -> bool:
            reference = f"{cell.host}/{cell.repository}@{cell.digest}"
            return tool.verifies(_file(cell.kind), reference, *FLAGS.get(cell.kind, ()))

        with ThreadPoolExecutor(PROCESSES) as pool:
            trusted = pool.map(ask, cells)
            yield cells, dict(zip(cells, trusted, strict=True)), folder


def _sign(shelf: Shelf, tool: Cosign, kind: str, *, legacy: bool) -> Signed:
    signer = AnySigner.make(kind) if legacy else _KEYS[kind]
    _KEYS[kind] = signer
    if legacy:
        tool.key(_file(kind), signer.private_pem)
    taken = []
    for _ in range(2):
        base = Content()
        image = base.image()
        shelf.push(base, "cartorio/source")
        tool.sign(_file(kind), shelf.direct(image["digest"], "cartorio/source"), legacy=legacy)
        taken.append(_taken_apart(shelf, signer, base, image, legacy=legacy))
    return replace(taken[0], foreign=taken[1])


_KEYS: dict[str, AnySigner] = {}


def _file(kind: str) -> str:
    return kind.replace(" ", "-")


def _taken_apart(shelf: Shelf, signer: AnySigner, base: Content, image: dict[str, Any], *, legacy: bool) -> Signed:
    tag = image["digest"].replace(":", "-")
    stranger = AnySigner.make(signer.kind)
    if legacy:
        layer = json.loads(shelf.get(f"manifests/{tag}.sig", "cartorio/source"))["layers"][0]
        payload = shelf.get(f"blobs/{layer['digest']}", "cartorio/source")
        signature = layer["annotations"][SIGNATURE]
        return _plain(Signed(signer, stranger, image, base, payload, signature))
    listed = json.loads(shelf.get(f"manifests/{tag}", "cartorio/source"))["manifests"][0]
    manifest = json.loads(shelf.get(f"manifests/{listed['digest']}", "cartorio/source"))
    bundle = json.loads(shelf.get(f"blobs/{manifest['layers'][0]['digest']}", "cartorio/source"))
    envelope = bundle["dsseEnvelope"]
    payload = base64.b64decode(envelope["payload"])
    return _plain(Signed(signer, stranger, image, base, payload, envelope["signatures"][0]["sig"], bundle))


def _plain(s: Signed) -> Signed:
    """The signature that cosign verifies with an Ed25519 key, since what it makes is another one."""
    return replace(s, signature=_signed(s, s.signer, s.payload)[1]) if s.signer.kind == PLAIN else s


def test_cosign_and_the_library_agree_or_it_is_a_decision(
    matrix: tuple[list[Cell], dict[Cell, bool], Path], tmp_path: Path
) -> None:
    cells, cosign_trusts, folder = matrix
    assert len(cells) == len(KINDS) * len(STORAGES) * len(TAMPERINGS) >= 120
    ours: dict[Cell, bool] = {}
    for host in {cell.host for cell in cells}:
        trust = Trust(tmp_path, host)
        for kind in KINDS:
            mine = [cell for cell in cells if (cell.host, cell.kind) == (host, kind)]
            verifier = trust.verifier(release=[(folder / f"{_file(kind)}.pub").read_bytes()])
            verdicts = verifier.verify(named(cell.digest, cell.repository) for cell in mine)
            for cell, verdict in zip(mine, verdicts.values(), strict=True):
                assert verdict.outcome in {Outcome.TRUSTED, Outcome.REFUSED}, (cell, verdict)
                ours[cell] = verdict.outcome is Outcome.TRUSTED
    # cosign 3.1 signs with Ed25519ph and verifies plain Ed25519: it takes none of its own signatures. Both are the
    # key's word over these bytes, so both are taken here; that is all that is trusted here and not by cosign.
    looser = [cell for cell in cells if ours[cell] and not cosign_trusts[cell]]
    assert looser == [cell for cell in cells if cell.kind == "Ed25519" and cell.tampering in GOOD]
    stricter = {cell.tampering for cell in cells if cosign_trusts[cell] and not ours[cell]}
    assert stricter <= DECISIONS.keys(), [cell for cell in cells if cosign_trusts[cell] is not ours[cell]]
    for cell in cells:  # what is good is trusted by both, in every kind and storage
        assert ours[cell] is (cell.tampering in GOOD), cell
