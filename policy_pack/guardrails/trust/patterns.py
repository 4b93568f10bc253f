"""Repository patterns: which repositories a rule of `trust.yaml` speaks about, and which of two patterns is nearer.

A pattern is a registry followed by path segments, and it covers whole names only (it is anchored at both ends):

- the registry is literal, with its port if it has one; it can hold no wildcard, so no look-alike host is covered;
- `*` stands for exactly one segment, `**` (last only) for one or more; a segment is otherwise literal: `api-*` is
  refused when the policy is loaded.

Of two patterns that cover one name, the more specific is the one that is literal at the first segment where they
differ; `*` comes before `**`. Two different patterns that cover one name always differ that way, so there are no ties.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from guardrails.trust.errors import Malformed, quoted
from guardrails.trust.reference import parse_domain

if TYPE_CHECKING:
    from guardrails.trust.reference import Repository

_ONE: Final = "*"
_MORE: Final = "**"
_RANK: Final = {_MORE: 0, _ONE: 1}
_LITERAL_RANK: Final = 2
_SEGMENT_RE: Final = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class RepositoryPattern:
    """A parsed pattern."""

    domain: str
    segments: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> RepositoryPattern:
        """Read a pattern.

        Raises:
            Malformed: no registry, a wildcard in it, a tag or digest, `**` before the end, or a segment that is
                neither a wildcard nor a possible part of a repository's name.
        """
        domain_text, slash, path = text.partition("/")
        if not slash or not path:
            raise Malformed(f"{quoted(text)}: a pattern is <registry>/<path>, for example registry.example.com/team/**")
        if _ONE in domain_text:
            raise Malformed(f"{quoted(text)}: the registry takes no wildcard")
        domain = parse_domain(domain_text)
        if domain != domain_text:
            raise Malformed(f"{quoted(text)}: write the registry in lower case")
        if not any(c in domain for c in ".:") and domain != "localhost":
            raise Malformed(f"{quoted(text)}: {quoted(domain)} is not a registry; Docker Hub's is docker.io")
        segments = tuple(path.split("/"))
        for position, segment in enumerate(segments):
            if segment == _MORE and position != len(segments) - 1:
                raise Malformed(f"{quoted(text)}: ** stands only at the end")
            if segment not in _RANK and _SEGMENT_RE.fullmatch(segment) is None:
                raise Malformed(
                    f"{quoted(text)}: {quoted(segment)} is neither *, ** nor part of a repository's name "
                    "(wildcards stand for whole segments; tags and digests don't belong here)"
                )
        return cls(domain, segments)

    def covers(self, repository: Repository) -> bool:
        """Say whether the repository's whole name fits."""
        if repository.domain != self.domain:
            return False
        path = repository.path.split("/")
        fixed = self.segments[:-1] if self.segments[-1] == _MORE else self.segments
        if self.segments[-1] == _MORE:
            if len(path) < len(self.segments):
                return False
        elif len(path) != len(fixed):
            return False
        return all(segment in {_ONE, part} for segment, part in zip(fixed, path, strict=False))

    @property
    def specificity(self) -> tuple[int, ...]:
        """Larger is nearer, among patterns that cover one and the same name."""
        return tuple(_RANK.get(segment, _LITERAL_RANK) for segment in self.segments)

    def __str__(self) -> str:
        return "/".join((self.domain, *self.segments))
