"""The pack's I/O around the pure core: reads its files, renders releases, asks for image verdicts, then judges."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from guardrails.exemptions import read_exemptions, unused
from guardrails.judge import Judgement, Rules, judge
from guardrails.model import Context, Enforcement, Exempted, Problem, Profile
from guardrails.resources.base import Declared, Resource, Stack
from guardrails.resources.helm import Renderer
from guardrails.resources.images import Images
from guardrails.resources.parse import Renders, parse
from guardrails.resources.pods import Pod
from guardrails.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from guardrails.exemptions import Exemption
    from guardrails.model import ImageVerdict, Policy


_OWN: Final = "pack/"


class Verifies(Protocol):
    """What the examiner needs of `guardrails.trust.Verifier`."""

    def verify(self, references: Iterable[str]) -> Mapping[str, Any]:
        """The verdict on each reference."""


@dataclass(frozen=True)
class Surroundings:
    """Everything from outside that an examiner uses; tests give their own.

    Args:
        settings: the pack's settings.
        exemptions: the valid exemptions.
        problems: what is wrong with the others.
        renderer: renders Helm releases.
        verifier: makes the verifier, called when the first image is seen; it may raise.
        now: the time of the run.
        configuration: the values of the stack's configuration that are not encrypted, by key.
    """

    settings: Settings
    exemptions: tuple[Exemption, ...]
    problems: tuple[Problem, ...]
    renderer: Renders
    verifier: Callable[[], Verifies]
    now: datetime
    configuration: Mapping[str, str] = field(default_factory=dict)


class Examiner:
    """Judges declared resources under one profile."""

    def __init__(self, policies: Sequence[Policy], profile: Profile, surroundings: Surroundings) -> None:
        alone = tuple(p for p in policies if Stack not in p.resource_types)
        self._alone = Rules(alone, profile)
        across = [p for p in policies if Stack in p.resource_types]
        self._across = Rules((p for p in across if not p.id.startswith(_OWN)), profile)
        self._own = Rules((p for p in across if p.id.startswith(_OWN)), profile)
        self._asks_verdicts = any(p.asks_verdicts for p in alone)
        self._profile = profile
        self._outside = surroundings
        self._verifier: Verifies | None = None
        self._verdicts: dict[str, ImageVerdict] = {}
        applied = {policy.id for policy in policies if policy.enforcement[profile] is not Enforcement.DISABLED}
        self._exemptions = tuple(one for one in surroundings.exemptions if one.rule in applied)
        self._used: set[Exemption] = set()
        self._judged: set[str] = set()
        settings = surroundings.settings
        self._known = Context(
            profile=profile,
            now=surroundings.now,
            accounts=settings.accounts,
            tags=settings.tags,
            configuration=surroundings.configuration,
        )
        self._usual = replace(
            self._known,
            registries=settings.registries[profile],
            verdicts=self._verdicts,
            problems=surroundings.problems,
        )
        self._parsed: dict[str, tuple[Declared, tuple[Resource, ...]]] = {}
        self._exempted: set[Exempted] = set()

    @property
    def verdicts(self) -> Mapping[str, ImageVerdict]:
        """The verdicts on all images seen so far, by reference."""
        return dict(self._verdicts)

    def prepare(self) -> None:
        """Have at hand what the first image would wait for; for a thread beside the one that judges.

        Asks nobody and never raises: what is wrong with the trust policy is reported when an image is to be verified.
        """
        if self._asks_verdicts:
            with contextlib.suppress(Exception):
                verifier = self._outside.verifier()
                self._verifier = self._verifier or verifier

    def render(self, declared: Declared) -> None:
        """Have a release rendered before it is judged; for a thread beside the one that judges. Never raises."""
        with contextlib.suppress(Exception):
            self._outside.renderer.render(declared.name, declared.properties)

    def examine(self, declared: Declared, registries: tuple[str, ...] | None = None) -> Judgement:
        """Judge one declaration and everything inside it by the rules about single resources.

        Args:
            declared: the declaration.
            registries: repositories that images may come from, instead of those of the settings.
        """
        resources = self._parse(declared)
        self._judged.add(declared.address)
        self._judged.update(resource.identity for resource in resources)
        return self._noted(judge(resources, self._context(resources, registries), self._alone, self._exemptions))

    def examine_stack(self, declared: Iterable[Declared]) -> Judgement:
        """Judge all declarations of a stack by the rules across resources."""
        everything = tuple(declared)
        resources = tuple(found for one in everything for found in self._parse(one))
        stack = Stack("", "", "the stack", resources, everything)
        judgement = self._noted(judge((stack,), self._known, self._across, self._exemptions))
        # Last, because what all others needed of the exemptions is what these are about.
        left = unused(self._exemptions, self._used, self._judged, {one.address for one in everything})
        own = Context(
            self._profile,
            self._outside.now,
            problems=(*self._outside.problems, *left),
            exempted=tuple(sorted(self._exempted)),
        )
        about = judge((stack,), own, self._own)
        return replace(
            judgement,
            violations=tuple(sorted((*judgement.violations, *about.violations))),
            applied=judgement.applied | about.applied,
        )

    def _parse(self, declared: Declared) -> tuple[Resource, ...]:
        """What is declared, read once: what is judged alone is often judged again among all others, unchanged."""
        known = self._parsed.get(declared.address)
        if known is None or known[0] is not declared:
            known = self._parsed[declared.address] = (declared, parse(declared, self._outside.renderer))
        return known[1]

    def _noted(self, judgement: Judgement) -> Judgement:
        self._used |= judgement.used
        self._exempted |= {
            Exempted(violation.address, violation.resource, violation.path, violation.rule, str(exemption))
            for violation, exemption in judgement.exempted
        }
        return judgement

    def _context(self, resources: Iterable[Resource], registries: tuple[str, ...] | None) -> Context:
        unverified = self._verify(resources) if self._asks_verdicts else ""
        if not registries and not unverified:
            return self._usual
        return replace(self._usual, registries=registries or self._usual.registries, unverified=unverified)

    def _verify(self, resources: Iterable[Resource]) -> str:
        """Have a verdict on every image of the resources; what kept it from that, if anything."""
        references = {
            use.reference
            for resource in resources
            if isinstance(resource, (Pod, Images))
            for use in resource.images
            if isinstance(use.reference, str) and use.reference
        }
        if new := references - self._verdicts.keys():
            try:
                if self._verifier is None:
                    self._verifier = self._outside.verifier()
                self._verdicts.update(self._verifier.verify(sorted(new)))
            except Exception as error:  # noqa: BLE001 - whatever failed, the images are not verified
                return f"signatures cannot be verified: {_reason(error)}"
        return ""


def surroundings(pack: Path, root: Path, policies: Sequence[Policy], profile: Profile, now: datetime) -> Surroundings:
    """The real surroundings of a pack.

    Args:
        pack: the pack's folder, with settings, exemptions and trust policy.
        root: the Pulumi project's folder, which chart paths are relative to.
        policies: the catalogue, for the rules that exist.
        profile: the profile to verify images under.
        now: the time of the run, timezone-aware UTC.

    Raises:
        SettingsError: the settings are missing or malformed.
    """
    settings = read_settings(pack / "settings.yaml")
    try:
        text = (pack / "exemptions.yaml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem("exemptions.yaml", f"the file cannot be read: {_reason(error)}", "Restore the file.")
        exemptions: tuple[Exemption, ...] = ()
        problems: tuple[Problem, ...] = (problem,)
    else:
        exemptions, problems = read_exemptions(text, now.date(), {policy.id for policy in policies})

    def verifier() -> Verifies:
        from guardrails.trust import Verifier  # heavy: pydantic and cryptography, only when there is an image

        Verifier.preload()
        return Verifier.from_file(settings.trust, profile.value)

    renderer = Renderer(root, settings.kubernetes_version, os.environ)
    return Surroundings(settings, exemptions, problems, renderer, verifier, now, plain_configuration(os.environ))


def plain_configuration(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The values of the stack's configuration that are not encrypted in its file, as the engine hands them over."""
    try:
        values = json.loads(environment.get("PULUMI_CONFIG") or "{}")
        encrypted = json.loads(environment.get("PULUMI_CONFIG_SECRET_KEYS") or "[]")
    except ValueError:
        return {}
    if not isinstance(values, dict) or not isinstance(encrypted, list):
        return {}
    return {key: text for key, text in values.items() if isinstance(text, str) and key not in encrypted}


def _reason(error: Exception) -> str:
    """What went wrong, in one line: whoever mends a trust policy gets all its problems at once."""
    from guardrails.trust.errors import TrustPolicyError  # heavy, see above

    if isinstance(error, TrustPolicyError):
        return "; ".join(error.problems)
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
