"""Amazon ECR's way in: a token for 12 hours from the AWS API, for hosts that are exactly ECR's.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html. The host's whole name decides: what merely
looks like it (`ECR.evil.com`, CVE-2025-27403) gets no token. The AWS SDK is loaded only when such a host asks.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from guardrails.trust.credentials import Credential
from guardrails.trust.errors import Unavailable, quoted

# Host names: https://docs.aws.amazon.com/general/latest/gr/ecr.html (the second form is dual-stack).
_REGION: Final = r"(?P<region>[a-z]{2}(?:-[a-z]+)+-[0-9])"
_HOST_RE: Final = re.compile(
    rf"[0-9]{{12}}\.dkr(?:\.ecr(?P<fips>-fips)?\.{_REGION}\.amazonaws\.com(?P<china>\.cn)?"
    rf"|-ecr(?P<fips2>-fips)?\.{_REGION.replace('region', 'region2')}\.on\.aws)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class EcrHost:
    """What the name of an ECR registry says."""

    region: str
    is_fips: bool


def parse_host(host: str) -> EcrHost | None:
    """Read a `host[:port]` of a registry's address; None unless it is ECR's own, on https's standard port."""
    match = _HOST_RE.fullmatch(host)
    if match is None:
        return None
    region = match["region"] or match["region2"]
    if (match["china"] is not None) != region.startswith("cn-"):
        return None
    return EcrHost(region, bool(match["fips"] or match["fips2"]))


async def credential(host: EcrHost, seconds: float) -> Credential:
    """Ask AWS for a token with whatever AWS configuration this process has.

    Raises:
        Unavailable: there is none, or AWS does not give the token.
    """
    source = f"ECR's GetAuthorizationToken in {host.region}"
    remedy = (
        "give this process AWS credentials with ecr:GetAuthorizationToken (`aws sts get-caller-identity` shows whose)"
    )
    try:
        async with asyncio.timeout(seconds):
            token = await asyncio.to_thread(_token, host, seconds)
    except TimeoutError:
        raise Unavailable(f"{source}: no answer within {seconds:g} s", remedy=remedy) from None
    except _errors() as error:
        raise Unavailable(f"{source}: {type(error).__name__}: {quoted(error)}", remedy=remedy) from None
    try:
        username, _, password = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise Unavailable(f"{source}: the answer is no token", remedy=remedy) from None
    return Credential(source, username, password)


def _token(host: EcrHost, seconds: float) -> str:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=seconds / 2,
        read_timeout=seconds / 2,
        retries={"total_max_attempts": 1},
        use_fips_endpoint=host.is_fips,
    )
    session = boto3.session.Session()  # the default one is shared by threads, and keeps credentials that ended
    answer = session.client("ecr", region_name=host.region, config=config).get_authorization_token()
    return str(answer["authorizationData"][0].get("authorizationToken", ""))


def _errors() -> tuple[type[Exception], ...]:
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError, LookupError
