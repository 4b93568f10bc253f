"""Credentials for registries as Docker keeps them: `auths`, `credHelpers` and `credsStore` of its `config.json`.

https://docs.docker.com/reference/cli/docker/login/#credential-stores and, for the protocol of the helpers,
https://github.com/docker/docker-credential-helpers#development. A credential belongs to one host, compared whole: none
is ever looked up for a host that merely ends alike. Secrets are in no message and no `repr`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import json
import os
import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from guardrails.trust.errors import Unavailable, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from guardrails.trust.limits import Limits

_LONGEST: Final = 1024 * 1024
_HUB: Final = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})
_HUB_URL: Final = "https://index.docker.io/v1/"
_IDENTITY_USER: Final = "<token>"  # by convention: the secret is a token for the token service, not a password
_HELPER_RE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_NOT_FOUND: Final = b"credentials not found"


@dataclass(frozen=True, slots=True)
class Credential:
    """A way in.

    Attributes:
        source: where it was found, for messages.
        username: of the password.
        password: or "".
        identity: a refresh token for the token service, or "".
    """

    source: str
    username: str = ""
    password: str = field(default="", repr=False)
    identity: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """The value of an Authorization header."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class DockerConfig:
    """A configuration as read; what is malformed in it is an error only where it is needed.

    Attributes:
        path: the file, for messages.
        auths: entries by host.
        helpers: helper names by host.
        store: the helper for all other hosts, or "".
    """

    path: str
    auths: Mapping[str, Any] = field(default_factory=dict, repr=False)
    helpers: Mapping[str, str] = field(default_factory=dict)
    store: str = ""

    @classmethod
    def read(cls, path: Path | None) -> DockerConfig:
        """Read a file; one that is not there holds nothing.

        Raises:
            Unavailable: it cannot be read or is not such a file.
        """
        if path is None:
            return cls("no Docker configuration")
        try:
            with path.open("rb") as file:
                data = file.read(_LONGEST)
        except FileNotFoundError:
            return cls(str(path))
        except OSError as error:
            raise _broken(path, error.strerror or "it cannot be read") from error
        try:
            body = json.loads(data)
        except (ValueError, RecursionError):
            raise _broken(path, "it is not JSON") from None  # the cause would show what is in it
        if not isinstance(body, dict):
            raise _broken(path, "it is not an object")
        auths, helpers, store = body.get("auths") or {}, body.get("credHelpers") or {}, body.get("credsStore") or ""
        if not isinstance(auths, dict) or not isinstance(helpers, dict) or not isinstance(store, str):
            raise _broken(path, "auths and credHelpers are objects, credsStore is text")
        return cls(
            str(path),
            {_host(name): entry for name, entry in auths.items()},
            {_host(name): str(helper) for name, helper in helpers.items()},
            store,
        )

    async def credential(self, host: str, limits: Limits) -> Credential | None:
        """Find the credential for a registry's `host[:port]`, or None.

        Raises:
            Unavailable: there is an entry or a helper for it, which is broken.
        """
        names = _HUB if host in _HUB else {host}
        for name in sorted(names & self.helpers.keys()):
            return await _ask(self.helpers[name], _server(host), limits)
        for name in sorted(names & self.auths.keys()):
            found = self._entry(name)
            if found is not None:
                return found
        return await _ask(self.store, _server(host), limits) if self.store else None

    def _entry(self, host: str) -> Credential | None:
        entry, source = self.auths[host], f"{self.path}, auths of {host}"
        if not isinstance(entry, dict):
            raise Unavailable(f"{source}: not an object", remedy=f"run `docker login {host}`")
        identity = str(entry.get("identitytoken") or "")
        username, password = str(entry.get("username") or ""), str(entry.get("password") or "")
        encoded = entry.get("auth")
        if encoded:
            try:
                text = base64.b64decode(str(encoded), validate=True).decode().rstrip("\0")
            except (binascii.Error, ValueError):
                raise Unavailable(
                    f"{source}: auth is not base64 of user:password", remedy=f"run `docker login {host}`"
                ) from None
            username, _, password = text.partition(":")
        if not identity and not username:
            return None  # what `docker login` leaves behind where a store has the credential
        return Credential(source, username, password, identity)


async def _ask(helper: str, server: str, limits: Limits) -> Credential | None:
    """Ask a credential helper: the server's address on its input, JSON on its output."""
    name = f"docker-credential-{helper}"
    program = shutil.which(name) if _HELPER_RE.fullmatch(helper) else None
    if program is None:
        raise Unavailable(
            f"the credential helper {quoted(name)} of Docker's configuration is not on PATH",
            remedy=f"install {quoted(name)}, or take it out of Docker's config.json",
        )
    try:
        async with asyncio.timeout(limits.helper_seconds):
            code, output = await _run(program, f"{server}\n".encode(), limits.token_bytes)
    except TimeoutError:
        raise _failed(name, f"it did not answer within {limits.helper_seconds:g} s") from None
    except OSError as error:
        raise _failed(name, error.strerror or "it cannot be run") from None
    if code != 0:
        if _NOT_FOUND in output:
            return None
        raise _failed(name, f"it ended with {code}")
    try:
        body = json.loads(output)
        username, secret = body["Username"], body["Secret"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _failed(name, "its answer is not JSON with Username and Secret") from None
    if not isinstance(username, str) or not isinstance(secret, str) or not secret:
        raise _failed(name, "its answer is not JSON with Username and Secret")
    if username == _IDENTITY_USER:
        return Credential(name, identity=secret)
    return Credential(name, username, secret)


async def _run(program: str, given: bytes, most: int) -> tuple[int, bytes]:
    """Run a helper to its end, which the caller's time limit may bring about; its output up to a bound."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        program, "get", stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=os.environ
    )
    try:
        if process.stdin is None or process.stdout is None:
            raise OSError("no pipes")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(given)
            await process.stdin.drain()
        process.stdin.close()
        output = bytearray()
        while chunk := await process.stdout.read(most):
            output += chunk
            if len(output) > most:
                raise OSError(0, f"it answered more than {most} bytes")
        return await process.wait(), bytes(output)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _host(name: str) -> str:
    """The host that a key of the configuration is about: old ones are addresses such as https://host/v1/."""
    bare = name.strip().removeprefix("https://").removeprefix("http://")
    for tail in ("/", "/v1", "/v2"):
        bare = bare.removesuffix(tail)
    return bare.lower()


def _server(host: str) -> str:
    return _HUB_URL if host in _HUB else host


def _broken(path: Path, why: str) -> Unavailable:
    return Unavailable(f"Docker's configuration {path}: {why}", remedy=f"mend or remove {path}")


def _failed(helper: str, why: str) -> Unavailable:
    return Unavailable(
        f"the credential helper {helper}: {why}", remedy=f"run `{helper} get` by hand and see why it fails"
    )
