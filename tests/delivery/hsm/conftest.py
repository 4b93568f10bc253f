"""A real SoftHSM2 with tokens of the tests' own, and the command that looks at it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pkcs11
import pytest
import yaml
from pkcs11.util.ec import encode_named_curve_parameters

from delivery import cli
from lab import softhsm
from lab.paths import LabPaths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PIN = "5318008-of-tests"
SO_PIN = "officer-of-tests"
_READY = pkcs11.TokenFlag.USER_PIN_INITIALIZED
_P256 = "1.2.840.10045.3.1.7"

# The library has no C_InitToken: a process of its own calls the module itself, on the slot that is still free.
_INIT = """
import ctypes, sys
module = ctypes.CDLL(sys.argv[1])
label = sys.argv[2].encode().ljust(32)
pin = sys.argv[3].encode()
assert module.C_Initialize(None) == 0
count = ctypes.c_ulong(0)
assert module.C_GetSlotList(1, None, ctypes.byref(count)) == 0
slots = (ctypes.c_ulong * count.value)()
assert module.C_GetSlotList(1, slots, ctypes.byref(count)) == 0
assert module.C_InitToken(ctypes.c_ulong(slots[count.value - 1]), pin, ctypes.c_ulong(len(pin)), label) == 0
"""


@dataclass(frozen=True)
class Ran:
    """What the command did."""

    code: int
    out: str
    err: str


class Hsm:
    """The module, and what tests do in it by hand."""

    def __init__(self, module: Path) -> None:
        self.module = module

    def init_token(self, label: str) -> None:
        """A token with the tests' PIN."""
        subprocess.run([sys.executable, "-c", _INIT, str(self.module), label, SO_PIN], check=True, env=os.environ)
        with self.opened() as library:
            tokens = (slot.get_token() for slot in library.get_slots(token_present=True))
            (fresh,) = (token for token in tokens if token.label == label and not token.flags & _READY)
            with fresh.open(rw=True, so_pin=SO_PIN) as session:
                session.init_pin(PIN)

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """The library, loaded anew: it reads its configuration then."""
        library = pkcs11.lib(str(self.module))
        try:
            yield library
        finally:
            library.finalize()

    @contextmanager
    def session(self, label: str) -> Iterator[Any]:
        """A session in which keys can be made."""
        with self.opened() as library, library.get_token(token_label=label).open(rw=True, user_pin=PIN) as session:
            yield session

    def serial(self, label: str) -> str:
        """A token's serial number."""
        with self.opened() as library:
            serial: bytes = library.get_token(token_label=label).serial
        return serial.decode().strip()

    def wrong_pin(self, label: str) -> None:
        """Try one."""
        with (
            self.opened() as library,
            pytest.raises(pkcs11.PinIncorrect),
            library.get_token(token_label=label).open(user_pin="wrong-of-tests"),
        ):
            raise AssertionError("the token took a wrong PIN")


def signing_key(session: Any, label: str, id_: bytes, **private: Any) -> None:  # noqa: ANN401 - anything PKCS#11 takes
    """A P-256 key pair of which the private one signs, as declared, but for what `private` says of it."""
    parameters = session.create_domain_parameters(
        pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(_P256)}, local=True
    )
    template = {
        pkcs11.Attribute.SENSITIVE: True,
        pkcs11.Attribute.EXTRACTABLE: False,
        **{pkcs11.Attribute[name]: value for name, value in private.items()},
    }
    parameters.generate_keypair(
        label=label,
        id=id_,
        store=True,
        capabilities=pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY,
        private_template=template,
    )


@pytest.fixture(scope="session")
def module() -> Path:
    """SoftHSM2's module; a machine where there is none to be had fails here, and says why."""
    return softhsm.library(LabPaths.default())


@pytest.fixture
def hsm(module: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hsm:
    """An HSM with the token `cartorio`, in which one signing key is."""
    tokens, file = tmp_path / "tokens", tmp_path / "softhsm2.conf"
    tokens.mkdir()
    file.write_text(
        f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n", encoding="utf-8"
    )
    monkeypatch.setenv("SOFTHSM2_CONF", str(file))
    monkeypatch.setenv("HSM_PIN", PIN)
    made = Hsm(module)
    made.init_token("cartorio")
    with made.session("cartorio") as session:
        signing_key(session, "release-signing", b"\x01")
    return made


@pytest.fixture
def declaration(module: Path) -> dict[str, Any]:
    """What the HSM is declared to have."""
    key = {"label": "release-signing", "id": "01", "type": "EC", "curve": "secp256r1", "allows": ["sign"]}
    token = {"label": "cartorio", "pin": {"env": "HSM_PIN"}, "mechanisms": ["ECDSA"], "keys": [key]}
    return {"schema": "cartorio.hsm/v1", "module": str(module), "tokens": [token]}


@pytest.fixture
def check(
    declaration: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Run `cartorio hsm check` on the declaration, as the installed program would."""

    def run(*arguments: str) -> Ran:
        file = tmp_path / "hsm.yaml"
        file.write_text(yaml.safe_dump(declaration), encoding="utf-8")
        monkeypatch.setattr(sys, "argv", ["cartorio", "hsm", "check", str(file), *arguments])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run
