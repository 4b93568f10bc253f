"""What `pulumi stack export` writes, as declarations.

Source of the format: https://github.com/pulumi/pulumi, sdk/go/common/apitype (`UntypedDeployment`, `DeploymentV3`,
`ResourceV3`); signatures of special values: sdk/go/common/resource/sig. The rules about single resources see what
was put in, the rules across resources what came out, as in a preview. A secret that the export keeps encrypted is a
value that nobody knows; one that it shows (`--show-secrets`) is judged, and shown by no report.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from delivery.policy.documents import UnreadableError
from delivery.policy.model import Item
from guardrails.resources.aws_tags import default_tags
from guardrails.resources.base import Declared
from guardrails.resources.reading import NOTHING, UNKNOWN, UNKNOWN_TEXTS, Asset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.resources.reading import Unknown

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of one, not one
_ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
_PROVIDER: Final = "pulumi:providers:aws"
_SHORTEST_SECRET: Final = 4
_JOINTS: Final = 3


def is_state(content: object) -> bool:
    """Whether a document is an export of a stack."""
    return isinstance(content, Mapping) and isinstance(content.get("deployment"), Mapping) and "kind" not in content


def resources(content: Mapping[str, Any], file: str, secrets: set[str]) -> Iterator[Item]:
    """The resources of an export, those that wait for their deletion left out.

    Args:
        content: the document.
        file: where it is from.
        secrets: learns the secrets that the export shows.

    Raises:
        UnreadableError: it is not one.
    """
    listed = content["deployment"].get("resources")
    if listed is None:
        listed = []
    if not isinstance(listed, list):
        raise UnreadableError("is no export of a stack: deployment.resources is no list")
    tags = dict(_provided(listed, secrets))
    for number, raw in enumerate(listed, 1):
        if not isinstance(raw, Mapping) or not isinstance(raw.get("urn"), str) or not isinstance(raw.get("type"), str):
            raise UnreadableError(f"is no export of a stack: resource {number} has no urn and type")
        if raw.get("delete") is True:
            continue
        urn = raw["urn"]
        if urn.count("::") < _JOINTS:
            raise UnreadableError(f"is no export of a stack: resource {number} has a URN that is none")
        given = tags.get(str(raw.get("provider")).rpartition("::")[0], NOTHING)
        put_in = replace(_declared(raw, "inputs", secrets), default_tags=given)
        came_out = replace(_declared(raw, "outputs", secrets), default_tags=given) if raw.get("outputs") else put_in
        yield Item(
            put_in, file, number, within=f"deployment.resources[{number - 1}].inputs", group=file, after=came_out
        )


def _provided(listed: list[Any], secrets: set[str]) -> Iterator[tuple[str, Mapping[str, Any] | Unknown]]:
    """The tags that each provider gives to everything, by its URN; a resource names it with an id behind."""
    for raw in listed:
        if isinstance(raw, Mapping) and raw.get("type") == _PROVIDER and isinstance(raw.get("inputs"), Mapping):
            yield str(raw.get("urn")), default_tags({"defaultTags": _plain(raw["inputs"].get("defaultTags"), secrets)})


def _declared(raw: Mapping[str, Any], key: str, secrets: set[str]) -> Declared:
    properties = raw.get(key) or {}
    sources = raw.get("propertyDependencies") or {}
    ignored = raw.get("ignoreChanges")
    if not isinstance(properties, Mapping) or not isinstance(sources, Mapping):
        raise UnreadableError(f"is no export of a stack: {key} of {raw['urn']} is no object")
    return Declared(
        type=raw["type"],
        name=raw["urn"].rpartition("::")[2],
        address=raw["urn"],
        properties={name: _plain(value, secrets) for name, value in properties.items()},
        dependencies={
            name: tuple(urn for urn in urns if isinstance(urn, str))
            for name, urns in sources.items()
            if isinstance(urns, list)
        },
        protect=raw.get("protect") is True,
        ignored=tuple(path for path in ignored if isinstance(path, str)) if isinstance(ignored, list) else (),
    )


def _plain(value: Any, secrets: set[str]) -> Any:  # noqa: ANN401 - plain data in, plain data out
    if isinstance(value, Mapping):
        if _SIGNATURE in value:
            return _special(value, secrets)
        return {key: _plain(member, secrets) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(member, secrets) for member in value]
    return UNKNOWN if isinstance(value, str) and value in UNKNOWN_TEXTS else value


def _special(value: Mapping[str, Any], secrets: set[str]) -> Any:  # noqa: ANN401 - plain data
    if value[_SIGNATURE] == _SECRET:
        return _opened(value, secrets)
    if value[_SIGNATURE] == _ASSET:
        return _asset(value)
    return Asset("uri", "archive or reference")  # archives, references to resources: no rule opens them


def _opened(value: Mapping[str, Any], secrets: set[str]) -> Any:  # noqa: ANN401 - plain data
    shown = value.get("plaintext")
    if not isinstance(shown, str):
        return UNKNOWN
    try:
        plain = json.loads(shown)
    except ValueError as error:
        raise UnreadableError("is no export of a stack: a secret in it is not JSON") from error
    secrets.update(_texts(plain))
    return _plain(plain, secrets)


def _texts(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if len(one) >= _SHORTEST_SECRET:
                yield one
        elif isinstance(one, Mapping):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _asset(value: Mapping[str, Any]) -> Asset:
    for kind in ("path", "text"):
        if isinstance(value.get(kind), str):
            return Asset("path" if kind == "path" else "text", value[kind])
    return Asset("uri", "remote")
