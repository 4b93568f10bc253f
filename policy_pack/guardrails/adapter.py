"""The catalogue as the engine's analyzer: what it asks of a policy pack, answered from one judgement of each resource.

It speaks in the engine's own messages (https://github.com/pulumi/pulumi/blob/v3.259.0/proto/pulumi/analyzer.proto);
`adapter_server.py` listens, `handed_over.py` reads the properties. Pulumi's own `pulumi_policy` says the same things
with the same messages (a test holds the two together), but reads a resource anew for each policy that looks at it.

- An unknown value is `UNKNOWN`, and the rules decide; `pulumi_policy` would take a rule that meets one for advice.
- Nothing may escape from here: what cannot be read or fails is a mandatory violation, and no traceback.
- Properties have their secrets marked. The rules get them as plain values, and no message quotes what was marked.
- In a preview, what helm has to render is rendered beside the engine's other work, and judged when the engine shows the
  whole stack: it always does, or the preview has failed (`deployment_executor.go`, `analyze_snapshot.go`), and takes a
  violation from there as from anywhere. In an update nothing is let pass before it is judged.
- A rule that has a remedy and is mandatory has the level *remediate*: its remedy is applied before anything is judged,
  the engine shows it, and what is left is a mandatory violation. Secrets and unknowns around it go back as they came.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pulumi.runtime.proto import analyzer_pb2

from guardrails import adapter_messages as messages
from guardrails.examiner import Examiner, surroundings
from guardrails.handed_over import plain, plain_value, remedied
from guardrails.mask import Mask
from guardrails.model import Policy, Profile
from guardrails.record import Record
from guardrails.resources.aws_tags import default_tags
from guardrails.resources.base import Declared
from guardrails.resources.helm import RELEASE_TYPE
from guardrails.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from google.protobuf import struct_pb2

    from guardrails.judge import Judgement, Violation
    from guardrails.resources.reading import Unknown

_PROFILE_KEY: Final = "cartorio:profile"
_DEFAULT_TAGS: Final = "defaultTags"
_INDENT: Final = "\n        "
_HELPERS: Final = 4


def adapt(catalogue: Sequence[Policy]) -> Analyzer:
    """The catalogue as an analyzer, under the profile of the stack that the engine is working on.

    Args:
        catalogue: the policies.
    """
    profile = profile_of(os.environ)
    pack = Path(__file__).resolve().parent.parent
    root = Path(os.environ.get("CARTORIO_PROJECT_ROOT") or pack.parent)
    try:
        outside = surroundings(pack, root, catalogue, profile, datetime.now(UTC))
    except SettingsError as error:
        return Analyzer(catalogue, profile, None, f"the pack's settings cannot be used: {error}")
    return Analyzer(
        catalogue,
        profile,
        Examiner(catalogue, profile, outside),
        secrets=_config_secrets(os.environ),
        preview=os.environ.get("PULUMI_DRY_RUN") == "true",
    )


def profile_of(environment: Mapping[str, str]) -> Profile:
    """The profile that the stack's configuration names; production when it names none that exists."""
    config = _json(environment, "PULUMI_CONFIG")
    named = config.get(_PROFILE_KEY) if isinstance(config, dict) else None
    return Profile.parse(named if isinstance(named, str) else None)


def _config_secrets(environment: Mapping[str, str]) -> list[str]:
    """The values of the stack's configuration that are encrypted in its file."""
    config, keys = _json(environment, "PULUMI_CONFIG"), _json(environment, "PULUMI_CONFIG_SECRET_KEYS")
    if not isinstance(config, dict) or not isinstance(keys, list):
        return []
    return [config[key] for key in keys if isinstance(key, str) and isinstance(config.get(key), str)]


def _json(environment: Mapping[str, str], name: str) -> object:
    try:
        return json.loads(environment.get(name) or "null")
    except ValueError:
        return None


class Analyzer:
    """Answers for one pack process. Calls may come from several threads; one is answered at a time.

    Args:
        catalogue: the policies; `pack/readable` must be among them.
        profile: decides each policy's enforcement.
        examiner: judges; None when the pack itself is broken.
        problem: what is broken then.
        secrets: texts that no message may show.
        preview: nothing is done to what passes here, so that a judgement may wait for the end.
    """

    def __init__(
        self,
        catalogue: Sequence[Policy],
        profile: Profile,
        examiner: Examiner | None,
        problem: str = "",
        secrets: Iterable[str] = (),
        *,
        preview: bool = False,
    ) -> None:
        front = [policy for policy in catalogue if policy.id == messages.FRONT]
        self._policies = (*front, *(policy for policy in catalogue if policy.id != messages.FRONT))
        self._alone = tuple(policy for policy in self._policies if not messages.across(policy))
        self._across = tuple(policy for policy in self._policies if messages.across(policy))
        self._levels = {policy.id: messages.level(policy, profile) for policy in catalogue}
        self._front = front[0]
        self._registries: tuple[str, ...] = ()
        self._examiner = examiner
        self._problem = problem
        self._mask = Mask()
        self._mask.learn(secrets)
        self._record = Record(os.environ, self._mask.hide)
        self._preview = preview
        self._waiting: list[tuple[Declared, Future[None]]] = []
        self._helpers = ThreadPoolExecutor(_HELPERS, thread_name_prefix="render")
        self._inputs: dict[str, Mapping[str, Any]] = {}
        self._beside: dict[frozenset[str], analyzer_pb2.AnalyzeResponse] = {}
        self._lock = threading.Lock()

    def info(self) -> analyzer_pb2.AnalyzerInfo:
        """What the engine shows of the pack, and checks its configuration by."""
        return messages.info((policy, self._levels[policy.id]) for policy in (*self._alone, *self._across))

    def configure(self, request: analyzer_pb2.ConfigureAnalyzerRequest) -> None:
        """Take the levels and the registries that somebody gives from outside."""
        with self._lock:
            for name, config in request.policyConfig.items():
                self._levels[name] = config.enforcementLevel
                if name == messages.FRONT and messages.REGISTRIES in config.properties.fields:
                    given = plain_value(config.properties.fields[messages.REGISTRIES], [])
                    self._registries = tuple(given) if isinstance(given, list) else ()
            self._beside.clear()

    def act(self) -> None:
        """Take it that this is an update, whatever was said before: nothing passes unjudged from now on."""
        with self._lock:
            self._preview = False

    def prepare(self) -> None:
        """Get ready to judge, while nobody waits for it."""
        if self._examiner is not None:
            self._examiner.prepare()

    def remediate(self, asked: analyzer_pb2.AnalyzeRequest) -> analyzer_pb2.RemediateResponse:
        """Put right what nobody chose in a resource, before it is judged: all properties for each rule that did."""
        response = analyzer_pb2.RemediateResponse()
        properties, declared = asked.properties, None
        for policy in self._alone:
            if policy.remedy is None or self._levels[policy.id] != analyzer_pb2.REMEDIATE:
                continue
            try:
                declared = declared or self._declared(asked, properties)
                if fixes := policy.remedy(declared):
                    properties, declared = remedied(properties, fixes), None
            except Exception as error:  # noqa: BLE001 - it would end the preview; what is wrong is judged anyway
                about = f"{policy.id} could not look at {asked.urn} before it is judged"
                sys.stderr.write(f"warning: {about}: {type(error).__name__}\n")
                continue
            if fixes:
                response.remediations.add(
                    policyName=policy.id,
                    policyPackName=messages.NAME,
                    policyPackVersion=messages.VERSION,
                    description=policy.title,
                    properties=properties,
                )
        return response

    def analyze(self, asked: analyzer_pb2.AnalyzeRequest) -> analyzer_pb2.AnalyzeResponse:
        """Judge a resource, as the program asks for it, by all rules about single ones."""
        with self._lock:
            applied: frozenset[str] = frozenset()
            found: list[analyzer_pb2.AnalyzeDiagnostic] = []
            if not self._postponed(asked):
                title = f"{asked.type} {asked.name}"
                applied, found = self._answer(asked.urn, title, self._alone, lambda e: self._examined(e, asked))
            beside = self._beside.get(applied)
            if beside is None:
                beside = self._beside[applied] = self._not_applicable(applied)
            if not found:
                return beside
            response = analyzer_pb2.AnalyzeResponse(diagnostics=found)
            response.MergeFrom(beside)
            return response

    def analyze_stack(self, asked: analyzer_pb2.AnalyzeStackRequest) -> analyzer_pb2.AnalyzeResponse:
        """Judge all resources, as the update leaves them, by the rules across them."""
        with self._lock:
            late = self._late()  # first: what exemptions were used for is among what the rules across look at
            _, found = self._answer("", "the stack", self._across, lambda e: e.examine_stack(self._finals(asked)))
            return analyzer_pb2.AnalyzeResponse(diagnostics=[*late, *found])

    def _examined(self, examiner: Examiner, asked: analyzer_pb2.AnalyzeRequest) -> Judgement:
        declared = self._declared(asked, asked.properties)
        self._inputs[asked.urn] = declared.properties
        return examiner.examine(declared, self._registries or None)

    def _postponed(self, asked: analyzer_pb2.AnalyzeRequest) -> bool:
        """Whether a resource is judged at the end, having been given to helm now."""
        if not self._preview or asked.type != RELEASE_TYPE or self._examiner is None:
            return False
        try:
            declared = self._declared(asked, asked.properties)
        except Exception:  # noqa: BLE001 - what cannot be read is refused at once
            return False
        self._inputs[asked.urn] = declared.properties
        self._waiting.append((declared, self._helpers.submit(self._examiner.render, declared)))
        return True

    def _late(self) -> list[analyzer_pb2.AnalyzeDiagnostic]:
        """What there is to say of the resources that were postponed."""
        waiting, self._waiting = self._waiting, []
        found: list[analyzer_pb2.AnalyzeDiagnostic] = []
        for declared, rendered in waiting:
            wait([rendered])  # what it raises, if anything, it raises again when it is judged
            title = f"{declared.type} {declared.name}"
            judge = partial(_examine, declared=declared, registries=self._registries or None)
            found += self._answer(declared.address, title, self._alone, judge)[1]
        return found

    def _finals(self, asked: analyzer_pb2.AnalyzeStackRequest) -> Iterator[Declared]:
        """The resources with their outputs, or their inputs while their provider cannot be asked yet."""
        known = {resource.urn for resource in asked.resources}
        for resource in asked.resources:
            links = resource.propertyDependencies.items()
            dependencies = {key: tuple(urn for urn in of.urns if urn in known) for key, of in links}
            declared = self._declared(resource, resource.properties, dependencies)
            if not declared.properties:
                declared = replace(declared, properties=self._inputs.get(resource.urn, {}))
            yield declared

    def _declared(
        self,
        asked: analyzer_pb2.AnalyzeRequest | analyzer_pb2.AnalyzerResource,
        properties: struct_pb2.Struct,
        dependencies: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Declared:
        secrets: list[str] = []
        declared = Declared(
            type=asked.type,
            name=asked.name,
            address=asked.urn,
            properties=plain(properties, secrets),
            dependencies=dependencies or {},
            protect=asked.options.protect,
            ignored=tuple(asked.options.ignoreChanges),
            default_tags=_default_tags(asked.provider.properties) if asked.HasField("provider") else {},
        )
        if secrets:
            self._mask.learn(secrets)
        return declared

    def _answer(
        self, urn: str, title: str, policies: Iterable[Policy], examine: Callable[[Examiner], Judgement]
    ) -> tuple[frozenset[str], list[analyzer_pb2.AnalyzeDiagnostic]]:
        """Which rules applied, and what there is to say, in the order of the policies; never an exception."""
        problem = self._problem
        if self._examiner is not None:
            try:
                judgement = examine(self._examiner)
                self._record.add(judgement, self._examiner.verdicts)
                return judgement.applied | {messages.FRONT}, list(self._said(judgement, policies))
            except Exception as error:  # noqa: BLE001 - whatever failed, the verdict is "not judged"
                problem = f"the pack failed with {type(error).__name__}, so nobody has judged this"
        remedy = "Correct the pack; nothing is deployed while it cannot judge."
        message = messages.text(self._mask.hide(title), problem, remedy)
        # Whatever level somebody gave `pack/readable`.
        return frozenset({messages.FRONT}), [messages.diagnostic(self._front, analyzer_pb2.MANDATORY, message, urn)]

    def _said(self, judgement: Judgement, policies: Iterable[Policy]) -> Iterator[analyzer_pb2.AnalyzeDiagnostic]:
        """A judgement's violations, those of one policy and one object with one remedy together."""
        together: dict[str, dict[tuple[str, str, str], list[Violation]]] = {}
        for violation in judgement.violations:
            about = (violation.address, violation.resource, violation.remedy)
            together.setdefault(violation.rule, {}).setdefault(about, []).append(violation)
        for policy in policies if together else ():
            level = self._levels[policy.id]
            if level == analyzer_pb2.REMEDIATE:
                level = analyzer_pb2.MANDATORY  # what is left when the remedy has been applied
            for (address, resource, remedy), violations in together.get(policy.id, {}).items():
                reasons = [f"{v.message} ({v.path})" if v.path else v.message for v in violations]
                # The catalogue's own words hold no secret; a short secret must not black them out.
                shown = remedy if remedy == policy.remediation else self._mask.hide(remedy)
                message = messages.text(self._mask.hide(resource), self._mask.hide(_INDENT.join(reasons)), shown)
                if level != analyzer_pb2.DISABLED:
                    yield messages.diagnostic(policy, level, message, address)

    def _not_applicable(self, applied: frozenset[str]) -> analyzer_pb2.AnalyzeResponse:
        """The rules that had nothing to judge, which the engine is not to count as passed."""
        response = analyzer_pb2.AnalyzeResponse()
        for policy in self._alone:
            if policy.id not in applied and self._levels[policy.id] != analyzer_pb2.DISABLED:
                response.not_applicable.add(policy_name=policy.id)
        return response


def _examine(examiner: Examiner, declared: Declared, registries: tuple[str, ...] | None) -> Judgement:
    return examiner.examine(declared, registries)


def _default_tags(provider: struct_pb2.Struct) -> Mapping[str, Any] | Unknown:
    """Nothing else is read of a provider: the rest may be credentials."""
    if _DEFAULT_TAGS not in provider.fields:
        return {}
    return default_tags({_DEFAULT_TAGS: plain_value(provider.fields[_DEFAULT_TAGS], [])})
