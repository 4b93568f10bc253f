"""GET from a registry's repository: with its credentials, redirects under control, and patience where it is asked for.

A credential goes to the registry that it is for and to nobody else: not to where a redirect leads, whoever that is.
"""

from __future__ import annotations

import asyncio
import email.utils
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from guardrails.trust.addresses import redirected
from guardrails.trust.connection import OK
from guardrails.trust.errors import Malformed, Unavailable, quoted
from guardrails.trust.login import Logins
from guardrails.trust.transport import Answer, Request, Transport

if TYPE_CHECKING:
    from collections import Counter

    from guardrails.trust.access import Access
    from guardrails.trust.limits import Limits
    from guardrails.trust.mirrors import Origin

_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_ABSENT: Final = 404
_BUSY: Final = frozenset({429, 503})
_LOGINS: Final = 2  # with what was held, then with what is new


@dataclass(frozen=True, slots=True)
class Place:
    """A repository at a registry's real address."""

    origin: Origin
    path: str

    def url(self, rest: str) -> str:
        """The address of something in it, such as `manifests/<tag>`."""
        return f"{self.origin}/v2/{self.path}/{rest}"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a repository; statuses in `absent` are answers, all others but 200 are errors."""

    rest: str
    kind: str
    limit: int
    accept: tuple[str, ...]
    absent: frozenset[int] = frozenset()
    method: str = "GET"


class Client:
    """Asks registries. Use within one event loop, close at its end."""

    def __init__(self, access: Access, limits: Limits) -> None:
        self._limits = limits
        self._transport = Transport(access, limits)
        self._logins = Logins(access, limits, self._transport)

    @property
    def round_trips(self) -> Counter[str]:
        """How many requests were sent, by kind."""
        return self._transport.round_trips

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def ask(self, place: Place, question: Question) -> Answer:
        """Ask, and follow where the answer may lead.

        Raises:
            Unavailable: the registry does not answer, lets nobody in or fails.
            Malformed: it answers something that is refused.
        """
        url = place.url(question.rest)
        kind = question.kind
        logins = waits = redirects = 0
        while True:
            own = urlsplit(url)[:2] == (place.origin.scheme, place.origin.host)
            authorization = self._logins.header(place.origin, place.path) if own else None
            answer = await self._transport.send(
                Request(url, kind, question.limit, question.accept, question.method, authorization=authorization)
            )
            if answer.status in _MOVED:
                redirects += 1
                if redirects > self._limits.redirects:
                    raise Malformed(f"more than {self._limits.redirects} redirects")
                url, kind = redirected(url, answer.headers.get("location")), "redirect"
            elif answer.status == _UNAUTHORIZED and own and logins < _LOGINS:
                logins += 1
                await self._logins.answer(
                    place.origin, place.path, answer.headers.get("www-authenticate"), authorization
                )
                kind = "again"
            elif (wait := self._patience(answer)) is not None and waits < self._limits.retries:
                waits += 1
                await asyncio.sleep(wait)
                kind = "again"
            elif answer.status == OK or answer.status in question.absent:
                return answer
            else:
                raise _refusal(url, answer, has_credentials=authorization is not None)

    def _patience(self, answer: Answer) -> float | None:
        """How long a busy registry asks us to wait, if that is short enough."""
        header = answer.headers.get("retry-after")
        if answer.status not in _BUSY or header is None:
            return None
        wait = retry_after(header, datetime.now(UTC))
        return None if wait is None or wait > self._limits.retry_after_seconds else wait


def retry_after(header: str, now: datetime) -> float | None:
    """Read a Retry-After header: seconds to wait, or None if it is unreadable.

    https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
    """
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _refusal(url: str, answer: Answer, *, has_credentials: bool) -> Unavailable:
    status, origin = answer.status, "://".join(urlsplit(url)[:2])
    if status in {_UNAUTHORIZED, _FORBIDDEN}:
        how = "with the credentials that are configured" if has_credentials else "without credentials"
        return Unavailable(
            f"{origin} answered {status}: it lets nobody read this {how}",
            remedy="let this user pull from the repository (`docker login`), or name a mirror in "
            "CARTORIO_REGISTRY_MIRRORS",
        )
    if status == _ABSENT:
        return Unavailable(
            f"{origin} answered 404 for content that it lists itself", remedy="push the image and its signatures again"
        )
    wait = answer.headers.get("retry-after")
    asked = f" and asks to wait ({quoted(wait)})" if status in _BUSY and wait else ""
    return Unavailable(
        f"{origin} answered {status}{asked}", remedy=f"see why the registry at {origin} fails, then try again"
    )
