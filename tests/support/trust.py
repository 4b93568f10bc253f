"""Registries for the trust tests, real and hostile, and verifiers made from a few lines of policy."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import yaml

from guardrails.trust import Outcome, Verdict, Verifier
from guardrails.trust.limits import Limits
from guardrails.trust.mirrors import Mirrors
from guardrails.trust.policy_file import load_policy
from tests.support.signing import Content, sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from tests.support.hostile_registry import HostileRegistry
    from tests.support.signing import Signer

NAME = "registry.cartorio.internal"
PATIENCE = Limits(image_seconds=1.0, connect_seconds=1.0)
SLACK = 2.0  # seconds that a busy machine may add


@contextlib.contextmanager
def served(probe: str, *command: str) -> Iterator[str]:
    """Run a server on a free port until the end of the block; its address."""
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        port = probing.getsockname()[1]
    words = [word.format(port=port) for word in command]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 60
            while not _answers(f"http://127.0.0.1:{port}{probe}"):
                assert process.poll() is None, f"{words} ended with {process.returncode}"
                assert time.monotonic() < deadline, f"{words} does not answer"
                time.sleep(0.05)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code < 500
    except httpx.TransportError:
        return False


@dataclass(frozen=True)
class Shelf:
    """A real registry, and the images that tests push to it."""

    host: str

    def push(self, content: Content, repository: str = "cartorio/api") -> None:
        content.push(self.host, repository)

    def image(self, repository: str = "cartorio/api") -> str:
        """Push an image of its own and return its digest."""
        content = Content()
        digest = str(content.image()["digest"])
        self.push(content, repository)
        return digest

    def direct(self, digest: str, repository: str = "cartorio/api") -> str:
        """The reference by which cosign reaches the registry."""
        return f"{self.host}/{repository}@{digest}"

    def get(self, path: str, repository: str = "cartorio/api") -> bytes:
        return httpx.get(f"http://{self.host}/v2/{repository}/{path}", trust_env=False).raise_for_status().content


def named(digest: str, repository: str = "cartorio/api") -> str:
    """The reference by which stacks name the image."""
    return f"{NAME}/{repository}@{digest}"


class Trust:
    """Makes verifiers whose policy is written by the test, in the folder where its keys are."""

    def __init__(self, folder: Path, host: str, scheme: str = "http") -> None:
        self.folder = folder
        self.scheme = scheme
        self.host = host

    def verifier(
        self,
        *requirements: dict[str, Any],
        limits: Limits | None = None,
        clock: Callable[[], datetime] | None = None,
        attestations: Sequence[dict[str, Any]] = (),
        platforms: str = "covered",
        roots: dict[str, bytes] | None = None,
        **authorities: list[Any] | dict[str, Any],
    ) -> Verifier:
        """Make a verifier for `registry.cartorio.internal/cartorio/**`.

        Args:
            requirements: as under `require`; without any, one key of the first authority.
            limits: other limits than usual.
            clock: another time than now.
            attestations: as in the rule.
            platforms: as in the rule.
            roots: trust roots by name.
            authorities: their keys (PEM bytes, a source, or a mapping as in trust.yaml), or all of one as there.
        """
        written = {
            name: keys if isinstance(keys, dict) else {"keys": [self._key(key) for key in keys]}
            for name, keys in authorities.items()
        }
        for name, root in (roots or {}).items():
            (self.folder / f"{name}.json").write_bytes(root)
        rule = {
            "name": "own",
            "images": f"{NAME}/cartorio/**",
            "require": list(requirements) or [{"authorities": [next(iter(authorities))]}],
            "attestations": list(attestations),
            "platforms": platforms,
        }
        path = self.folder / "trust.yaml"
        document = {
            "version": "cartorio.trust/v1",
            "roots": {name: {"source": f"file:{name}.json"} for name in roots or {}},
            "authorities": written,
            "profiles": {"local": {"rules": [rule]}},
        }
        path.write_text(yaml.safe_dump(document))
        options = {"limits": limits} | ({"clock": clock} if clock else {})
        separator = ":" if self.scheme == "oci" else "://"
        mirrors = Mirrors.parse(f"{NAME}={self.scheme}{separator}{self.host}")
        return Verifier(load_policy(path), "local", path=path, mirrors=mirrors, **options)  # type: ignore[arg-type]

    def _key(self, key: bytes | str | dict[str, Any]) -> dict[str, Any]:
        if isinstance(key, dict):
            return key
        if isinstance(key, str):
            return {"source": key}
        name = f"key-{sha256(key)[7:15]}.pem"  # one key, one name: verdicts tell it
        (self.folder / name).write_bytes(key)
        return {"source": f"file:{name}"}


def judged(verifier: Verifier, digest: str, repository: str = "cartorio/api") -> Verdict:
    """The verdict on one image."""
    reference = named(digest, repository)
    return verifier.verify([reference])[reference]


def refused(verdict: Verdict, why: str) -> None:
    """Assert that an image is refused for this reason and with a remedy."""
    assert verdict.outcome is Outcome.REFUSED, verdict
    assert any(why in reason for reason in verdict.reasons), verdict.reasons
    assert verdict.remedy


def failed(verdict: Verdict, why: str) -> None:
    """Assert that an image could not be judged for this reason, which comes with a remedy."""
    assert verdict.outcome is Outcome.ERROR, verdict
    assert any(why in reason for reason in verdict.reasons), verdict.reasons
    assert verdict.remedy


class Scene:
    """An image in a registry that is about to misbehave, properly signed in both formats."""

    def __init__(self, registry: HostileRegistry, folder: Path, signer: Signer) -> None:
        self.registry = registry
        self.signer = signer
        self.image = registry.content.image()
        self.digest = str(self.image["digest"])
        self.trust = Trust(folder, registry.host, registry.scheme)

    def sign(self, *, legacy: bool = True, bundle: bool = True) -> None:
        content = self.registry.content
        if legacy:
            content.legacy(self.digest, self.signer.simple(self.digest))
        if bundle:
            referrer = content.referrer(self.image, self.signer.bundle(self.digest))
            self.registry.referrers[self.digest] = [referrer]

    def verdict(self, limits: Limits = PATIENCE) -> Verdict:
        start = time.monotonic()
        verdict = judged(self.trust.verifier(release=[self.signer.pem], limits=limits), self.digest)
        assert time.monotonic() - start < limits.image_seconds + SLACK
        return verdict
