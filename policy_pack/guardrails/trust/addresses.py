"""Where a registry may send its readers: redirects, further pages of a list, token services. Pure: nothing is resolved.

A registry is asked for content and answers with addresses. Each of them is a way to make this program knock on doors
that its operator can reach and the registry cannot (server-side
request forgery, https://cwe.mitre.org/data/definitions/918.html) or hand a credential to somebody else
(CVE-2025-27403), so each is checked before it is used.

Names are not resolved here: an object store behind a VPC endpoint is at a private address and legitimate. TLS proves
its name, and requests to it carry no credentials.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from guardrails.trust.errors import Malformed, quoted
from guardrails.trust.mirrors import is_loopback

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from guardrails.trust.mirrors import Origin

_HTTPS_PORT: Final = 443
_NEXT_RE: Final = re.compile(r'\s*<([^<>]*)>\s*;\s*rel="?next"?\s*', re.ASCII | re.IGNORECASE)
_URL_RE: Final = re.compile(r"[\x21-\x7e]+", re.ASCII)

# Registries whose token service has another name: https://distribution.github.io/distribution/spec/auth/token/ (Docker
# Hub's example) and https://docs.gitlab.com/administration/packages/container_registry/.
_KNOWN_SERVICES: Final = {"registry-1.docker.io": "auth.docker.io", "registry.gitlab.com": "gitlab.com"}


def is_private(host: str) -> bool:
    """Say whether a host can only be one inside, by its spelling: private address literals, bare and numeric names."""
    if is_loopback(host) or "." not in host.strip("."):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        # A name. Numbers in dress (127.1, 0x7f.1) are taken by some resolvers as addresses; real names end in letters.
        last = host.rstrip(".").rpartition(".")[2]
        return not (last.isalpha() or last.startswith("xn--"))


def redirected(url: str, location: str | None) -> str:
    """Where a redirect leads.

    Registries send blobs' readers to their object store. Such a target has to be https on its standard port and not
    an address literal or name of a private place; plain http may only stay at the very same loopback mirror.

    Raises:
        Malformed: it may not be followed.
    """
    if not location:
        raise Malformed("a redirect to nowhere")
    try:
        target = urljoin(url, location)
        here, there = _split(url), _split(target)
        host, port = there.hostname or "", there.port
    except ValueError as error:
        raise Malformed(f"a redirect to {quoted(location)}, which is not a URL") from error
    if (here.scheme, here.netloc) == (there.scheme, there.netloc):
        return target
    if there.scheme != "https" or "@" in there.netloc:
        raise Malformed(f"a redirect to {_shown(there)}: only https without credentials is followed")
    if port not in {None, _HTTPS_PORT} or is_private(host):
        raise Malformed(f"a redirect to {_shown(there)}: private addresses and odd ports are not followed")
    return target


def next_page(link: str, url: str) -> str:
    """The query of the next page, which has to be a page of the same list at the same registry.

    Args:
        link: the header: https://www.rfc-editor.org/rfc/rfc8288, one link with `rel="next"`.
        url: the list's address without a query.

    Raises:
        Malformed: another header, or one that leads elsewhere.
    """
    match = _NEXT_RE.fullmatch(link)
    if match is None:
        raise Malformed(f"an unreadable Link header {quoted(link)}")
    try:
        here, there = _split(url), _split(urljoin(url, match[1]))
    except ValueError as error:
        raise Malformed(f"an unreadable Link header {quoted(link)}") from error
    if (here.scheme, here.netloc, here.path) != (there.scheme, there.netloc, there.path) or not there.query:
        raise Malformed(f"a Link header that leads elsewhere: {quoted(match[1])}")
    return f"?{there.query}"


def token_service(realm: str, registry: Origin, services: frozenset[str]) -> str:
    """Check the realm of a bearer challenge before anything is sent there.

    It is the registry's own address, or a host that is known for it or configured (`services`, as `host[:port]`);
    https, but for a registry that is itself on loopback; and no private address where the registry is not at one.

    Raises:
        Malformed: nothing may be sent there; says why.
    """
    try:
        there = _split(realm)
        host = there.hostname or ""
        _ = there.port
    except ValueError as error:
        raise Malformed(f"{registry} names a token service {quoted(realm)}, which is not a URL") from error
    where = f"{registry} names the token service {_shown(there)}"
    own = _split(str(registry)).hostname or ""
    if not host or "@" in there.netloc or there.fragment:
        raise Malformed(f"{where}: not the address of one")
    if there.scheme != "https" and not (there.scheme == registry.scheme == "http" and is_loopback(host)):
        raise Malformed(f"{where}: credentials and tokens go by https only")
    if there.netloc == registry.host and there.scheme == registry.scheme:
        return realm
    if is_private(host) and not is_private(own):
        raise Malformed(f"{where}: a private address, and the registry is not at one")
    if there.netloc not in services | {_KNOWN_SERVICES.get(registry.host)}:
        raise Malformed(
            f"{where}: another host than the registry's; if that is right, "
            f"set CARTORIO_TOKEN_SERVICES={registry.host}={quoted(there.netloc)[1:-1]}"
        )
    return realm


def _split(url: str) -> SplitResult:
    """Split a URL of visible ASCII characters only; urlsplit itself drops tabs and newlines, others do not."""
    if _URL_RE.fullmatch(url) is None or "\\" in url:
        raise ValueError("characters that no URL has")
    return urlsplit(url)


def _shown(url: SplitResult) -> str:
    """An address for a message: never its query, which is where object stores have their signatures."""
    return quoted(f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}")
