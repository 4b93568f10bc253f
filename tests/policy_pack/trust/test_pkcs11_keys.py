"""Public keys of a real SoftHSM2, read without its PIN; cosign's PKCS#11 signer is not in the lab's build of it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11.util.ec import encode_named_curve_parameters

from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.key_loading import load
from guardrails.trust.key_source import parse_source
from lab import softhsm
from lab.paths import LabPaths
from tests.support.signing import SIMPLE_TYPE, Content, encode, simple_payload
from tests.support.sigstore_instance import b64
from tests.support.trust import Shelf, Trust, judged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PIN, OFFICER = "5318008-of-tests", "officer-of-tests"
_SIGNS = pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY
# The library has no C_InitToken: a process of its own calls the module itself, on the slot that is free.
_INIT = """
import ctypes, sys
module = ctypes.CDLL(sys.argv[1])
label, pin = sys.argv[2].encode().ljust(32), sys.argv[3].encode()
assert module.C_Initialize(None) == 0
count = ctypes.c_ulong(0)
assert module.C_GetSlotList(1, None, ctypes.byref(count)) == 0
slots = (ctypes.c_ulong * count.value)()
assert module.C_GetSlotList(1, slots, ctypes.byref(count)) == 0
assert module.C_InitToken(ctypes.c_ulong(slots[count.value - 1]), pin, ctypes.c_ulong(len(pin)), label) == 0
"""


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """SoftHSM2 with a token `cartorio`: two P-256 keys, one P-384, one RSA, a hidden one, and two of one label."""
    path = softhsm.library(LabPaths.default())
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        patch.setenv("COSIGN_PKCS11_MODULE_PATH", str(path))
        patch.delenv("COSIGN_PKCS11_PIN", raising=False)
        subprocess.run([sys.executable, "-c", _INIT, str(path), "cartorio", OFFICER], check=True, env=os.environ)

        def initialise(library: Any) -> None:  # noqa: ANN401 -- the library has no types
            with library.get_token(token_label="cartorio").open(rw=True, so_pin=OFFICER) as session:
                session.init_pin(PIN)

        def fill(session: Any) -> None:  # noqa: ANN401 -- the library has no types
            for label, id_, curve, template in (
                ("release", b"\x01", "1.2.840.10045.3.1.7", {}),
                ("second", b"\x02", "1.3.132.0.34", {}),
                ("twin", b"\x03", "1.2.840.10045.3.1.7", {}),
                ("twin", b"\x04", "1.2.840.10045.3.1.7", {}),
                ("hidden", b"\x05", "1.2.840.10045.3.1.7", {pkcs11.Attribute.PRIVATE: True}),
            ):
                parameters = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(curve)}
                domain = session.create_domain_parameters(pkcs11.KeyType.EC, parameters, local=True)
                options = {"label": label, "id": id_, "store": True, "capabilities": _SIGNS}
                domain.generate_keypair(**options, public_template=template)
            session.generate_keypair(pkcs11.KeyType.RSA, 2048, label="rsa", id=b"\x06", store=True, capabilities=_SIGNS)

        _with(path, initialise)
        _with(path, lambda library: _session(library, fill))
        yield path


def _with(path: Path, work: Callable[[Any], Any]) -> Any:  # noqa: ANN401 -- whatever the work answers
    library = pkcs11.lib(str(path))
    try:
        return work(library)
    finally:
        library.finalize()


def _session(library: Any, work: Callable[[Any], Any]) -> Any:  # noqa: ANN401 -- the library has no types
    with library.get_token(token_label="cartorio").open(rw=True, user_pin=PIN) as session:
        return work(session)


@pytest.mark.usefixtures("module")
@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("pkcs11:token=cartorio;object=release", "P-256"),
        ("pkcs11:token=cartorio;id=%02", "P-384"),
        ("pkcs11:token=cartorio;object=twin;id=%04", "P-256"),
        ("pkcs11:token=cartorio;manufacturer=SoftHSM%20project;object=rsa", "RSA 2048"),
    ],
)
def test_public_keys_are_read_without_a_pin(uri: str, kind: str, tmp_path: Path) -> None:
    (key,) = load(parse_source(uri), tmp_path)
    assert key.kind == kind


@pytest.mark.usefixtures("module")
def test_a_hidden_public_key_takes_the_pin_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = parse_source("pkcs11:token=cartorio;object=hidden")
    with pytest.raises(Unavailable, match="shows no public key like that") as caught:
        load(source, tmp_path)
    assert "COSIGN_PKCS11_PIN" in caught.value.remedy
    monkeypatch.setenv("COSIGN_PKCS11_PIN", PIN)
    assert load(source, tmp_path)[0].kind == "P-256"
    monkeypatch.setenv("COSIGN_PKCS11_PIN", "wrong-of-tests")
    with pytest.raises(Unavailable, match="does not play along: PinIncorrect") as caught:
        load(source, tmp_path)
    assert "wrong-of-tests" not in f"{caught.value} {caught.value.remedy}"


@pytest.mark.usefixtures("module")
@pytest.mark.parametrize(
    ("uri", "error", "why"),
    [
        ("pkcs11:token=other;object=release", Unavailable, "no token is like that"),
        ("pkcs11:token=cartorio;serial=0;object=release", Unavailable, "no token is like that"),
        ("pkcs11:token=cartorio;object=absent", Unavailable, "shows no public key"),
        ("pkcs11:token=cartorio;object=twin", Malformed, "2 different public keys"),
        ("pkcs11:token=cartorio;object=release?module-path=/absent.so", Unavailable, "no PKCS#11 module at /absent.so"),
    ],
)
def test_what_is_not_one_key_is_said(uri: str, error: type[Exception], why: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=why):
        load(parse_source(uri), tmp_path)


def test_without_a_module_nothing_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: Path) -> None:
    assert module.is_file()
    monkeypatch.delenv("COSIGN_PKCS11_MODULE_PATH")
    with pytest.raises(Unavailable, match="no PKCS#11 module is configured"):
        load(parse_source("pkcs11:token=cartorio;object=release"), tmp_path)
    (tmp_path / "not.so").write_bytes(b"not a module")
    monkeypatch.setenv("COSIGN_PKCS11_MODULE_PATH", str(tmp_path / "not.so"))
    with pytest.raises(Unavailable, match="does not play along"):
        load(parse_source("pkcs11:token=cartorio;object=release"), tmp_path)


def test_what_the_token_signs_is_trusted(module: Path, shelf: Shelf, trust: Trust) -> None:
    content = Content()
    image = content.image()
    payload = encode(simple_payload(image["digest"]))
    assert SIMPLE_TYPE.encode() in payload

    def sign(session: Any) -> bytes:  # noqa: ANN401 -- the library has no types
        private = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label="release")
        raw = private.sign(session.digest(payload, mechanism=pkcs11.Mechanism.SHA256), mechanism=pkcs11.Mechanism.ECDSA)
        return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))

    signature = _with(module, lambda library: _session(library, sign))
    content.legacy(image["digest"], (payload, b64(signature)))
    shelf.push(content)
    assert (
        judged(trust.verifier(release=["pkcs11:token=cartorio;object=release"]), image["digest"]).outcome == "trusted"
    )
    refused = judged(trust.verifier(release=["pkcs11:token=cartorio;id=%02"]), image["digest"])
    assert refused.outcome == "refused"
