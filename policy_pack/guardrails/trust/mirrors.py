"""Where a registry really is: https at its own name, or the mirror that `CARTORIO_REGISTRY_MIRRORS` gives for it.

A mirror can supply bytes but never forge them: every digest is recomputed by the reader, and rules are matched
against the name in the reference, not the mirror's. A mirror may be a folder of OCI layouts (`oci:/path`), for work
without any registry: see `layout`.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from guardrails.trust.errors import Malformed, TrustPolicyError, quoted
from guardrails.trust.reference import DOCKER_HUB, parse_domain

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "CARTORIO_REGISTRY_MIRRORS"

LAYOUT: Final = "oci"

_HUB_HOST: Final = "registry-1.docker.io"
_LAYOUT_PREFIX: Final = f"{LAYOUT}:"


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme and authority of a registry's address; `http` only ever for loopback, `oci` with a folder for its host."""

    scheme: str
    host: str

    @property
    def is_layout(self) -> bool:
        """Whether this is a folder of OCI layouts, not a registry."""
        return self.scheme == LAYOUT

    def __str__(self) -> str:
        return f"{_LAYOUT_PREFIX}{self.host}" if self.is_layout else f"{self.scheme}://{self.host}"


@dataclass(frozen=True, slots=True)
class Mirrors:
    """Registries by name, and where to read them instead."""

    origins: Mapping[str, Origin] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Mirrors:
        """Read `name=http://127.0.0.1:5000,other=https://mirror.example.com,third=oci:/path`; blank: no mirrors.

        Raises:
            TrustPolicyError: with every malformed entry: not `name=url`, a name twice, an address with a path, query or
                credentials, plain http to anything but loopback, or a folder whose path is not absolute.
        """
        origins: dict[str, Origin] = {}
        problems: list[str] = []
        for entry in filter(None, (part.strip() for part in text.split(","))):
            try:
                _add(entry, origins)
            except Malformed as error:
                problems.append(f"environment variable {VARIABLE}: {quoted(entry)}: {error}")
        if problems:
            raise TrustPolicyError(problems)
        return cls(origins)

    def locate(self, domain: str) -> Origin:
        """Say where to read the repositories of a registry."""
        mirror = self.origins.get(domain)
        if mirror is not None:
            return mirror
        return Origin("https", _HUB_HOST if domain == DOCKER_HUB else domain)


def is_loopback(hostname: str) -> bool:
    """Say whether a host name (no port, IPv6 without brackets) is this machine by its spelling alone."""
    if hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False


def _add(entry: str, origins: dict[str, Origin]) -> None:
    name, equals, url = entry.partition("=")
    if not equals:
        raise Malformed("write <registry>=<url>")
    domain = parse_domain(name.strip())
    if domain in origins:
        raise Malformed(f"{domain} appears twice")
    origins[domain] = _origin(url.strip())


def _origin(url: str) -> Origin:
    if url.startswith(_LAYOUT_PREFIX):
        folder = url.removeprefix(_LAYOUT_PREFIX)
        if not folder.startswith("/") or "\0" in folder:
            raise Malformed("a folder of OCI layouts is oci:/absolute/path")
        return Origin(LAYOUT, folder)
    try:
        parts = urlsplit(url)
        hostname = parts.hostname
    except ValueError as error:
        raise Malformed(f"{quoted(url)} is not a URL") from error
    if parts.scheme not in {"http", "https"} or not hostname:
        raise Malformed("the address is http://host:port (loopback only), https://host[:port] or oci:/folder")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise Malformed("the address has only scheme, host and port")
    if parts.scheme == "http" and not is_loopback(hostname):
        raise Malformed(f"plain http is for loopback only; use https for {hostname}")
    return Origin(parts.scheme, parse_domain(parts.netloc))
