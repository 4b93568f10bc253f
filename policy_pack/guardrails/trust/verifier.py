"""The way in: references to verdicts under one policy file and one profile.

Importing this module is cheap, since every preview does: YAML and pydantic are loaded by `from_file`; HTTP,
cryptography and the AWS SDK by the first verification that needs them.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from guardrails.trust.access import Access
from guardrails.trust.errors import Malformed, TrustPolicyError, Unavailable, surprise
from guardrails.trust.limits import Limits
from guardrails.trust.loader import Loader
from guardrails.trust.mirrors import Mirrors
from guardrails.trust.reference import Reference
from guardrails.trust.remembered import Memory
from guardrails.trust.verdict import Judgement, Outcome, Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Mapping
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path
    from typing import Any, TypeVar

    from guardrails.trust.evidence import Evidence
    from guardrails.trust.loader import Loaded
    from guardrails.trust.policy import Format, Rule, TrustPolicy
    from guardrails.trust.registry import Registry

    _T = TypeVar("_T")
    _Pending = tuple[str, Reference, Rule]

Clock = Callable[[], datetime]

_HEAVY: Final = 256 * 1024
"""Bytes of evidence that take long to judge: some 50 ms."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What the images of one call share: where to ask, how many are asked for at once, and till when; the keys."""

    registry: Registry
    slots: asyncio.Semaphore
    judging: ThreadPoolExecutor
    deadline: float
    loaded: asyncio.Task[Loaded]


class Verifier:
    """Verifies images against one profile of a trust policy.

    An instance may be used from several threads and for any number of calls; it remembers the public keys it has read
    (not the failures to read them), and the evidence that made an image trusted (`remembered`), never a verdict.

    Attributes:
        round_trips: how many requests were sent to registries and token services so far, by kind; see `registry`.
    """

    def __init__(
        self,
        policy: TrustPolicy,
        profile: str,
        *,
        path: Path,
        mirrors: Mirrors | None = None,
        limits: Limits | None = None,
        clock: Clock = lambda: datetime.now(UTC),
        access: Access | None = None,
    ) -> None:
        self._policy = policy
        self._profile = profile
        self._path = path
        self._access = access or Access(mirrors=mirrors or Mirrors())
        self._limits = limits or Limits()
        self._memory = Memory(self._access.cache, self._limits)
        self.round_trips: Counter[str] = Counter()
        self._clock = clock
        self._loader = Loader(policy, path.parent)
        self._lock = threading.Lock()

    @classmethod
    def from_file(cls, path: Path, profile: str) -> Verifier:
        """Read a trust policy, and how registries are reached from the environment (`access`).

        Raises:
            TrustPolicyError: with every mistake, each with its place in the file; also when the file has no such
                profile, or one of the environment's variables is malformed.
        """
        from guardrails.trust.policy_file import load_policy

        problems: list[str] = []
        policy: TrustPolicy | None = None
        access = Access()
        try:
            policy = load_policy(path)
            if profile not in policy.profiles:
                known = ", ".join(sorted(policy.profiles))
                problems.append(f"{path}: profiles: there is no profile {profile!r} (there are: {known})")
        except TrustPolicyError as error:
            problems.extend(error.problems)
        try:
            access = Access.from_environment(os.environ)
        except TrustPolicyError as error:
            problems.extend(error.problems)
        if policy is None or problems:
            raise TrustPolicyError(problems)
        return cls(policy, profile, path=path, access=access)

    @staticmethod
    def preload() -> None:
        """Import what verifying imports when it is first needed. Reads and asks nothing."""
        from guardrails.trust import evidence, judge, key_loading, registry  # noqa: F401 - to have them

    def verify(self, references: Iterable[str]) -> Mapping[str, Verdict]:
        """Judge images, concurrently; one verdict a distinct reference.

        Does not raise for what an image, registry or key service does: that is an outcome "error" or "refused".
        """
        return {text: judgement.verdict for text, judgement in self.explain(references).items()}

    def explain(self, references: Iterable[str]) -> Mapping[str, Judgement]:
        """As `verify`, with the whole tree of reasons."""
        texts = tuple(dict.fromkeys(references))
        judged: dict[str, Judgement] = {}
        pending: list[_Pending] = []
        for text in texts:
            case = self._prepare(text)
            if isinstance(case, Judgement):
                judged[text] = case
            else:
                pending.append((text, *case))
        if pending:
            # A thread of our own: the caller's may be running an event loop already.
            judged |= _in_thread(self._judge_all(pending))
        return {text: judged[text] for text in texts}

    def pin(self, references: Iterable[str]) -> Mapping[str, str | Malformed | Unavailable]:
        """Add to each reference the digest that its tag points to now; those with a digest stay as they are.

        What is returned is what has to be verified and deployed: the tag may point elsewhere by then. A registry that
        no rule names is not asked.
        """
        texts = tuple(dict.fromkeys(references))
        return dict(zip(texts, _in_thread(self._pin_all(texts)), strict=True)) if texts else {}

    async def _pin_all(self, texts: tuple[str, ...]) -> list[str | Malformed | Unavailable]:
        from guardrails.trust.registry import Registry

        slots = asyncio.Semaphore(self._limits.parallel_images)
        async with Registry(self._access, self._limits) as registry:
            pinned = await asyncio.gather(*(self._pin(registry, slots, text) for text in texts))
        with self._lock:
            self.round_trips.update(registry.round_trips)
        return pinned

    async def _pin(self, registry: Registry, slots: asyncio.Semaphore, text: str) -> str | Malformed | Unavailable:
        try:
            reference = Reference.parse(text)
            if reference.digest is not None:
                return text
            if self._policy.rule_for(self._profile, reference.repository) is None:
                return Malformed(f"no rule of profile {self._profile!r} covers {reference.repository}")
            async with slots, asyncio.timeout(self._limits.image_seconds):
                digest = await registry.resolve(reference.repository, reference.tag or "latest")
        except (Malformed, Unavailable) as error:
            return error
        except TimeoutError:
            origin = registry.origin(reference.repository)
            return Unavailable(
                f"{origin} did not finish answering within {self._limits.image_seconds:g} s",
                remedy=f"see why the registry at {origin} is slow, then try again",
            )
        return str(replace(reference, digest=digest))

    def _prepare(self, text: str) -> Judgement | tuple[Reference, Rule]:
        """Decide what needs no network: nothing is asked of a registry that no rule names."""
        try:
            reference = Reference.parse(text)
        except Malformed as error:
            return self._refuse(text, None, str(error), "write the reference as registry/repository@sha256:...")
        digest = None if reference.digest is None else str(reference.digest)
        rule = self._policy.rule_for(self._profile, reference.repository)
        if rule is None:
            return self._refuse(
                text,
                digest,
                f"no rule of profile {self._profile!r} covers {reference.repository}",
                f"use an image from a covered repository, or add a rule for this one to {self._path.name} "
                f"under profiles.{self._profile}",
            )
        if reference.digest is None:
            return self._refuse(
                text,
                None,
                "the reference has no digest: a tag can point to something else by the time it is deployed",
                f"name the image by digest (`crane digest {reference}` prints it)",
                rule=rule,
            )
        return reference, rule

    def _refuse(self, text: str, digest: str | None, why: str, remedy: str, *, rule: Rule | None = None) -> Judgement:
        reason = Reason(str(Outcome.REFUSED), holds=False, because=(Reason(why, holds=False),))
        return self._judgement(text, digest, rule, Outcome.REFUSED, (), reason, remedy)

    def _judgement(
        self,
        text: str,
        digest: str | None,
        rule: Rule | None,
        outcome: Outcome,
        authorities: tuple[str, ...],
        reason: Reason,
        remedy: str,
    ) -> Judgement:
        lines = (
            tuple(part.text for part in reason.because if part.holds)
            if reason.holds
            else tuple(line for part in reason.because for line in part.failures())
        )
        name = None if rule is None else f"{self._profile}/{rule.name}"
        return Judgement(Verdict(text, digest, outcome, name, authorities, lines, remedy), reason)

    async def _judge_all(self, pending: list[_Pending]) -> dict[str, Judgement]:
        judged: dict[str, Judgement] = {}
        async with asyncio.TaskGroup() as group:
            loaded = group.create_task(self._loader.load(tuple(rule for _, _, rule in pending)))
            for item in pending:
                evidence = self._memory.recall(self._key(*item), self._clock())
                if evidence is not None:
                    judgement = self._decide(*item, evidence, await loaded)
                    if judgement.verdict.outcome is Outcome.TRUSTED:  # nothing else is an answer without asking anew
                        judged[item[0]] = judgement
            rest = [item for item in pending if item[0] not in judged]
            if rest:
                judged |= await self._ask_all(rest, loaded)
        return judged

    async def _ask_all(self, pending: list[_Pending], loaded: asyncio.Task[Loaded]) -> dict[str, Judgement]:
        from concurrent.futures import ThreadPoolExecutor

        from guardrails.trust.registry import Registry

        deadline = asyncio.get_running_loop().time() + self._limits.run_seconds
        slots = asyncio.Semaphore(self._limits.parallel_images)
        with ThreadPoolExecutor(1, thread_name_prefix="image-trust-judge") as judging:
            async with (
                Registry(self._access, self._limits, self._memory.cache) as registry,
                asyncio.TaskGroup() as group,
            ):
                run = _Run(registry, slots, judging, deadline, loaded)
                tasks = {item[0]: group.create_task(self._ask(run, item)) for item in pending}
        with self._lock:
            self.round_trips.update(registry.round_trips)
        return {text: task.result() for text, task in tasks.items()}

    async def _ask(self, run: _Run, item: _Pending) -> Judgement:
        """Fetch the evidence about one image and judge it, whatever happens."""
        from guardrails.trust.policy import Format

        text, reference, rule = item
        try:
            async with (
                asyncio.timeout_at(run.deadline),
                run.slots,
            ):  # until judged: it bounds the evidence in memory, too
                formats = self._policy.formats_of(rule)
                evidence = await self._gather(run.registry, reference, rule, formats)
                judgement = await self._judge(run, item, evidence)
                if judgement.verdict.outcome is Outcome.REFUSED and len(formats) < len(Format):
                    # What is written otherwise cannot count, but says more than that nothing was found.
                    del evidence  # the memory is another image's
                    evidence = await self._gather(run.registry, reference, rule, frozenset(Format))
                    judgement = await self._judge(run, item, evidence)
        except TimeoutError:
            fault = f"not all images could be read within {self._limits.run_seconds:g} s"
            remedy = f"see why {run.registry.origin(reference.repository)} is slow, then try again"
            return self._failed(text, reference, rule, fault, remedy)
        except Exception as error:  # noqa: BLE001 -- one image's surprise must neither stop the others nor pass
            return self._failed(text, reference, rule, *surprise(error))
        if judgement.verdict.outcome is Outcome.TRUSTED:
            self._memory.keep(self._key(*item), evidence, self._clock())
        return judgement

    async def _judge(self, run: _Run, item: _Pending, evidence: Evidence) -> Judgement:
        """Judge, apart from the event loop what takes long, or others' connections would run out of time meanwhile."""
        loaded = await run.loaded
        if evidence.weight < _HEAVY:
            return self._decide(*item, evidence, loaded)
        # One at a time, and always in the same thread: parsed, a document takes many times its size.
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(run.judging, self._decide, *item, evidence, loaded)

    async def _gather(
        self, registry: Registry, reference: Reference, rule: Rule, formats: frozenset[Format]
    ) -> Evidence:
        from guardrails.trust.evidence import ABSENT, RECORDED, Wanted, gather
        from guardrails.trust.policy import Format, Platforms

        wanted = Wanted(
            attestations=bool(rule.attestations),
            platforms=rule.platforms is Platforms.EACH,
            legacy=Format.LEGACY in formats,
            bundles=Format.BUNDLE in formats,
        )
        repository, digest = reference.repository, reference.digest
        if digest is None:
            raise ValueError("only references with a digest get here")
        evidence = await gather(registry, repository, digest, self._limits, wanted)
        if evidence.image == ABSENT and self._access.recorded.covers(registry.origin(repository), repository, digest):
            return replace(evidence, image=RECORDED)
        return evidence

    def _decide(self, text: str, reference: Reference, rule: Rule, evidence: Evidence, loaded: Loaded) -> Judgement:
        from guardrails.trust.judge import Case, decide

        try:
            keys, roots = loaded
            decision = decide(Case(reference, evidence, rule, self._policy.authorities, keys, self._clock(), roots))
        except Exception as error:  # noqa: BLE001 -- as in _ask
            return self._failed(text, reference, rule, *surprise(error))
        digest = str(reference.digest)
        judgement = self._judgement(
            text, digest, rule, decision.outcome, decision.authorities, decision.reason, decision.remedy
        )
        verdict = replace(judgement.verdict, signers=decision.signers, attestations=decision.attestations)
        return replace(judgement, verdict=verdict)

    def _failed(self, text: str, reference: Reference, rule: Rule, fault: str, remedy: str) -> Judgement:
        reason = Reason(str(Outcome.ERROR), holds=False, because=(Reason(fault, holds=False),))
        return self._judgement(text, str(reference.digest), rule, Outcome.ERROR, (), reason, remedy)

    def _key(self, _text: str, reference: Reference, rule: Rule) -> str:
        """What evidence is remembered under: the image, the very place it came from, and what was looked for."""
        repository = reference.repository
        signatures = self._access.signatures_of(repository)
        places = (f"{self._access.mirrors.locate(one.domain)}/{one.path}" for one in (repository, signatures))
        wanted = ("attestations" if rule.attestations else "signatures", f"platforms={rule.platforms}")
        return " ".join((str(reference.digest), *places, *wanted))


def _in_thread(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine to its end in an event loop and thread of its own, and return or raise what it does."""
    from concurrent.futures import ThreadPoolExecutor

    from guardrails.trust.unwaited import Unwaited

    async def run() -> _T:
        asyncio.get_running_loop().set_default_executor(Unwaited())
        return await work

    with ThreadPoolExecutor(1, thread_name_prefix="image-trust") as executor:
        return executor.submit(asyncio.run, run()).result()
