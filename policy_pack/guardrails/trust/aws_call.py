"""Calls to an AWS API where the environment alone says who asks and whom: what a shell in CI, or the lab, has.

The AWS SDK takes a quarter of a second to load, twice as long as a hundred images do; its signer, which is what is used
of it here, a third of that. The SDK stays the one that knows the rest (profiles, roles, instance metadata, proxies,
other partitions, FIPS and dual-stack addresses), and that explains what went wrong: whatever is not plain here is
`Unusual`, and the caller asks the SDK instead.

The protocol: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

import h11

from guardrails.trust import strict_json
from guardrails.trust.connection import OK, fetch
from guardrails.trust.errors import Malformed
from guardrails.trust.mirrors import is_loopback
from guardrails.trust.peers import Peer, public_authorities

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY_ID: Final = "AWS_ACCESS_KEY_ID"
_SECRET: Final = "AWS_SECRET_ACCESS_KEY"  # noqa: S105 -- the name of a variable
_TOKEN: Final = "AWS_SESSION_TOKEN"  # noqa: S105 -- the name of a variable
_REGIONS: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")
_ENDPOINT: Final = "AWS_ENDPOINT_URL"
_FILES: Final = {
    "AWS_CONFIG_FILE": "~/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
}
_BUNDLES: Final = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")  # the SDK believes them, too
_WITHOUT_EFFECT: Final = ("AWS_EC2_METADATA_DISABLED", "AWS_PAGER", "AWS_SDK_LOAD_CONFIG")
_UNDERSTOOD: Final = frozenset({_KEY_ID, _SECRET, _TOKEN, *_REGIONS, _ENDPOINT, *_FILES, *_BUNDLES, *_WITHOUT_EFFECT})
"""Any other variable of AWS's may change who asks or whom."""

# The partition `aws` of https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json
_REGION_RE: Final = re.compile(r"(?:us|eu|ap|sa|ca|me|af|il|mx)-\w+-[0-9]+", re.ASCII)
_SECONDS: Final = 5.0
_BYTES: Final = 64 * 1024


class Unusual(Exception):  # noqa: N818 -- not an error: a reason to ask the SDK
    """The environment, or the answer, is not one of those that are understood here."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and whom.

    Attributes:
        service: as it is named in addresses and signatures: `kms`.
        region: of the service.
        url: without a path.
        key_id: who asks.
        secret: what the request is signed with.
        token: of a session, or "".
    """

    service: str
    region: str
    url: str
    key_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)

    @classmethod
    def of(cls, service: str, region: str | None, url: str | None, environment: Mapping[str, str]) -> Self:
        """Read the environment.

        Args:
            service: which.
            region: another than the environment's.
            url: another address than the environment's.
            environment: of this process.

        Raises:
            Unusual: it does not say all, or something that only the SDK understands.
        """
        own = f"{_ENDPOINT}_{service.upper()}"
        given = {name: value for name, value in environment.items() if name.startswith("AWS_")}
        if set(given) - _UNDERSTOOD - {own}:
            raise Unusual
        if any(Path(given.get(name) or usual).expanduser().exists() for name, usual in _FILES.items()):
            raise Unusual
        found = region or next((given[name] for name in _REGIONS if given.get(name)), "")
        if _REGION_RE.fullmatch(found) is None or not given.get(_KEY_ID) or not given.get(_SECRET):
            raise Unusual
        address = url or given.get(own) or given.get(_ENDPOINT) or f"https://{service}.{found}.amazonaws.com"
        return cls(service, found, address, given[_KEY_ID], given[_SECRET], given.get(_TOKEN, ""))

    def call(self, target: str, request: Mapping[str, str]) -> dict[str, Any]:
        """Ask. Blocks: use a thread.

        Args:
            target: the operation: `TrentService.DescribeKey`.
            request: its input.

        Raises:
            Unusual: anything but its output came.
        """
        body = json.dumps(request).encode()
        try:
            peer = _peer(self.url)
            headers = self.signed(target, body)
            head = h11.Request(method="POST", target="/", headers=[*headers, ("content-length", str(len(body)))])
            status, answer = asyncio.run(fetch(peer, head, body, _BYTES, _SECONDS))
            if status != OK:
                raise Unusual
            return strict_json.load_object(answer)
        except (OSError, h11.ProtocolError, ValueError, Malformed) as error:
            raise Unusual from error

    def signed(self, target: str, body: bytes) -> list[tuple[str, str]]:
        """The headers of a request, signed."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        headers = {
            "content-type": "application/x-amz-json-1.1",
            "host": urlsplit(self.url).netloc,
            "x-amz-target": target,
        }
        request = AWSRequest("POST", f"{self.url}/", headers=headers, data=body)
        SigV4Auth(Credentials(self.key_id, self.secret, self.token or None), self.service, self.region).add_auth(
            request
        )
        return [(name, str(value)) for name, value in request.headers.items()]


def _peer(url: str) -> Peer:
    parts = urlsplit(url)
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise Unusual
    if parts.scheme == "http" and is_loopback(parts.hostname or ""):
        return Peer.parse("http", parts.netloc)
    proxied = urllib.request.getproxies().keys() & {"https", "all"} and not urllib.request.proxy_bypass(parts.netloc)
    if parts.scheme != "https" or proxied or any(map(os.environ.get, _BUNDLES)):
        raise Unusual
    return Peer.parse("https", parts.netloc, public_authorities())
