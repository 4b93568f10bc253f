"""Reading `trust.yaml`: every mistake at once, each with its line and YAML path, or a whole policy.

What the models (`policy`) can say of one value they say; what is wrong between parts of the file is found here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from guardrails.trust.errors import TrustPolicyError, quoted
from guardrails.trust.policy import TrustPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from guardrails.trust.patterns import RepositoryPattern
    from guardrails.trust.policy import Requirement, Rule

_Place = tuple[str | int, ...]


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
        raise TrustPolicyError([f"{path}: the file is empty; it starts with `version: cartorio.trust/v1`"])
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


def _meaning_problems(policy: TrustPolicy) -> Iterator[tuple[_Place, str]]:
    """Mistakes between parts of the file that are each well-formed."""
    for name, authority in policy.authorities.items():
        if authority.transparency is not None and authority.transparency.root not in policy.roots:
            known = ", ".join(sorted(policy.roots)) or "none"
            what = f"there is no root {authority.transparency.root!r} under roots (there are: {known})"
            yield ("authorities", name, "transparency", "root"), what
    for profile_name, profile in policy.profiles.items():
        names: set[str] = set()
        patterns: set[RepositoryPattern] = set()
        for index, rule in enumerate(profile.rules):
            place: _Place = ("profiles", profile_name, "rules", index)
            if rule.name in names:
                yield (*place, "name"), f"{rule.name!r} names an earlier rule of this profile too"
            if rule.images in patterns:
                yield (*place, "images"), f"an earlier rule of this profile has the same pattern {rule.images}"
            names.add(rule.name)
            patterns.add(rule.images)
            for number, requirement in enumerate(rule.require):
                yield from _requirement_problems(policy, requirement, (*place, "require", number))
                yield from _age_problems(policy, requirement, (*place, "require", number))
            yield from _attestation_problems(policy, rule, place)


def _requirement_problems(policy: TrustPolicy, requirement: Requirement, place: _Place) -> Iterator[tuple[_Place, str]]:
    sources: set[str] = set()
    unbounded = False  # a pattern of identities may be any number of signers; the versions of a key are one
    for index, name in enumerate(requirement.authorities):
        if name not in policy.authorities:
            known = ", ".join(sorted(policy.authorities))
            yield (*place, "authorities", index), f"there is no authority {name!r} (there are: {known})"
        elif name in requirement.authorities[:index]:
            yield (*place, "authorities", index), f"{name!r} is listed twice"
        else:
            authority = policy.authorities[name]
            sources.update(str(key.source) for key in authority.keys)
            sources.update(str(identity) for identity in authority.identities)
            unbounded |= any(identity.subject is None for identity in authority.identities)
    if sources and requirement.threshold > len(sources) and not unbounded:
        what = f"{requirement.threshold} distinct keys are asked for, the authorities have {len(sources)}"
        yield (*place, "threshold"), what


def _age_problems(policy: TrustPolicy, requirement: Requirement, place: _Place) -> Iterator[tuple[_Place, str]]:
    if requirement.max_age is None:
        return
    for name in requirement.authorities:
        authority = policy.authorities.get(name)
        if authority is not None and authority.transparency is None:
            what = f"a signature of {name!r} has no time that could be believed: give the authority transparency"
            yield (*place, "max_age"), what


def _attestation_problems(policy: TrustPolicy, rule: Rule, place: _Place) -> Iterator[tuple[_Place, str]]:
    names = [attestation.name for attestation in rule.attestations]
    for number, attestation in enumerate(rule.attestations):
        where = (*place, "attestations", number)
        if attestation.name in names[:number]:
            yield (*where, "name"), f"{attestation.name!r} names an earlier attestation of this rule too"
        yield from _requirement_problems(policy, attestation, where)
        for index, condition in enumerate(attestation.where):
            other = condition.same_as.attestation if condition.same_as else attestation.name
            if other not in names:
                known = ", ".join(sorted(set(names)))
                what = f"the rule asks for no attestation {other!r} (it asks for: {known})"
                yield (*where, "where", index, "same_as"), what
            elif condition.same_as and other == attestation.name:
                yield (*where, "where", index, "same_as"), "an attestation cannot be compared with itself"


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
