"""Tags: what the provider adds to and ignores in a resource's own, and how each service takes and gives them.

As in pulumi-aws: `tags` are the program's, `tagsAll` are those over the provider's `defaultTags`; keys that
`ignoreTags` names, and AWS's own (`aws:`), are neither shown nor touched.
Source: https://github.com/pulumi/pulumi-aws/blob/master/provider/tags.go
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lab.providers.aws.shapes import Pairs
from lab.providers.model import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api

_RESERVED = "aws:"
_PAIRS = Pairs()


@dataclass(frozen=True)
class TagRules:
    """The provider's own say: `defaultTags` and `ignoreTags`. `unknown`: a preview does not know them yet."""

    defaults: Mapping[str, str] = field(default_factory=dict)
    ignored_keys: frozenset[str] = frozenset()
    ignored_prefixes: tuple[str, ...] = ()
    unknown: bool = False

    def merged(self, tags: Any) -> Any:  # noqa: ANN401 - may be UNKNOWN
        """`tagsAll` of a resource with these `tags`; UNKNOWN when any of it is."""
        if self.unknown or isinstance(tags, Unknown):
            return UNKNOWN
        own = tags or {}
        if any(isinstance(value, Unknown) for value in own.values()):
            return UNKNOWN
        return self.shown({**self.defaults, **own})

    def shown(self, tags: Mapping[str, str]) -> dict[str, str]:
        """The tags that are not ignored, sorted."""
        return {name: tags[name] for name in sorted(tags) if not self._ignored(name)}

    def own(self, everything: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
        """What of `everything` are the resource's own: not the defaults, unless `known` repeats them."""
        return {
            name: value
            for name, value in everything.items()
            if self.defaults.get(name) != value or known.get(name) == value
        }

    def _ignored(self, name: str) -> bool:
        return (
            name.startswith(_RESERVED)
            or name in self.ignored_keys
            or any(name.startswith(prefix) for prefix in self.ignored_prefixes)
        )


@dataclass(frozen=True)
class Tagging:
    """How a service tags: three operations, the parameter that names the resource, and the form of a tag list.

    `by` is the property that names the resource in them ("id" for its id), `at_create` the parameter of the create
    operation that takes tags, None when it takes none. `pairs` None means that tags are a map there too.
    """

    by: str
    target: str
    pairs: Pairs | None = _PAIRS
    listing: str = "list_tags_for_resource"
    adding: str = "tag_resource"
    removing: str = "untag_resource"
    tags: str = "Tags"
    keys: str = "TagKeys"
    at_create: str | None = "Tags"

    def creation(self, tags: Mapping[str, str]) -> dict[str, Any]:
        """The parameters of the create operation that carry the tags."""
        return {self.at_create: self._encoded(tags)} if self.at_create and tags else {}

    def read(self, api: Api, target: str) -> dict[str, str]:
        """All tags that the resource has."""
        found = api(self.listing, **{self.target: target}).get(self.tags) or ()
        return self.pairs.from_api(found) if self.pairs else dict(found)

    def write(self, api: Api, target: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        """Make the tags `new` that were `old`; others stay."""
        gone = sorted(set(old) - set(new))
        if gone:
            api(self.removing, **{self.target: target, self.keys: gone})
        changed = {name: value for name, value in new.items() if old.get(name) != value}
        if changed:
            api(self.adding, **{self.target: target, self.tags: self._encoded(changed)})

    def _encoded(self, tags: Mapping[str, str]) -> Any:  # noqa: ANN401 - list or map, as the service wants
        return self.pairs.to_api(tags) if self.pairs else dict(tags)


@dataclass(frozen=True)
class WholeTagging(Tagging):
    """A service that only takes the whole set of tags at once (S3's buckets)."""

    def read(self, api: Api, target: str) -> dict[str, str]:
        """All tags; the service calls none an error."""
        from lab.providers.aws.cloud import ApiError

        try:
            return super().read(api, target)
        except ApiError as error:
            if error.code == "NoSuchTagSet":
                return {}
            raise

    def write(self, api: Api, target: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        """Replace the set, keeping what neither `old` nor `new` speaks of (ignored tags, AWS's own)."""
        present = self.read(api, target)
        wanted = {name: value for name, value in present.items() if name not in old} | dict(new)
        if wanted == present:
            return
        if wanted:
            api(self.adding, **{self.target: target, "Tagging": {self.tags: self._encoded(wanted)}})
        else:
            api(self.removing, **{self.target: target})
