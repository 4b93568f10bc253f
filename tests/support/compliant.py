"""A stack's whole program as data: what CrossGuard would see of it, and the verdict of the whole catalogue on it.

The program runs under Pulumi's mocks, the application's chart is rendered with the real helm, once. Others' charts are
empty stand-ins, as in a rehearsal (`pack/judged` says so of each). What CrossGuard shows to rules across resources are
outputs; here those are the inputs, which the outputs of these providers contain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import rpc

from components.stack import build
from guardrails.catalogue import CATALOGUE
from guardrails.examiner import Examiner, Surroundings
from guardrails.judge import Judgement
from guardrails.model import Profile
from guardrails.resources.aws_tags import default_tags
from guardrails.resources.base import Declared
from guardrails.resources.helm import RELEASE_TYPE, Renderer, StandInError
from guardrails.resources.reading import UNKNOWN, Asset
from guardrails.settings import read_settings
from tests.support.plan import run, values
from tests.support.policies import Said
from tests.support.stackfiles import ROOT, Project, config_of, image_policies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from guardrails.exemptions import Exemption
    from guardrails.model import ImageVerdict, Problem
    from guardrails.resources.base import Resource
    from tests.support.plan import Registered

    Parse = Callable[[Declared], tuple[Resource, ...]]

_AWS = "pulumi:providers:aws"
_OWN_CHART = "./"
_MOCKED = re.compile(r"^urn:pulumi:[^:]+::[^:]+::")


@dataclass(frozen=True)
class Program:
    """A program's resources, and what the pack would learn from outside.

    Attributes:
        declared: every resource.
        charts: the manifests of each release of the project's own chart, by the resource's name.
        unsigned: images that nobody signed; all others are trusted.
        problems: what is wrong with the exemptions file.
        exemptions: valid ones.
        configuration: what the stack's file says in clear text.
    """

    declared: tuple[Declared, ...]
    charts: Mapping[str, tuple[Any, ...]]
    unsigned: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    configuration: Mapping[str, str] = field(default_factory=dict)


def program(stack: str, folder: Path, *, preview: bool = False) -> Program:
    """The program of a stack, with its committed configuration. helm has to be on PATH.

    Args:
        stack: its name.
        folder: where the project is laid out.
        preview: as the first preview shows it: what other resources compute is not known, only where it comes from.
    """
    settings = Project(folder, stack).settings({"KUBECONFIG": "kubeconfig"})
    registered = run(lambda: build(settings, image_policies(settings)), stack=stack, preview=preview)[0].resources
    providers = {one.urn: _plain(one.inputs) for one in registered if one.type == _AWS}
    declared = tuple(_declared(one, stack, providers) for one in registered)
    renderer = Renderer(ROOT, read_settings(ROOT / "policy_pack" / "settings.yaml").kubernetes_version)
    charts = {
        one.name: renderer.render(one.name, one.properties)
        for one in declared
        if one.type == RELEASE_TYPE and str(one.properties.get("chart")).startswith(_OWN_CHART)
    }
    return Program(declared, charts, configuration=values(config_of(stack)))


def profile_of(stack: str) -> Profile:
    """The profile that a stack's file asks for."""
    return Profile(stack)


def _declared(one: Registered, stack: str, providers: Mapping[str, Any]) -> Declared:
    def real(urn: str) -> str:
        return _MOCKED.sub(f"urn:pulumi:{stack}::cartorio::", urn)

    return Declared(
        type=one.type,
        name=one.name,
        address=real(one.urn),
        properties=_plain(one.inputs),
        dependencies={key: tuple(map(real, urns)) for key, urns in one.sources.items()},
        protect=one.protect,
        ignored=one.ignore_changes,
        default_tags=default_tags(providers.get(one.provider.rpartition("::")[0], {})),
    )


def _plain(value: Any) -> Any:  # noqa: ANN401 - plain data
    """What a program gives a resource, as `guardrails.handed_over` has it."""
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    if isinstance(value, pulumi.StringAsset):
        return Asset("text", value.text)
    if isinstance(value, pulumi.FileAsset):
        return Asset("path", str(value.path))
    if isinstance(value, (pulumi.Asset, pulumi.Archive)):
        return Asset("uri", type(value).__name__)
    return UNKNOWN if value == rpc.UNKNOWN else value


@dataclass
class Court:
    """Judges programs by the whole catalogue; of a program that differs in little, only that is judged anew.

    Attributes:
        profile: the profile.
        now: the time of the run.
        exemptions: valid exemptions.
    """

    profile: Profile
    now: datetime
    exemptions: Sequence[Exemption] = ()
    signed: Callable[[str], bool] = lambda _image: True
    _known: dict[tuple[object, ...], tuple[object, Judgement]] = field(default_factory=dict)
    _parsed: dict[tuple[int, int], tuple[object, tuple[Resource, ...]]] = field(default_factory=dict)

    def judge(self, judged: Program) -> Judgement:
        """The verdict on every resource and on the stack."""
        examiner = _Remembering(self, judged)
        single = [self._single(one, judged, examiner) for one in judged.declared]
        parts = [*single, examiner.examine_stack(judged.declared)]
        return Judgement(
            violations=tuple(sorted({violation for part in parts for violation in part.violations})),
            exempted=tuple(pair for part in parts for pair in part.exempted),
            applied=frozenset().union(*(part.applied for part in parts)),
        )

    def parsed(self, one: Declared, judged: Program, parse: Parse) -> tuple[Resource, ...]:
        """The resources of a declaration, parsed once."""
        inside = _inside(one, judged)
        key = (id(one), id(inside))
        if key not in self._parsed:
            self._parsed[key] = ((one, inside), parse(one))
        return self._parsed[key][1]

    def _single(self, one: Declared, judged: Program, examiner: Examiner) -> Judgement:
        # By identity: what a mutation leaves alone is the very same object.
        inside = _inside(one, judged)
        key = (id(one), id(inside), judged.unsigned, judged.exemptions)
        if key not in self._known:
            self._known[key] = ((one, inside), examiner.examine(one))  # kept, so that no other gets its id
        return self._known[key][1]

    def surroundings(self, judged: Program) -> Surroundings:
        """What a program is judged in."""
        return Surroundings(
            settings=read_settings(ROOT / "policy_pack" / "settings.yaml"),
            exemptions=(*self.exemptions, *judged.exemptions),
            problems=judged.problems,
            renderer=_Rendered(judged.charts),
            verifier=lambda: _Notary(lambda image: image not in judged.unsigned and self.signed(image)),
            now=self.now,
            configuration=judged.configuration,
        )


class _Remembering(Examiner):
    """Parses nothing twice, in whichever program it stands."""

    def __init__(self, court: Court, judged: Program) -> None:
        super().__init__(CATALOGUE, court.profile, court.surroundings(judged))
        self._court = court
        self._program = judged

    def _parse(self, declared: Declared) -> tuple[Resource, ...]:
        return self._court.parsed(declared, self._program, super()._parse)


def _inside(one: Declared, judged: Program) -> object:
    """What its chart renders to, which a mutation may change."""
    return judged.charts.get(one.name) if one.type == RELEASE_TYPE else None


@dataclass(frozen=True)
class _Notary:
    signed: Callable[[str], bool]

    def verify(self, references: Iterable[str]) -> Mapping[str, ImageVerdict]:
        return {one: Said("trusted", (), "") if self.signed(one) else Said() for one in references}


@dataclass(frozen=True)
class _Rendered:
    charts: Mapping[str, tuple[Any, ...]]

    def render(self, name: str, properties: Mapping[str, Any]) -> tuple[Any, ...]:
        if name in self.charts:
            return self.charts[name]
        if str(properties.get("chart")).startswith(_OWN_CHART):
            return Renderer(ROOT, "1.36.3").render(name, properties)
        raise StandInError(f"{properties.get('chart')}: not in this project", "Rehearse where its source is reached.")


def without_stand_ins(judgement: Judgement) -> Judgement:
    """The judgement without what the empty charts of others are told of."""
    return replace(judgement, violations=tuple(v for v in judgement.violations if v.rule != "pack/judged"))
