"""Runs a piece of the program under Pulumi's mocks and records what it registers."""

from __future__ import annotations

import asyncio
import contextvars
import json
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from unittest import mock

from pulumi.output import Unknown
from pulumi.runtime import mocks, rpc
from pulumi.runtime.proto import resource_pb2 as pb
from pulumi.runtime.stack import run_pulumi_func
from pulumi.runtime.sync_await import _sync_await

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


with warnings.catch_warnings():
    # On import, the vendor's package warns of its own deprecated modules; nothing here uses them.
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"pulumi_aws\.")
    import pulumi_aws

    _LOADED = pulumi_aws.s3.Bucket  # the package loads its parts when they are first used

# What the program reads back of a Deployment: somebody has scaled it.
_SCALED_BY_HAND = {
    "spec": {"replicas": 3},
    "metadata": {"managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {"f:replicas": {}}}}]},
}


def _answers() -> dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]]:
    """What the areas' own files in `answers/` say that a provider computes, by type."""
    found: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {}
    for file in sorted(Path(__file__).with_name("answers").glob("*.py")):
        found |= import_module(f"tests.support.answers.{file.stem}").ANSWERS
    return found


_ANSWERS = _answers()
_NOT_CONFIGURED = "kubernetes:"
# Given by the engine itself before anything is made, where the program gives none.
_PHYSICAL = frozenset({"bucket", "name"})
T = TypeVar("T")
ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Registered:
    """One registered resource, as the engine was asked for it."""

    urn: str
    type: str
    name: str
    parent: str
    provider: str
    custom: bool
    protect: bool
    depends_on: tuple[str, ...]
    inputs: dict[str, Any]
    secrets: tuple[str, ...]
    """Paths of the inputs that are secret, such as `stringData.session-key`."""
    ignore_changes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """URNs, and names of those that are given by their parts."""
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For each property the URNs that its value comes from."""

    @property
    def provider_name(self) -> str:
        """Name of the provider resource; empty when there is none."""
        return self.provider.split("::")[-2] if self.provider else ""


@dataclass
class Plan:
    """Everything that was registered, in the order of registration."""

    resources: list[Registered] = field(default_factory=list)
    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """What components registered as outputs, by URN; one entry a call."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    """Look-ups: token and provider."""
    reads: dict[str, str] = field(default_factory=dict)
    """Resources that are only read (`Type.get`): their ids by their names."""

    def of(self, type_: str) -> list[Registered]:
        """All resources of a type."""
        return [resource for resource in self.resources if resource.type == type_]

    def one(self, type_: str, name: str = "") -> Registered:
        """The one resource of a type, or of a type and a name."""
        found = [resource for resource in self.of(type_) if not name or resource.name == name]
        assert len(found) == 1, f"{len(found)} of {type_} {name}: {[resource.name for resource in self.resources]}"
        return found[0]

    def urns(self) -> dict[str, Registered]:
        """By URN."""
        return {resource.urn: resource for resource in self.resources}

    @property
    def components(self) -> list[Registered]:
        """The component resources."""
        return [resource for resource in self.resources if not resource.custom]


def policy_of(resource: Registered, key: str = "policy") -> dict[str, dict[str, Any]]:
    """The statements of a policy document among the inputs, by Sid."""
    return {statement["Sid"]: statement for statement in json.loads(resource.inputs[key])["Statement"]}


class _Cloud(mocks.Mocks):
    """Answers as the providers would, as far as the program looks at answers."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        state: dict[str, Any] = dict(args.inputs)
        service = args.typ.split(":")[1].split("/")[0]
        if args.typ.startswith("aws:"):
            state["arn"] = f"arn:aws:{service}:sa-east-1:{ACCOUNT}:{args.name}"
        if args.typ == "kubernetes:apps/v1:Deployment" and args.resource_id:
            state |= _SCALED_BY_HAND
        if args.typ in _ANSWERS:
            state |= _ANSWERS[args.typ](args.name, args.inputs)
        return f"{args.name}-id", state

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        answers: dict[str, dict[str, Any]] = {
            "aws:index/getCallerIdentity:getCallerIdentity": {
                "accountId": ACCOUNT,
                "arn": f"arn:aws:iam::{ACCOUNT}:user/somebody",
                "id": ACCOUNT,
                "userId": "AIDA",
            },
            "aws:secretsmanager/getSecretVersion:getSecretVersion": {"secretString": "of-the-secret"},
            "aws:index/getPartition:getPartition": {"partition": "aws", "dnsSuffix": "amazonaws.com", "id": "aws"},
        }
        return answers[args.token], []


class _Monitor(mocks.MockMonitor):
    """Pulumi's own mock monitor, which also writes down what it is asked.

    In a preview of a stack that is not there yet it answers as the engine does: no provider computes anything, AWS's
    echoes what it is given, and Kubernetes' says nothing, as there is no cluster to be configured for.
    """

    def __init__(self, plan: Plan, *, preview: bool = False) -> None:
        super().__init__(_Cloud())
        self._plan = plan
        self._preview = preview

    def Invoke(self, request: pb.ResourceInvokeRequest) -> pb.ResourceInvokeResponse:  # noqa: N802 - the protocol's name
        self._plan.calls.append((request.tok, request.provider))
        answer: pb.ResourceInvokeResponse = super().Invoke(request)  # type: ignore[no-untyped-call]
        return answer

    def RegisterResource(self, request: pb.RegisterResourceRequest) -> pb.RegisterResourceResponse:  # noqa: N802 - the protocol's name
        response = self._previewed(request) if self._preview else super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            raw = _marked(rpc.deserialize_properties(request.object, keep_unknowns=self._preview))
            secrets: list[str] = []
            self._plan.resources.append(
                Registered(
                    urn=response.urn,
                    type=request.type,
                    name=request.name,
                    parent=request.parent,
                    provider=request.provider,
                    custom=request.custom,
                    protect=request.protect,
                    depends_on=tuple(sorted(request.dependencies)),
                    inputs=_opened(raw, secrets),
                    secrets=tuple(secrets),
                    ignore_changes=tuple(request.ignoreChanges),
                    aliases=tuple(alias.urn or alias.spec.name for alias in request.aliases) + tuple(request.aliasURNs),
                    sources={key: tuple(of.urns) for key, of in request.propertyDependencies.items()},
                )
            )
        return response

    def _previewed(self, request: pb.RegisterResourceRequest) -> pb.RegisterResourceResponse:
        urn = self.make_urn(request.parent, request.type, request.name)
        if not request.custom or request.type.startswith(_NOT_CONFIGURED):
            return pb.RegisterResourceResponse(urn=urn)
        inputs = _marked(rpc.deserialize_properties(request.object, keep_unknowns=True))
        computed = _ANSWERS[request.type](request.name, inputs) if request.type in _ANSWERS else {}
        later = {key: value if key in _PHYSICAL else _later(value, inputs.get(key)) for key, value in computed.items()}
        state = {**inputs, **later}
        properties = _sync_await(rpc.serialize_properties(state, {}))  # as super does
        return pb.RegisterResourceResponse(urn=urn, object=properties)

    def ReadResource(self, request: pb.ReadResourceRequest) -> pb.ReadResourceResponse:  # noqa: N802 - the protocol's name
        assert request.provider, f"{request.name} is read by a provider of nobody's choice"
        assert request.parent, f"{request.name} is read without a parent"
        self._plan.reads[request.name] = request.id
        response: pb.ReadResourceResponse = super().ReadResource(request)  # type: ignore[no-untyped-call]
        return response

    def RegisterResourceOutputs(self, request: pb.RegisterResourceOutputsRequest) -> object:  # noqa: N802 - the protocol's name
        outputs = _opened(rpc.deserialize_properties(request.outputs, keep_unknowns=False), [])
        self._plan.outputs.setdefault(request.urn, []).append(outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]


def _marked(value: Any) -> Any:  # noqa: ANN401 - plain data
    """The value with unknowns as on the wire."""
    if isinstance(value, dict):
        return {key: _marked(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_marked(member) for member in value]
    return rpc.UNKNOWN if isinstance(value, Unknown) else value


def _later(computed: Any, given: Any) -> Any:  # noqa: ANN401 - plain data
    """What a provider computes, as a preview has it: what is given stays, all else is not known."""
    if isinstance(computed, dict) and isinstance(given, dict):
        return {key: _later(value, given.get(key)) for key, value in computed.items()}
    return given if computed == given else rpc.UNKNOWN


def _opened(properties: dict[str, Any], secrets: list[str]) -> dict[str, Any]:
    return {key: _open(value, (key,), secrets) for key, value in properties.items()}


def _open(value: object, path: tuple[str, ...], secrets: list[str]) -> object:
    if rpc.is_rpc_secret(value):
        secrets.append(".".join(path))
        return _open(rpc.unwrap_rpc_secret(value), path, secrets)
    if isinstance(value, dict):
        return {key: _open(item, (*path, str(key)), secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_open(item, (*path, str(index)), secrets) for index, item in enumerate(value)]
    return value


def run(program: Callable[[], T], *, stack: str = "test", preview: bool = False) -> tuple[Plan, T]:
    """Run `program` as the engine would, up to the last registration; in a preview, of a stack that is not there yet.

    What a preview cannot know is `rpc.UNKNOWN` among the inputs, as on the wire.

    Each run has a context of its own, so that one test's root stack and outstanding calls never reach the next.
    """
    return contextvars.copy_context().run(_run, program, stack, preview)


def _run(program: Callable[[], T], stack: str, preview: bool) -> tuple[Plan, T]:  # noqa: FBT001 - called by Context.run
    plan = Plan()
    result: list[T] = []
    loops = [asyncio.new_event_loop()]

    def own_loop() -> None:
        # The mocks ask for an event loop in every worker thread; one that we made is one that we can close.
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[-1])

    # An Output formatted into a string is an error, as in CI; the caller's cluster is nobody's business here.
    environment = {key: value for key, value in os.environ.items() if key != "KUBECONFIG"}
    environment["PULUMI_ERROR_OUTPUT_STRING"] = "1"
    try:
        asyncio.set_event_loop(loops[0])
        with (
            mock.patch.dict(os.environ, environment, clear=True),
            # One, so that calls are answered in the order in which they were made.
            ThreadPoolExecutor(max_workers=1, initializer=own_loop) as workers,
        ):
            loops[0].set_default_executor(workers)
            mocks.set_mocks(
                _Cloud(), project="cartorio", stack=stack, preview=preview, monitor=_Monitor(plan, preview=preview)
            )
            loops[0].run_until_complete(run_pulumi_func(lambda: result.append(program())))
    finally:
        asyncio.set_event_loop(None)
        for loop in loops:
            loop.close()
    return plan, result[0]


def values(settings: Mapping[str, Any]) -> dict[str, str]:
    """Configuration as the engine hands it over: text as it is, everything else as JSON."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in settings.items()}
