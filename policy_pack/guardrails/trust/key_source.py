"""Where an authority's public key is kept: the notations of `trust.yaml`, parsed without touching any of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from guardrails.trust.errors import Malformed, quoted
from guardrails.trust.reference import parse_domain

_FILE: Final = "file:"
_KMS: Final = "awskms://"
_NOT_YET: Final = ("hashivault://", "gcpkms://", "azurekms://", "k8s://", "pkcs11:")

# The forms that cosign takes: https://github.com/sigstore/sigstore/blob/main/pkg/signature/kms/aws/client.go
_UUID = r"(?:mrk-)?[A-Fa-f0-9]{8}-?[A-Fa-f0-9]{4}-?[A-Fa-f0-9]{4}-?[A-Fa-f0-9]{4}-?[A-Fa-f0-9]{12}"
_ALIAS = r"alias/[a-zA-Z0-9/_-]{1,250}"
_ARN = r"arn:(?:aws|aws-us-gov|aws-cn):kms:(?P<region>[a-z0-9-]+):[0-9]{12}:"
_KMS_KEY_RE: Final = re.compile(rf"{_UUID}|{_ALIAS}|{_ARN}(?:key/{_UUID}|{_ALIAS})", re.ASCII)


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


KeySource = FileSource | KmsSource


def parse_source(text: str) -> KeySource:
    """Read `file:<path of a PEM file>` or `awskms://[host[:port]]/<key id | ARN | alias/name>`.

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
    if text.startswith(_NOT_YET):
        raise Malformed(f"{quoted(text)}: this key source is not supported; use file: or awskms://")
    raise Malformed(f"{quoted(text)}: a key source is file:<path of a PEM file> or awskms:///alias/<name>")
