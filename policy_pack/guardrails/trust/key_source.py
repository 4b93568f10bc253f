"""Where an authority's public key is kept: the notations of `trust.yaml`, parsed without touching any of them.

They are cosign's own (https://docs.sigstore.dev/cosign/key_management/overview/), so that what signs can be pasted
here; but no secret may stand in one: PINs and tokens come from the environment of whoever verifies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from guardrails.trust.errors import Malformed, quoted
from guardrails.trust.reference import parse_domain

_FILE: Final = "file:"
_KMS: Final = "awskms://"
_VAULT: Final = "hashivault://"
_PKCS11: Final = "pkcs11:"
_UNREAD: Final = ("gcpkms://", "azurekms://", "k8s://")

# The forms that cosign takes: https://github.com/sigstore/sigstore/blob/main/pkg/signature/kms/aws/client.go
_UUID = r"(?:mrk-)?[A-Fa-f0-9]{8}-?[A-Fa-f0-9]{4}-?[A-Fa-f0-9]{4}-?[A-Fa-f0-9]{4}-?[A-Fa-f0-9]{12}"
_ALIAS = r"alias/[a-zA-Z0-9/_-]{1,250}"
_ARN = r"arn:(?:aws|aws-us-gov|aws-cn):kms:(?P<region>[a-z0-9-]+):[0-9]{12}:"
_KMS_KEY_RE: Final = re.compile(rf"{_UUID}|{_ALIAS}|{_ARN}(?:key/{_UUID}|{_ALIAS})", re.ASCII)

_VAULT_KEY_RE: Final = re.compile(r"\w(?:[\w.-]{0,254}\w)?", re.ASCII)

# https://www.rfc-editor.org/rfc/rfc7512#section-2.3; what else it knows says nothing about which public key is meant.
_PKCS11_PATH: Final = ("token", "serial", "manufacturer", "model", "object", "id", "type")
_PKCS11_VALUE_RE: Final = re.compile(r"(?:[A-Za-z0-9\-._~:\[\]@!$'()*+,=&]|%[0-9A-Fa-f]{2})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class FileSource:
    """A PEM file, its path relative to the folder of `trust.yaml`."""

    path: str

    def __str__(self) -> str:
        return f"{_FILE}{self.path}"


@dataclass(frozen=True, slots=True)
class KmsSource:
    """A key in AWS KMS.

    Attributes:
        endpoint: `host[:port]`, reached by https, or "" for the one that the AWS configuration leads to.
        key: key id, key ARN, alias name or alias ARN.
        region: the ARN's region, or None to take the AWS configuration's.
    """

    endpoint: str
    key: str
    region: str | None

    def __str__(self) -> str:
        return f"{_KMS}{self.endpoint}/{self.key}"


@dataclass(frozen=True, slots=True)
class VaultSource:
    """A key of Vault's transit engine, all versions that Vault still trusts; the address is the environment's."""

    key: str

    def __str__(self) -> str:
        return f"{_VAULT}{self.key}"


@dataclass(frozen=True, slots=True)
class Pkcs11Source:
    """A public key in a token (an HSM or SoftHSM): the values of RFC 7512's attributes, "" where not given.

    Attributes:
        id: CKA_ID.
        object: CKA_LABEL.
        module_path: of the PKCS#11 module; the environment's, when empty.
    """

    token: str
    serial: str
    manufacturer: str
    model: str
    object: str
    id: bytes
    module_path: str

    def __str__(self) -> str:
        given = [
            f"{name}={quote(value, safe='')}"
            for name in ("token", "serial", "manufacturer", "model", "object", "id")
            if (value := getattr(self, name))
        ]
        query = f"?module-path={quote(self.module_path)}" if self.module_path else ""
        return _PKCS11 + ";".join(given) + query


KeySource = FileSource | KmsSource | VaultSource | Pkcs11Source


def parse_source(text: str) -> KeySource:
    """Read one of these.

    - `file:<path of a PEM file>`
    - `awskms://[host[:port]]/<key id | ARN | alias/name>`
    - `hashivault://<name of a transit key>`
    - `pkcs11:token=<label>;object=<label>` or `;id=%01...`, with `?module-path=<path>` where it is the same everywhere

    Raises:
        Malformed: another scheme, or a malformed one of these.
    """
    if text.startswith(_FILE):
        path = text.removeprefix(_FILE)
        if not path or path.startswith("//") or "\0" in path or PurePosixPath(path).name in {"", ".."}:
            raise Malformed(f"{quoted(text)}: write file:<path of a PEM file>")
        return FileSource(path)
    if text.startswith(_KMS):
        endpoint, slash, key = text.removeprefix(_KMS).partition("/")
        match = _KMS_KEY_RE.fullmatch(key)
        if not slash or match is None:
            raise Malformed(f"{quoted(text)}: write awskms:///alias/<name>, awskms:///<key id> or awskms:///<ARN>")
        return KmsSource(parse_domain(endpoint) if endpoint else "", key, match["region"])
    if text.startswith(_VAULT):
        name = text.removeprefix(_VAULT)
        if _VAULT_KEY_RE.fullmatch(name) is None:
            raise Malformed(f"{quoted(text)}: write hashivault://<name of a transit key>")
        return VaultSource(name)
    if text.startswith(_PKCS11):
        return _parse_pkcs11(text)
    if text.startswith(_UNREAD):
        raise Malformed(f"{quoted(text)}: this key source is not read; use file:, awskms://, hashivault:// or pkcs11:")
    raise Malformed(
        f"{quoted(text)}: a key source is file:<path of a PEM file>, awskms:///alias/<name>, hashivault://<key> "
        "or pkcs11:token=<label>;object=<label>"
    )


def _parse_pkcs11(text: str) -> Pkcs11Source:
    path, _, query = text.removeprefix(_PKCS11).partition("?")
    if "pin-" in query:
        raise Malformed("pkcs11: no PIN belongs in a policy: public keys are read without, or with COSIGN_PKCS11_PIN")
    given = _pkcs11_values(text, path, ";", _PKCS11_PATH)
    asked = _pkcs11_values(text, query, "&", ("module-path",))
    if given.pop("type", b"public") != b"public":
        raise Malformed(f"{quoted(text)}: only public keys are read: leave type out")
    if not given.get("token") and not given.get("serial"):
        raise Malformed(f"{quoted(text)}: name the token (token=<label> or serial=<number>)")
    if not given.get("object") and not given.get("id"):
        raise Malformed(f"{quoted(text)}: name the key (object=<label> or id=%01)")
    try:
        texts = {name: value.decode() for name, value in {**given, **asked}.items() if name != "id"}
    except UnicodeDecodeError as error:
        raise Malformed(f"{quoted(text)}: not UTF-8") from error
    return Pkcs11Source(
        token=texts.get("token", ""),
        serial=texts.get("serial", ""),
        manufacturer=texts.get("manufacturer", ""),
        model=texts.get("model", ""),
        object=texts.get("object", ""),
        id=given.get("id", b""),
        module_path=texts.get("module-path", ""),
    )


def _pkcs11_values(text: str, part: str, separator: str, known: tuple[str, ...]) -> dict[str, bytes]:
    values: dict[str, bytes] = {}
    for attribute in filter(None, part.split(separator)):
        name, _, value = attribute.partition("=")
        allowed = value if name != "module-path" else value.replace("/", "")
        if name not in known or name in values or _PKCS11_VALUE_RE.fullmatch(allowed) is None:
            raise Malformed(f"{quoted(text)}: {quoted(attribute)} is not read (attributes: {', '.join(known)})")
        values[name] = unquote_to_bytes(value)
    return values
