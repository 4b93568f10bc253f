"""The WWW-Authenticate header of a registry: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1, parsed strictly.

Pure. What a bearer challenge's realm may be is `addresses.token_service`'s to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from guardrails.trust.errors import Malformed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST: Final = 4096
_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_SCHEME_RE: Final = re.compile(rf"(?P<scheme>{_WORD})(?:\x20+|(?=\s*(?:,|$)))", re.ASCII)
_PARAMETER_RE: Final = re.compile(
    rf'(?P<name>{_WORD})[ \t]*=[ \t]*(?:"(?P<quoted>(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\x20-\x7e])*)"'
    rf"|(?P<plain>{_WORD}))[ \t]*(?:,|$)",
    re.ASCII,
)
_TOKEN68_RE: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*[ \t]*(?:,|$)", re.ASCII)
_BETWEEN_RE: Final = re.compile(r"[ \t,]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way in that a server offers: the scheme in lower case, its parameters by lower-case name."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def parse(header: str) -> tuple[Challenge, ...]:
    """Read a header, which may hold several challenges.

    Raises:
        Malformed: not such a header, longer than 4 KiB, or a parameter twice in one challenge.
    """
    if len(header) > _LONGEST:
        raise Malformed(f"a WWW-Authenticate header of {len(header)} characters")
    found: list[Challenge] = []
    at = _skip(header, 0)
    while at < len(header):
        scheme = _SCHEME_RE.match(header, at)
        if scheme is None:
            raise Malformed(f"an unreadable WWW-Authenticate header {quoted(header)}")
        at = scheme.end()
        parameters: dict[str, str] = {}
        if found_other := (_PARAMETER_RE.match(header, at) is None and _TOKEN68_RE.match(header, at)):
            at = found_other.end()  # a token68, such as Negotiate's: of no use here
        else:
            at = _parameters(header, at, parameters)
        found.append(Challenge(scheme["scheme"].lower(), parameters))
        at = _skip(header, at)
    if not found:
        raise Malformed("an empty WWW-Authenticate header")
    return tuple(found)


def _parameters(header: str, at: int, parameters: dict[str, str]) -> int:
    while (match := _PARAMETER_RE.match(header, at)) is not None:
        name = match["name"].lower()
        if name in parameters:
            raise Malformed(f"a WWW-Authenticate header with {quoted(name)} twice")
        text = match["quoted"]
        parameters[name] = match["plain"] if text is None else re.sub(r"\\(.)", r"\1", text)
        at = _skip(header, match.end())
    return at


def _skip(header: str, at: int) -> int:
    match = _BETWEEN_RE.match(header, at)
    return at if match is None else match.end()
