"""Between the protocol's messages and the kit's own values.

Messages: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.kit import diff as diffs
from lab.providers.kit import naming
from lab.providers.kit.protocol import provider_pb2
from lab.providers.kit.values import format_path

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from lab.providers.kit.shapes import Violation

Message = Any
"""A protobuf message: the generated classes have no types here."""


def urn_type(urn: str) -> str:
    """The type in `urn:pulumi:stack::project::parent$type::name`."""
    parts = urn.split("::")
    return parts[2].rpartition("$")[2] if len(parts) > 3 else ""  # noqa: PLR2004 - the URN's four parts


def _urn_name(urn: str) -> str:
    return "::".join(urn.split("::")[3:])


def naming_of(request: Message) -> naming.Naming:
    """What a CheckRequest says of automatic names."""
    logical = request.name or _urn_name(request.urn)
    if not request.HasField("autonaming"):
        return naming.Naming(logical, request.randomSeed)
    options = provider_pb2.CheckRequest.AutonamingOptions
    mode = {
        options.PROPOSE: naming.Mode.PROPOSE,
        options.ENFORCE: naming.Mode.ENFORCE,
        options.DISABLE: naming.Mode.DISABLE,
    }[request.autonaming.mode]
    return naming.Naming(logical, request.randomSeed, mode, request.autonaming.proposed_name)


def check_failures(found: Iterable[Violation]) -> list[Message]:
    """The path goes into the reason, and `property` stays empty: the engine prints that property's value.

    Whether it is a secret does not stop it: an input that `Schema.secrets` names comes plainly from the program.
    (pkg/v3 v3.259.0, resource/deploy/step_generator.go, issueCheckFailures)
    """
    return [
        provider_pb2.CheckFailure(reason=f"{format_path(violation.path)}: {violation.reason}") for violation in found
    ]


def failures(found: Iterable[Violation]) -> list[Message]:
    """For look-ups: SDKs print the property's path behind the reason."""
    return [
        provider_pb2.CheckFailure(property=format_path(violation.path), reason=violation.reason) for violation in found
    ]


_PROPERTY_KINDS = {
    (diffs.Kind.ADD, False): provider_pb2.PropertyDiff.ADD,
    (diffs.Kind.ADD, True): provider_pb2.PropertyDiff.ADD_REPLACE,
    (diffs.Kind.DELETE, False): provider_pb2.PropertyDiff.DELETE,
    (diffs.Kind.DELETE, True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    (diffs.Kind.UPDATE, False): provider_pb2.PropertyDiff.UPDATE,
    (diffs.Kind.UPDATE, True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


def diff_response(found: diffs.Difference, of_outputs: Container[str] = ()) -> Message:
    """A DiffResponse; changes of the properties `of_outputs` are ones between outputs."""
    detailed = {
        format_path(change.path): provider_pb2.PropertyDiff(
            kind=_PROPERTY_KINDS[change.kind, change.replaces], inputDiff=change.path[0] not in of_outputs
        )
        for change in found.changes
    }
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if found.changes else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=sorted({str(change.path[0]) for change in found.changes}),
        replaces=found.replaces,
        detailedDiff=detailed,
        hasDetailedDiff=True,
        deleteBeforeReplace=found.delete_before_replace,
    )
