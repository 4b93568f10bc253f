"""A stack's whole program as data: what CrossGuard would see of it, and the verdict of the whole catalogue on it.

The program runs under Pulumi's mocks, the application's chart is rendered with the real helm, once. Others' charts are
empty stand-ins, as in a rehearsal (`pack/judged` says so of each). What CrossGuard shows to rules across resources are
outputs; here those are the inputs, which the outputs of these providers contain.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from components.stack import build
from guardrails.catalogue import CATALOGUE
from guardrails.examiner import Examiner, Surroundings
from guardrails.handed_over import plain
from guardrails.judge import Judgement
from guardrails.model import Profile
from guardrails.resources.aws_tags import default_tags
from guardrails.resources.base import Declared
from guardrails.resources.helm import RELEASE_TYPE, Renderer, StandInError
from guardrails.resources.reading import UNKNOWN
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
    from tests.support.plan import Registered

_KUBERNETES = "kubernetes:"
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


def program(stack: str, folder: Path) -> Program:
    """The program of a stack, with its committed configuration. helm has to be on PATH.

    Args:
        stack: its name.
        folder: where the project is laid out.
    """
    settings = Project(folder, stack).settings({"KUBECONFIG": "kubeconfig"})
    registered = run(lambda: build(settings, image_policies(settings)), stack=stack)[0].resources
    providers = {one.urn: plain(one.inputs) for one in registered if one.type == _AWS}
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
        properties=plain(one.inputs),
        dependencies={key: tuple(map(real, urns)) for key, urns in one.sources.items()},
        protect=one.protect,
        ignored=one.ignore_changes,
        default_tags=default_tags(providers.get(one.provider.rpartition("::")[0], {})),
    )


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

    def judge(self, judged: Program) -> Judgement:
        """The verdict on every resource and on the stack."""
        examiner = Examiner(CATALOGUE, self.profile, self._surroundings(judged))
        single = [self._single(one, judged, examiner) for one in judged.declared]
        parts = [*single, examiner.examine_stack(judged.declared)]
        return Judgement(
            violations=tuple(sorted({violation for part in parts for violation in part.violations})),
            exempted=tuple(pair for part in parts for pair in part.exempted),
            applied=frozenset().union(*(part.applied for part in parts)),
        )

    def _single(self, one: Declared, judged: Program, examiner: Examiner) -> Judgement:
        # By identity: what a mutation leaves alone is the very same object.
        inside = judged.charts.get(one.name) if one.type == RELEASE_TYPE else None
        key = (id(one), id(inside), judged.unsigned, judged.exemptions)
        if key not in self._known:
            self._known[key] = ((one, inside), examiner.examine(one))  # kept, so that no other gets its id
        return self._known[key][1]

    def _surroundings(self, judged: Program) -> Surroundings:
        return Surroundings(
            settings=read_settings(ROOT / "policy_pack" / "settings.yaml"),
            exemptions=(*self.exemptions, *judged.exemptions),
            problems=judged.problems,
            renderer=_Rendered(judged.charts),
            verifier=lambda: _Notary(lambda image: image not in judged.unsigned and self.signed(image)),
            now=self.now,
            configuration=judged.configuration,
        )


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


def before_the_cluster(judged: Program) -> Program:
    """The program as a preview shows it while there is no cluster: names that other objects give are not known yet."""
    return replace(judged, declared=tuple(_unnamed(one) if _KUBERNETES in one.type else one for one in judged.declared))


def _unnamed(one: Declared) -> Declared:
    properties = copy.deepcopy(dict(one.properties))
    for key, addresses in one.dependencies.items():
        given = {address.rpartition("::")[0].rpartition(":")[2] for address in addresses if _KUBERNETES in address}
        holders = properties[key] if isinstance(properties[key], list) else [properties[key]]
        for holder in holders:
            if key == "metadata" and "Namespace" in given:
                holder["namespace"] = UNKNOWN
            elif key in {"roleRef", "subjects"} and given - {"Namespace"}:
                holder["name"] = UNKNOWN
        if key == "namespace" and "Namespace" in given:
            properties[key] = UNKNOWN
    return replace(one, properties=properties)
