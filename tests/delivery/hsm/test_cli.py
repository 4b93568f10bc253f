"""`cartorio hsm check`, against a real SoftHSM2: what it finds, says and exits with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pkcs11

from tests.delivery.hsm.conftest import PIN, Hsm, Ran, signing_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def _findings(ran: Ran) -> list[tuple[str, str]]:
    return [(one["kind"], one["what"]) for one in json.loads(ran.out)["findings"]]


def _kinds(ran: Ran) -> set[str]:
    return {kind for kind, _ in _findings(ran)}


def test_an_hsm_as_declared_is_no_finding(hsm: Hsm, declaration: dict[str, Any], check: Callable[..., Ran]) -> None:
    declaration["tokens"][0]["serial"] = hsm.serial("cartorio")
    ran = check("--format", "json")
    assert (ran.code, ran.err, _findings(ran)) == (0, "", [])
    told = json.loads(ran.out)
    assert told["schema"] == "cartorio.hsm-check/v1"
    (token,) = [token for token in told["tokens"] if token["initialised"]]
    (key,) = token["keys"]
    assert (key["label"], key["id"], key["type"], len(key["fingerprint"])) == ("release-signing", "01", "EC", 64)
    declaration["tokens"][0]["keys"][0]["fingerprint"] = key["fingerprint"]
    ran = check()
    assert ran.code == 0
    assert ran.out == f"all 1 tokens and 1 keys of {hsm.module} are as declared\n"


def test_every_way_in_which_a_key_is_not_as_declared(
    hsm: Hsm, declaration: dict[str, Any], check: Callable[..., Ran]
) -> None:
    with hsm.session("cartorio") as session:
        signing_key(session, "weak", b"\x02", SENSITIVE=False, EXTRACTABLE=True)
        session.generate_key(pkcs11.KeyType.AES, 256, label="foreign", id=b"\x03", store=True)
    expected = declaration["tokens"][0]["keys"]
    expected[0] |= {"curve": "secp384r1", "allows": ["sign", "derive"], "fingerprint": "0" * 64}
    expected.append({"label": "lost", "class": "secret", "type": "AES", "bits": 256, "allows": ["encrypt"]})
    expected.append({"label": "weak", "type": "EC", "curve": "secp256r1", "allows": ["sign"]})
    found = _findings(check("--format", "json"))
    told = "\n".join(f"{kind}: {what}" for kind, what in found)
    assert "wrong-key: its curve is secp256r1 instead of secp384r1" in told
    assert "wrong-key: it may not derive, which is declared" in told
    assert "wrong-key: its public key's fingerprint is" in told
    assert "missing-key: there is no such secret key" in told
    assert "weak-key: the key is extractable" in told
    assert "weak-key: the key is not sensitive" in told
    assert "foreign-key: nobody declares this secret key (AES, id 03)" in told


def test_tokens_that_are_missing_blank_or_foreign(
    hsm: Hsm, declaration: dict[str, Any], check: Callable[..., Ran]
) -> None:
    hsm.init_token("other")
    declaration["tokens"].append({"label": "absent"})
    ran = check()
    assert ran.code == 1
    assert "there is no such token; slot" in ran.out
    assert "has one that is not initialised" in ran.out
    assert "there is a token 'other'" in ran.out
    assert "2 findings in" in ran.out


def test_two_tokens_of_one_name_are_told_apart_by_their_serials(
    hsm: Hsm, declaration: dict[str, Any], check: Callable[..., Ran]
) -> None:
    serial = hsm.serial("cartorio")
    hsm.init_token("cartorio")
    assert _kinds(check("--format", "json")) == {"ambiguous-token"}
    declaration["tokens"][0]["serial"] = serial
    assert _kinds(check("--format", "json")) == {"foreign-token"}
    declaration["tokens"][0]["serial"] = "0000"
    assert "missing-token" in _kinds(check("--format", "json"))


def test_a_missing_mechanism(hsm: Hsm, declaration: dict[str, Any], check: Callable[..., Ran]) -> None:
    assert hsm.module.is_file()
    declaration["tokens"][0]["mechanisms"] = ["ECDSA", "ML_DSA"]
    assert _findings(check("--format", "json")) == [("missing-mechanism", "it does not know CKM_ML_DSA")]


def test_a_wrong_pin_is_tried_once_and_not_shown(
    hsm: Hsm, check: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hsm.module.is_file()
    monkeypatch.setenv("HSM_PIN", "not-the-pin-of-tests")
    ran = check()
    assert (ran.code, ran.out) == (3, "")
    assert "does not take the PIN (PinIncorrect); it was tried once" in ran.err
    assert "not-the-pin-of-tests" not in ran.err + ran.out
    assert "Traceback" not in ran.err
    monkeypatch.setenv("HSM_PIN", PIN)
    ran = check("--format", "json")
    assert _findings(ran) == [("pin", "somebody has tried a wrong PIN since the last right one")]
    assert check().code == 0


def test_the_pin_of_a_file_that_others_read_is_refused(
    hsm: Hsm, declaration: dict[str, Any], check: Callable[..., Ran], tmp_path: Path
) -> None:
    assert hsm.module.is_file()
    file = tmp_path / "pin"
    file.write_text(f"{PIN}\n", encoding="utf-8")
    declaration["tokens"][0]["pin"] = {"file": "pin"}
    file.chmod(0o640)
    ran = check()
    assert (ran.code, ran.out) == (2, "")
    assert f"chmod 600 {file}" in ran.err
    file.chmod(0o600)
    assert check().code == 0


def test_a_module_that_is_none(declaration: dict[str, Any], check: Callable[..., Ran], tmp_path: Path) -> None:
    declaration["module"] = "nowhere.so"
    ran = check()
    assert (ran.code, ran.out) == (3, "")
    assert "there is no such PKCS#11 module" in ran.err
    (tmp_path / "text.so").write_text("no library", encoding="utf-8")
    declaration["module"] = "text.so"
    ran = check()
    assert (ran.code, ran.out) == (3, "")
    assert "Traceback" not in ran.err


def test_a_declaration_that_is_none(declaration: dict[str, Any], check: Callable[..., Ran]) -> None:
    declaration["tokens"][0]["keys"][0]["extractable"] = True
    ran = check()
    assert (ran.code, ran.out) == (2, "")
    assert "tokens.0.keys.0.extractable: Extra inputs are not permitted" in ran.err
