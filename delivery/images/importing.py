"""The import of a third-party image: looked at where it comes from, copied by its digest, signed with the import's key.

Who may sign it at its origin is said in the trust policy, as rules of the profile `origins`; where none covers the
source, the digest that somebody wrote down is all that is known of it, and the result says so. Which key signs here
follows from the rule that covers the destination. crane copies (an index with all its platforms), cosign signs, in the
older format that every verifier and admission controller reads.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from guardrails.trust.errors import Malformed, TrustPolicyError
from guardrails.trust.mirrors import VARIABLE, Mirrors
from guardrails.trust.reference import Reference
from guardrails.trust.verdict import Outcome
from lab.errors import LabError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from guardrails.trust.policy import TrustPolicy
    from lab.report import Reporter
    from lab.services import Tools

ORIGINS: Final = "origins"
"""The profile of rules about who signs images where they come from."""
_STEP: Final = "import"
_COPYING: Final = 1800.0  # seconds; databases' images have a gigabyte
_SIGNING: Final = 120.0


class RefusedImportError(LabError):
    """The image is not what the trust policy says of its origin."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be imported.

    Attributes:
        source: registry/repository@sha256:...
        destination: registry/repository[:tag] of the organisation.
        trust: the trust policy.
        profile: whose rules cover the destination.
        key: signs; None: the one that the destination's rule asks for.
    """

    source: str
    destination: str
    trust: Path
    profile: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What was done.

    Attributes:
        reference: the image's name within the organisation, by digest.
        source: where it came from.
        origin: who signed it there; empty where no rule says who does.
        key: what signed it here.
        changed: False when it was imported already.
    """

    reference: str
    source: str
    origin: tuple[str, ...]
    key: str
    changed: bool


def bring_in(request: Request, tools: Tools, report: Reporter) -> Imported:
    """Import an image; one that is there and signed is left as it is.

    Raises:
        UsageError: a reference or the policy cannot be used, or the policy does not know the destination.
        RefusedImportError: the policy says who signs the source, and it is not so signed.
        LabError: a tool, a registry or the key service failed.
    """
    source, destination = _source(request.source), _destination(request.destination)
    policy, mirrors = _policy(request.trust)
    key = _key(policy, request, destination)
    wanted = f"{destination.repository}@{source.digest}"
    report.step(_STEP, "looking at the origin")
    origin = _origin(policy, request, source)
    if _trusted(request, wanted):
        report.step(_STEP, "there and signed already")
        return Imported(wanted, str(source), origin, key, changed=False)
    tag = destination.tag or source.tag or f"sha256-{str(source.digest).partition(':')[2][:12]}"
    report.step(_STEP, f"copying {source.repository}")
    place = f"{_located(destination, mirrors)}"
    _run(tools, "crane", "copy", f"{_located(source, mirrors)}@{source.digest}", f"{place}:{tag}", seconds=_COPYING)
    report.step(_STEP, "signing")
    plain = ("--allow-http-registry",) if mirrors.locate(destination.repository.domain).scheme == "http" else ()
    _run(
        tools,
        "cosign",
        *("sign", "--yes", "--key", key, *plain),
        *("--use-signing-config=false", "--tlog-upload=false", "--new-bundle-format=false"),
        f"{place}@{source.digest}",
        seconds=_SIGNING,
    )
    report.step(_STEP, "verifying")
    if not _trusted(request, wanted):
        raise LabError(
            f"{wanted} is signed with {key}, and not trusted",
            where=str(request.trust),
            remedy=f"see why: cartorio image explain {wanted} --profile {request.profile}",
        )
    report.step(_STEP, "copied, signed and verified")
    return Imported(wanted, str(source), origin, key, changed=True)


def _source(text: str) -> Reference:
    source = _reference(text)
    if source.digest is None:
        raise UsageError(
            f"{source} names no digest: what a tag points to is known to nobody",
            remedy=f"look at the image, then name it by digest (crane digest {source})",
        )
    return source


def _destination(text: str) -> Reference:
    destination = _reference(text)
    if destination.digest is not None:
        raise UsageError(
            f"{destination}: the destination's digest is the source's", remedy=f"write {destination.repository}"
        )
    return destination


def _reference(text: str) -> Reference:
    try:
        return Reference.parse(text)
    except Malformed as error:
        raise UsageError(str(error), remedy="write registry/repository, with @sha256:... for the source") from error


def _policy(trust: Path) -> tuple[TrustPolicy, Mirrors]:
    from guardrails.trust.policy_file import load_policy

    try:
        return load_policy(trust), Mirrors.parse(os.environ.get(VARIABLE, ""))
    except TrustPolicyError as error:
        raise UsageError(
            "the trust policy cannot be used:\n  " + "\n  ".join(error.problems), where=str(trust)
        ) from error


def _key(policy: TrustPolicy, request: Request, destination: Reference) -> str:
    """The key that was named, or the one that the destination's rule asks for; without a rule, none will do."""
    profile = request.profile
    rule = policy.rule_for(profile, destination.repository) if profile in policy.profiles else None
    if rule is None:
        raise UsageError(
            f"no rule of profile {profile!r} covers {destination.repository}: nobody would trust what goes there",
            remedy="name a repository that a rule covers, such as registry.cartorio.internal/mirror/<vendor's name>",
        )
    if request.key is not None:
        return request.key
    now = datetime.now(UTC)
    names = {name for requirement in rule.require for name in requirement.authorities}
    sources = sorted({str(key.source) for name in names for key in policy.authorities[name].keys if key.valid_at(now)})
    if len(sources) != 1:
        raise UsageError(
            f"the rule {rule.name} accepts {len(sources)} keys: {', '.join(sources) or 'none is valid now'}",
            remedy="say which one signs: --key",
        )
    return sources[0]


def _origin(policy: TrustPolicy, request: Request, source: Reference) -> tuple[str, ...]:
    """Who signed the source, as far as the policy says who has to."""
    from delivery.images.asking import judge

    if ORIGINS not in policy.profiles or policy.rule_for(ORIGINS, source.repository) is None:
        return ()
    (judgement,) = judge([str(source)], request.trust, ORIGINS).values()
    verdict = judgement.verdict
    if verdict.outcome is Outcome.TRUSTED:
        return verdict.authorities
    kind = RefusedImportError if verdict.outcome is Outcome.REFUSED else LabError
    raise kind(
        f"{source} is not trusted where it comes from:\n  " + "\n  ".join(verdict.reasons),
        where=f"{request.trust}: {verdict.rule}",
        remedy=verdict.remedy,
    )


def _trusted(request: Request, reference: str) -> bool:
    from delivery.images.asking import judge

    (judgement,) = judge([reference], request.trust, request.profile).values()
    return judgement.verdict.outcome is Outcome.TRUSTED


def _located(reference: Reference, mirrors: Mirrors) -> str:
    """Where crane and cosign, which know no mirrors, find a repository."""
    domain, path = reference.repository.domain, reference.repository.path
    host = mirrors.locate(domain).host if domain in mirrors.origins else domain
    return f"{host}/{path}"


def _run(tools: Tools, tool: str, *arguments: str, seconds: float) -> None:
    try:
        done = subprocess.run(
            [str(tools.path(tool)), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LabError(f"{tool} {arguments[0]} did not end within {seconds:.0f} s", where=arguments[-1]) from error
    if done.returncode:
        said = "\n  ".join(done.stderr.strip().splitlines()[-8:])
        raise LabError(
            f"{tool} {arguments[0]} failed (exit {done.returncode}):\n  {said}",
            where=arguments[-1],
            remedy="see that this shell may read the source, write the destination and use the key",
        )
