"""Pulumi's ResourceProvider service over a Provider: the protocol, and nothing that a schema does not say.

Protocol: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
A status code tells the engine whether the resource's fate is known: INTERNAL, UNKNOWN and DATA_LOSS mean that it isn't,
so a refusal is FAILED_PRECONDITION and only a defect of the provider is INTERNAL.
"""

from __future__ import annotations

import functools
import sys
import threading
import traceback
from typing import TYPE_CHECKING, NoReturn, TypeVar

import grpc
from google.protobuf import empty_pb2

from lab.providers.kit import check as checks
from lab.providers.kit import diff as diffs
from lab.providers.kit import outputs, wire
from lab.providers.kit.calls import call
from lab.providers.kit.protocol import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2
from lab.providers.kit.sdk_types import to_shape
from lab.providers.kit.shapes import Violation, violations
from lab.providers.kit.values import (
    UnsupportedValueError,
    Value,
    has_secret,
    has_unknown,
    marshal,
    reveal,
    secret,
    unmarshal,
)
from lab.providers.model import Function, IncompleteError, NotFoundError, ResourceError, ResourceType, Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lab.providers.kit.wire import Message
    from lab.providers.model import Provider

_Response = TypeVar("_Response")
_Context = grpc.ServicerContext


class _RefusedError(Exception):
    """A request that can't be served: its status and message go to the engine as they are."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def _rpc(
    method: Callable[[Servicer, Message, _Context], _Response],
) -> Callable[[Servicer, Message, _Context], _Response]:
    """Turn what a method raises into a status: a message for a person, never a traceback."""

    @functools.wraps(method)
    def served(self: Servicer, request: Message, context: _Context) -> _Response:
        try:
            return method(self, request, context)
        except _RefusedError as error:
            context.abort(error.code, str(error))
        except UnsupportedValueError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        except IncompleteError as error:
            self.abort_incomplete(request, error, context)
        except ResourceError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        except NotFoundError as error:
            context.abort(grpc.StatusCode.NOT_FOUND, str(error) or "the resource is not there")
        except Exception as error:  # noqa: BLE001 - whatever else is a defect, which must not end the plugin
            # Where, but not what: an unforeseen error may quote the values that it met, secret ones among them.
            traceback.print_tb(error.__traceback__, file=sys.stderr)
            what = f"the lab's provider {self.provider.name} failed in {method.__name__}"
            context.abort(grpc.StatusCode.INTERNAL, f"{what}: {type(error).__name__}; this is a defect of the provider")

    return served


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """The service; calls come in parallel from the server's threads."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._secrets = True
        self._stop = threading.Event()

    # The plugin itself

    @_rpc
    def Handshake(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002 - the protocol's name and shape
        """Agree on features."""
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=False, accept_outputs=False, supports_autonaming_configuration=True
        )

    @_rpc
    def GetPluginInfo(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Tell the version."""
        return plugin_pb2.PluginInfo(version=self.provider.version)

    @_rpc
    def Attach(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Accept the engine of a debugging session."""
        return empty_pb2.Empty()

    @_rpc
    def GetSchema(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Describe the package, as far as it is supported."""
        from lab.providers.kit.package_schema import package_schema

        return provider_pb2.GetSchemaResponse(schema=package_schema(self.provider))

    @_rpc
    def GetMapping(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Map nothing: only converters ask."""
        return provider_pb2.GetMappingResponse()

    @_rpc
    def GetMappings(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Map nothing: only converters ask."""
        return provider_pb2.GetMappingsResponse()

    @_rpc
    def Cancel(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Begin nothing new and tell handlers that wait."""
        self._stop.set()
        return empty_pb2.Empty()

    @_rpc
    def Parameterize(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Refuse."""
        self._unimplemented("parameters")

    @_rpc
    def Construct(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Refuse: components live in the program."""
        self._unimplemented(f"the component {request.type}")

    @_rpc
    def Call(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Refuse."""
        self._unimplemented(f"the method {request.tok}")

    @_rpc
    def List(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Refuse."""
        self._unimplemented(f"listing {request.token}")

    # Configuration

    @_rpc
    def CheckConfig(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Judge the explicit provider's settings."""
        given, found = checks.check_configuration(self.provider, unmarshal(request.news))
        return provider_pb2.CheckResponse(inputs=self._marshal(given), failures=wire.check_failures(found))

    @_rpc
    def DiffConfig(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Compare settings."""
        schema = Schema(inputs=self.provider.configuration)
        old = unmarshal(request.old_inputs if request.HasField("old_inputs") else request.olds)
        return wire.diff_response(diffs.difference(schema, old, unmarshal(request.news), request.ignoreChanges))

    @_rpc
    def Configure(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Take the settings; the engine does not call this while any of them is unknown."""
        self._secrets = request.acceptSecrets
        self.provider.configure(checks.configuration(self.provider, unmarshal(request.args)))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptResources=False,
            acceptOutputs=False,
            supports_autonaming_configuration=True,
        )

    # Resources

    @_rpc
    def Check(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Complete and judge a resource's inputs."""
        kind = self._type(request)
        try:
            news = unmarshal(request.news)
        except UnsupportedValueError as error:
            failure = Violation(error.path, str(error))
            return provider_pb2.CheckResponse(inputs=request.news, failures=wire.check_failures([failure]))
        inputs, found = checks.check(kind, news, unmarshal(request.olds), wire.naming_of(request))
        return provider_pb2.CheckResponse(inputs=self._marshal(inputs), failures=wire.check_failures(found))

    @_rpc
    def Diff(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Compare inputs; a state without inputs (an old engine's) is compared by its outputs."""
        schema = self._type(request).schema
        state = unmarshal(request.olds)
        old = unmarshal(request.old_inputs) if request.HasField("old_inputs") else outputs.inputs_of(schema, state)
        old.update({name: state[name] for name in schema.derived if name in state})
        found = diffs.difference(schema, old, unmarshal(request.news), request.ignoreChanges)
        return wire.diff_response(found, of_outputs=schema.derived.keys())

    @_rpc
    def Create(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Make a resource, or say what it would be."""
        kind = self._type(request)
        inputs = unmarshal(request.properties)
        if request.preview:
            shown = outputs.preview_create(kind.schema, inputs)
            return provider_pb2.CreateResponse(id="", properties=self._marshal(shown))
        self._refuse_when_stopping()
        with call(request.timeout, self._stop):
            state = kind.create(_plain(inputs))
        made = outputs.settled(kind.schema, state.properties, inputs)
        return provider_pb2.CreateResponse(id=state.id, properties=self._marshal(made))

    @_rpc
    def Update(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Change a resource, or say what it would be."""
        kind = self._type(request)
        inputs, old = unmarshal(request.news), unmarshal(request.olds)
        if request.preview:
            shown = outputs.preview_update(kind.schema, old, inputs)
            return provider_pb2.UpdateResponse(properties=self._marshal(shown))
        self._refuse_when_stopping()
        with call(request.timeout, self._stop):
            state = kind.update(request.id, _plain(old), _plain(inputs))
        made = outputs.settled(kind.schema, state.properties, inputs)
        return provider_pb2.UpdateResponse(properties=self._marshal(made))

    @_rpc
    def Read(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Tell how a resource is: for refresh, import and look-up. An empty id says that it is gone."""
        kind = self._type(request)
        inputs, old = unmarshal(request.inputs), unmarshal(request.properties)
        try:
            with call(request.timeout, self._stop):
                state = kind.read(request.id, _plain(old))
        except NotFoundError:
            return provider_pb2.ReadResponse(id="")
        new_inputs, found = outputs.refreshed(kind.schema, state.properties, inputs, old)
        return provider_pb2.ReadResponse(id=state.id, properties=self._marshal(found), inputs=self._marshal(new_inputs))

    @_rpc
    def Delete(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Remove a resource; it being gone is fine."""
        kind = self._type(request)
        self._refuse_when_stopping()
        try:
            with call(request.timeout, self._stop):
                kind.delete(request.id, _plain(unmarshal(request.properties)))
        except NotFoundError:
            pass
        return empty_pb2.Empty()

    # Functions

    @_rpc
    def Invoke(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Answer a look-up; what is asked with a secret is answered with secrets."""
        function = self._function(request.tok)
        given = checks.without_internal(unmarshal(request.args))
        found = list(_argument_violations(function, given))
        if found:
            return provider_pb2.InvokeResponse(failures=wire.failures(found))
        with call(0, self._stop):
            answer = function.call(reveal(given))
        shown = {name: secret(value) for name, value in answer.items()} if has_secret(given) else answer
        return provider_pb2.InvokeResponse(**{"return": self._marshal(shown)})

    @_rpc
    def StreamInvoke(self, request: Message, context: _Context) -> Message:  # noqa: N802, ARG002
        """Refuse."""
        self._unimplemented(f"the streaming function {request.tok}")

    # Helpers

    def _marshal(self, properties: Mapping[str, Value]) -> Message:
        return marshal(properties, secrets=self._secrets)

    def _type(self, request: Message) -> ResourceType:
        token = request.type or wire.urn_type(request.urn)
        kind = self.provider.types.get(token)
        if kind is None:
            self._unsupported("resource type", token, self.provider.types)
        return kind

    def _function(self, token: str) -> Function:
        function = self.provider.functions.get(token)
        if function is None:
            self._unsupported("function", token, self.provider.functions)
        return function

    def _unsupported(self, what: str, token: str, supported: Iterable[str]) -> NoReturn:
        known = ", ".join(sorted(supported)) or "none"
        message = f"the lab's provider {self.provider.name} does not support the {what} {token}; it supports {known}"
        raise _RefusedError(grpc.StatusCode.INVALID_ARGUMENT, message)

    def _unimplemented(self, what: str) -> NoReturn:
        message = f"the lab's provider {self.provider.name} does not support {what}"
        raise _RefusedError(grpc.StatusCode.UNIMPLEMENTED, message)

    def _refuse_when_stopping(self) -> None:
        if self._stop.is_set():
            raise _RefusedError(grpc.StatusCode.CANCELLED, "the operation was cancelled before it began")

    def abort_incomplete(self, request: Message, error: IncompleteError, context: _Context) -> NoReturn:
        """Report a resource that exists but isn't complete: the engine records it and its reasons."""
        schema = self._type(request).schema
        if isinstance(request, provider_pb2.ReadRequest):
            inputs, found = outputs.refreshed(
                schema, error.state.properties, unmarshal(request.inputs), unmarshal(request.properties)
            )
        else:
            asked = request.properties if isinstance(request, provider_pb2.CreateRequest) else request.news
            inputs = unmarshal(asked)
            found = outputs.settled(schema, error.state.properties, inputs)
        detail = provider_pb2.ErrorResourceInitFailed(
            id=error.state.id,
            properties=self._marshal(found),
            inputs=self._marshal(inputs),
            reasons=list(error.reasons),
        )
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
        status.details.add().Pack(detail)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(grpc.StatusCode.UNKNOWN, str(error))


def _plain(properties: dict[str, Value]) -> dict[str, Value]:
    """What a handler gets: no bookkeeping, no nulls, no secret wrappers, and never an unknown."""
    plain: dict[str, Value] = reveal(checks.without_internal(properties))
    if has_unknown(plain):
        names = ", ".join(sorted(name for name, value in plain.items() if has_unknown(value)))
        message = f"{names}: not known yet, though this is not a preview"
        raise _RefusedError(grpc.StatusCode.INVALID_ARGUMENT, message)
    return plain


def _argument_violations(function: Function, given: dict[str, Value]) -> Iterable[Violation]:
    for name, value in given.items():
        if name in function.inputs:
            yield from violations(to_shape(function.inputs[name]), value, (name,))
        else:
            known = ", ".join(sorted(function.inputs)) or "none"
            reason = (
                f"the lab's provider does not support the argument `{name}` of {function.token}; it supports {known}"
            )
            yield Violation((name,), reason)
