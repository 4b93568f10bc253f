"""What Pulumi's engine does with a plugin, for one resource at a time, over the real protocol.

It keeps what the engine keeps (id, checked inputs, outputs) and asks in the engine's order: Check, Diff, then Create,
Update or a replacement. https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import grpc

from lab.providers.kit.process import start
from lab.providers.kit.protocol import provider_pb2, provider_pb2_grpc, status_pb2
from lab.providers.kit.values import marshal, unmarshal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.providers.model import Provider

_SEED = bytes(range(32))


class RefusedError(Exception):
    """The plugin said no: the message is the one that a person would see."""


class UnfinishedError(Exception):
    """The plugin made or changed the resource, but not as asked."""

    def __init__(self, stack: Managed, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.resource = stack
        self.reasons = reasons


@dataclass(frozen=True)
class Managed:
    """One resource in the engine's state."""

    token: str
    name: str
    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]

    @property
    def urn(self) -> str:
        """Its URN in a stack of the tests' own."""
        return f"urn:pulumi:test::test::{self.token}::{self.name}"

    @property
    def given(self) -> dict[str, Any]:
        """The inputs without the provider's bookkeeping."""
        return {name: value for name, value in self.inputs.items() if not name.startswith("__")}


@dataclass(frozen=True)
class Change:
    """A Diff answer."""

    paths: frozenset[str]
    replaces: frozenset[str]
    delete_first: bool

    @property
    def any(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.paths)


class Engine:
    """An engine with one plugin."""

    def __init__(self, stub: Any) -> None:  # noqa: ANN401 - grpc's stubs have no types
        self._stub = stub

    def configure(self, **settings: Any) -> None:  # noqa: ANN401 - JSON
        """Check and take the provider's settings."""
        checked = self._call(
            "CheckConfig", provider_pb2.CheckRequest(urn="urn:pulumi:t::t::pulumi:providers:x::p", news=_bag(settings))
        )
        _refuse(checked.failures)
        self._call("Configure", provider_pb2.ConfigureRequest(args=checked.inputs, acceptSecrets=True))

    def check(
        self, token: str, name: str, inputs: Mapping[str, Any], old: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The checked inputs; RefusedError names every property that is wrong."""
        blank = Managed(token, name, "", {}, {})
        request = provider_pb2.CheckRequest(
            urn=blank.urn, name=name, type=token, olds=_bag(old or {}), news=_bag(inputs), randomSeed=_SEED
        )
        answer = self._call("Check", request)
        _refuse(answer.failures)
        return dict(unmarshal(answer.inputs))

    def preview(self, token: str, name: str, inputs: Mapping[str, Any], old: Managed | None = None) -> dict[str, Any]:
        """The outputs that a create, or an update of `old`, would have."""
        checked = self.check(token, name, inputs, old.inputs if old else None)
        if old is None:
            request = provider_pb2.CreateRequest(
                urn=Managed(token, name, "", {}, {}).urn, properties=_bag(checked), preview=True
            )
            return dict(unmarshal(self._call("Create", request).properties))
        update = provider_pb2.UpdateRequest(
            id=old.id,
            urn=old.urn,
            olds=_bag(old.outputs),
            news=_bag(checked),
            old_inputs=_bag(old.inputs),
            preview=True,
        )
        return dict(unmarshal(self._call("Update", update).properties))

    def create(self, token: str, name: str, inputs: Mapping[str, Any]) -> Managed:
        """Check and create."""
        checked = self.check(token, name, inputs)
        blank = Managed(token, name, "", checked, {})
        answer = self._call("Create", provider_pb2.CreateRequest(urn=blank.urn, properties=_bag(checked)), blank)
        return replace(blank, id=answer.id, outputs=dict(unmarshal(answer.properties)))

    def diff(self, old: Managed, inputs: Mapping[str, Any]) -> Change:
        """What `inputs` would change."""
        checked = self.check(old.token, old.name, inputs, old.inputs)
        answer = self._call(
            "Diff",
            provider_pb2.DiffRequest(
                id=old.id, urn=old.urn, olds=_bag(old.outputs), news=_bag(checked), old_inputs=_bag(old.inputs)
            ),
        )
        return Change(frozenset(answer.detailedDiff), frozenset(answer.replaces), answer.deleteBeforeReplace)

    def update(self, old: Managed, inputs: Mapping[str, Any]) -> Managed:
        """Check and update in place; there must be something to do and nothing that replaces."""
        change = self.diff(old, inputs)
        if not change.any or change.replaces:
            raise AssertionError(f"no update in place: {change}")
        checked = self.check(old.token, old.name, inputs, old.inputs)
        request = provider_pb2.UpdateRequest(
            id=old.id, urn=old.urn, olds=_bag(old.outputs), news=_bag(checked), old_inputs=_bag(old.inputs)
        )
        answer = self._call("Update", request, replace(old, inputs=checked))
        return replace(old, inputs=checked, outputs=dict(unmarshal(answer.properties)))

    def refresh(self, old: Managed) -> Managed | None:
        """Read it again; None when it is gone."""
        request = provider_pb2.ReadRequest(
            id=old.id, urn=old.urn, properties=_bag(old.outputs), inputs=_bag(old.inputs)
        )
        answer = self._call("Read", request, old)
        if not answer.id:
            return None
        outputs, inputs = dict(unmarshal(answer.properties)), dict(unmarshal(answer.inputs))
        return replace(old, id=answer.id, outputs=outputs, inputs=inputs)

    def find(self, token: str, resource_id: str, name: str = "found") -> Managed | None:
        """Import it, or look it up: read with nothing but an id; None when there is none."""
        return self.refresh(Managed(token, name, resource_id, {}, {}))

    def delete(self, old: Managed) -> None:
        """Delete it."""
        request = provider_pb2.DeleteRequest(
            id=old.id, urn=old.urn, properties=_bag(old.outputs), old_inputs=_bag(old.inputs)
        )
        self._call("Delete", request)

    def invoke(self, token: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Call a look-up."""
        answer = self._call("Invoke", provider_pb2.InvokeRequest(tok=token, args=_bag(arguments)))
        _refuse(answer.failures)
        return dict(unmarshal(getattr(answer, "return")))

    def _call(self, method: str, request: Any, resource: Managed | None = None) -> Any:  # noqa: ANN401 - see above
        try:
            return getattr(self._stub, method)(request, timeout=60)
        except grpc.RpcError as error:
            trailers = {item.key: item.value for item in error.trailing_metadata() or ()}
            packed = trailers.get("grpc-status-details-bin")
            if packed and resource is not None:
                status = status_pb2.Status()
                status.ParseFromString(packed)
                detail = provider_pb2.ErrorResourceInitFailed()
                if status.details[0].Unpack(detail):
                    partial = replace(
                        resource,
                        id=detail.id,
                        outputs=dict(unmarshal(detail.properties)),
                        inputs=dict(unmarshal(detail.inputs)),
                    )
                    raise UnfinishedError(partial, tuple(detail.reasons)) from error
            raise RefusedError(error.details()) from error


@contextmanager
def serving(provider: Provider) -> Iterator[Engine]:
    """An engine connected to `provider`, served in this process until the end of the block."""
    server, port = start(provider)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield Engine(provider_pb2_grpc.ResourceProviderStub(channel))
    finally:
        server.stop(None).wait()


def _bag(properties: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a protobuf Struct
    return marshal(dict(properties))


def _refuse(failures: Any) -> None:  # noqa: ANN401 - protobuf
    if failures:
        raise RefusedError("\n".join(": ".join(filter(None, (one.property, one.reason))) for one in failures))
