"""`trust.yaml`: who may sign what, parsed into frozen models with every mistake reported at once.

The file names authorities (people or processes, each with keys), and for every profile the rules that say which of
them have to sign the images of which repositories. See `policy_pack/trust.yaml` for an annotated example. An image
that no rule of the profile covers is refused: there is no default rule and no way to write one that trusts unsigned
images. Judging is left to `judge`, loading keys to `keys`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator

from guardrails.trust.errors import Malformed, TrustPolicyError, quoted
from guardrails.trust.key_source import KeySource, parse_source
from guardrails.trust.patterns import RepositoryPattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from guardrails.trust.reference import Repository

_T = TypeVar("_T")

_SCHEMA = "cartorio.trust/v1"


def _source(value: object) -> KeySource:
    return _parsed(parse_source, value)


def _pattern(value: object) -> RepositoryPattern:
    return _parsed(RepositoryPattern.parse, value)


def _parsed(parse: Callable[[str], _T], value: object) -> _T:
    if not isinstance(value, str):
        raise ValueError("a string is expected")  # noqa: TRY004 -- pydantic reports ValueError, not TypeError
    try:
        return parse(value)
    except Malformed as error:
        raise ValueError(str(error)) from error


Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=63)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)


class Key(_Model):
    """One public key of an authority.

    Attributes:
        source: where the key is kept, see `key_source`.
        not_before: the key counts from this moment on; always, when absent.
        not_after: the key stops counting at this moment; never, when absent. Both are compared with the time of the
            verification: a signature made by a bare key carries no time that could be believed.
    """

    source: Annotated[KeySource, PlainValidator(_source)]
    not_before: AwareDatetime | None = None
    not_after: AwareDatetime | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.not_before and self.not_after and self.not_before >= self.not_after:
            raise ValueError("not_before has to be earlier than not_after")
        return self

    def valid_at(self, now: datetime) -> bool:
        """Say whether the key counts at this moment."""
        return (self.not_before is None or self.not_before <= now) and (self.not_after is None or now < self.not_after)


class Authority(_Model):
    """Somebody whose signature means something; any one of the keys speaks for the authority."""

    description: str = ""
    keys: Annotated[tuple[Key, ...], Field(min_length=1, max_length=32, strict=False)]


class Requirement(_Model):
    """At least `threshold` distinct keys of these authorities have to have signed the image's digest."""

    authorities: Annotated[tuple[Name, ...], Field(min_length=1, max_length=32, strict=False)]
    threshold: Annotated[int, Field(ge=1, le=32)] = 1


class Rule(_Model):
    """Every one of the requirements has to be met by the images that the pattern covers."""

    name: Name
    images: Annotated[RepositoryPattern, PlainValidator(_pattern)]
    require: Annotated[tuple[Requirement, ...], Field(min_length=1, max_length=16, strict=False)]


class Profile(_Model):
    """The rules of one kind of environment; their order has no meaning."""

    rules: Annotated[tuple[Rule, ...], Field(min_length=1, strict=False)]


class TrustPolicy(_Model):
    """A whole trust policy."""

    version: Literal["cartorio.trust/v1"]
    authorities: Annotated[dict[Name, Authority], Field(min_length=1)]
    profiles: Annotated[dict[Name, Profile], Field(min_length=1)]

    def rule_for(self, profile: str, repository: Repository) -> Rule | None:
        """Find the most specific rule that covers a repository, or None: then its images are refused."""
        covering = [rule for rule in self.profiles[profile].rules if rule.images.covers(repository)]
        return max(covering, key=lambda rule: rule.images.specificity, default=None)


def load_policy(path: Path) -> TrustPolicy:
    """Read and check a trust policy.

    Raises:
        TrustPolicyError: with every mistake, each as `file:line: yaml.path: what is wrong`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TrustPolicyError([f"{path}: cannot be read: {error}"]) from error
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        document = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise TrustPolicyError([f"{path}: not YAML: {' '.join(str(error).split())}"]) from error
    if root is None:
        raise TrustPolicyError([f"{path}: the file is empty; it starts with `version: {_SCHEMA}`"])
    problems = list(_structure_problems(root, ""))
    if problems:
        raise TrustPolicyError(f"{path}:{line}: {where}" for line, where in problems)
    try:
        policy = TrustPolicy.model_validate(document)
    except ValidationError as error:
        raise TrustPolicyError(
            f"{path}:{_line(root, fault['loc'])}: {_path(fault['loc'])}: {_message(fault)}"
            for fault in _primary(error.errors(include_url=False))
        ) from error
    meaning = list(_meaning_problems(policy))
    if meaning:
        raise TrustPolicyError(f"{path}:{_line(root, loc)}: {_path(loc)}: {what}" for loc, what in meaning)
    return policy


def _structure_problems(node: yaml.Node, where: str) -> Iterator[tuple[int, str]]:
    """What PyYAML lets pass and no reader of the file would expect: repeated keys, merges and aliases."""
    seen_nodes: set[int] = set()

    def walk(node: yaml.Node, where: str) -> Iterator[tuple[int, str]]:
        line = node.start_mark.line + 1
        if id(node) in seen_nodes:
            yield line, f"{where or 'the document'}: anchors and aliases are not accepted here, write the value out"
            return
        seen_nodes.add(id(node))
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                name = str(key.value)
                place = f"{where}.{name}" if where else name
                if name in seen:
                    yield key.start_mark.line + 1, f"{place}: the key appears twice"
                seen.add(name)
                yield from walk(value, place)
        elif isinstance(node, yaml.SequenceNode):
            for position, value in enumerate(node.value):
                yield from walk(value, f"{where}[{position}]")

    yield from walk(node, where)


def _meaning_problems(policy: TrustPolicy) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Mistakes between parts of the file that are each well-formed."""
    for profile_name, profile in policy.profiles.items():
        names: set[str] = set()
        patterns: set[RepositoryPattern] = set()
        for index, rule in enumerate(profile.rules):
            place: tuple[str | int, ...] = ("profiles", profile_name, "rules", index)
            if rule.name in names:
                yield (*place, "name"), f"{rule.name!r} names an earlier rule of this profile too"
            if rule.images in patterns:
                yield (*place, "images"), f"an earlier rule of this profile has the same pattern {rule.images}"
            names.add(rule.name)
            patterns.add(rule.images)
            for number, requirement in enumerate(rule.require):
                yield from _requirement_problems(policy, requirement, (*place, "require", number))


def _requirement_problems(
    policy: TrustPolicy, requirement: Requirement, place: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    sources: set[str] = set()
    for index, name in enumerate(requirement.authorities):
        if name not in policy.authorities:
            known = ", ".join(sorted(policy.authorities))
            yield (*place, "authorities", index), f"there is no authority {name!r} (there are: {known})"
        elif name in requirement.authorities[:index]:
            yield (*place, "authorities", index), f"{name!r} is listed twice"
        else:
            sources.update(str(key.source) for key in policy.authorities[name].keys)
    if sources and requirement.threshold > len(sources):
        yield (
            (*place, "threshold"),
            f"{requirement.threshold} distinct keys are asked for, the authorities have {len(sources)}",
        )


def _primary(faults: list[Any]) -> list[Any]:
    """Drop the complaint that a list is too short where its only entries have faults of their own."""
    places = [fault["loc"] for fault in faults]
    return [
        fault
        for fault in faults
        if fault["type"] != "too_short"
        or not any(len(place) > len(fault["loc"]) and place[: len(fault["loc"])] == fault["loc"] for place in places)
    ]


def _message(fault: Any) -> str:  # noqa: ANN401 -- pydantic's ErrorDetails
    if fault["type"] == "extra_forbidden":
        return "there is no such setting"
    if fault["type"] == "missing":
        return "is missing"
    message = str(fault["msg"])
    if fault["type"] == "value_error":
        return message.removeprefix("Value error, ")  # our own validators show the value where it helps
    value = fault["input"]
    return f"{message} (not {quoted(value)})" if isinstance(value, str | int | float) else message


def _path(location: tuple[str | int, ...]) -> str:
    """Write a location as it is read in the file: `profiles.local.rules[0].images`."""
    text = ""
    for part in location:
        if part == "[key]":  # pydantic's mark for "the key itself, not its value"
            continue
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "the document"


def _line(node: yaml.Node, location: tuple[str | int, ...]) -> int:
    """Find the line of the deepest part of a location that the file has (1-based)."""
    line = node.start_mark.line + 1
    for part in location:
        if isinstance(part, int) and isinstance(node, yaml.SequenceNode) and part < len(node.value):
            node = node.value[part]
        elif isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(part)]
            if not found:
                return line
            key, node = found[0]
            line = key.start_mark.line + 1
            continue
        else:
            return line
        line = node.start_mark.line + 1
    return line
