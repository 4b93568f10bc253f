"""`trust.yaml` as frozen models: who may sign what, and which images need whose word. Reading the file: `policy_file`.

The file names authorities (people or processes, each with keys or identities), and for every profile the rules that
say which of them have to sign, and attest what about, the images of which repositories. `policy_pack/trust.yaml` is an
annotated example, `docs/trust.md` the reference. An image that no rule of the profile covers is refused: there is no
default rule and no way to write one that trusts unsigned images. Judging is left to `judge`, loading keys to
`key_loading`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AwareDatetime, Field, WithJsonSchema, model_validator

from guardrails.trust._models import Duration, Model, Name, parsed
from guardrails.trust.anchored import AnchoredPattern
from guardrails.trust.conditions import Condition
from guardrails.trust.errors import Malformed, quoted
from guardrails.trust.key_source import FileSource, KeySource, parse_source
from guardrails.trust.patterns import RepositoryPattern
from guardrails.trust.predicates import PredicateType, parse_predicate_type

if TYPE_CHECKING:
    from datetime import datetime

    from guardrails.trust.reference import Repository

_STRING_SCHEMA = WithJsonSchema({"type": "string"})


def _parse_file(text: str) -> FileSource:
    source = parse_source(text)
    if not isinstance(source, FileSource):
        raise Malformed(f"{quoted(text)}: write file:<path of a trusted_root.json>")
    return source


def _parse_issuer(text: str) -> str:
    if not text.startswith("https://") or len(text) == len("https://") or text != text.strip():
        raise Malformed(f"{quoted(text)}: an issuer is the https:// address that its tokens name, exactly")
    return text


class Demand(StrEnum):
    """Whether something has to be there; what is there is never taken for evidence unverified."""

    REQUIRED = "required"
    IGNORED = "ignored"


class Platforms(StrEnum):
    """What a rule asks of the images that a multi-platform index lists."""

    COVERED = "covered"
    """Nothing: the signed index names each by its digest."""
    EACH = "each"
    """Every one of them has to satisfy the rule itself, as well as the index."""


class Format(StrEnum):
    """How a signature is written and where it is kept."""

    LEGACY = "legacy"
    """cosign's older way, under a tag: what admission controllers read of keys."""
    BUNDLE = "bundle"
    """A sigstore bundle among the referrers."""


class Key(Model):
    """One public key of an authority, or all versions of one that its key service still trusts.

    Attributes:
        source: where the key is kept, see `key_source`.
        not_before: the key counts from this moment on; always, when absent.
        not_after: the key stops counting at this moment; never, when absent. Both are compared with the time of the
            signature where the authority asks for one that can be proven (`transparency`), else with the time of the
            verification: a signature made by a bare key carries no time that could be believed.
    """

    source: Annotated[KeySource, parsed(parse_source), _STRING_SCHEMA]
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


class Identity(Model):
    """Whom a certificate authority vouched for when a signature was made without a key of its own ("keyless").

    Attributes:
        issuer: the OpenID Connect issuer, exactly.
        subject: the certificate's subject alternative name (an e-mail address or URI), exactly.
        subject_pattern: instead of it, an anchored regular expression.
    """

    issuer: Annotated[str, parsed(_parse_issuer), _STRING_SCHEMA]
    subject: Annotated[str, Field(min_length=1, max_length=512)] | None = None
    subject_pattern: Annotated[AnchoredPattern, parsed(AnchoredPattern.parse), _STRING_SCHEMA] | None = None

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.subject is None) is (self.subject_pattern is None):
            raise ValueError("give either subject or subject_pattern")
        return self

    def covers(self, issuer: str, subject: str) -> bool:
        """Say whether it is this identity."""
        if issuer != self.issuer:
            return False
        return subject == self.subject if self.subject_pattern is None else self.subject_pattern.matches(subject)

    def __str__(self) -> str:
        return f"{self.subject or self.subject_pattern} (by {self.issuer})"


class Transparency(Model):
    """What has to be proven about the time of an authority's signatures, besides the signature itself.

    Attributes:
        root: the trust root (by its name under `roots`) with the logs and timestamp authorities that count.
        log: whether an entry of a transparency log (Rekor v1 or v2) that is about this very signature is needed.
        timestamp: whether a timestamp (RFC 3161) of the signature is needed.
    """

    root: Name
    log: Annotated[Demand, Field(strict=False)] = Demand.REQUIRED
    timestamp: Annotated[Demand, Field(strict=False)] = Demand.IGNORED


class Root(Model):
    """A trust root: certificate authorities, logs and timestamp authorities, as sigstore's `trusted_root.json`.

    Attributes:
        source: the file, relative to the folder of `trust.yaml`.
    """

    source: Annotated[FileSource, parsed(_parse_file), _STRING_SCHEMA]


class Authority(Model):
    """Somebody whose signature means something; any one of the keys or identities speaks for the authority.

    Attributes:
        description: for people.
        keys: public keys.
        identities: who signs with short-lived certificates; `transparency` says which roots issue them.
        transparency: what has to be proven besides; for keys nothing, unless given.
        formats: how its signatures are written; another one by its keys does not count. Where a cluster is to ask for
            them as well, the older format only (`admission`).
    """

    description: str = ""
    keys: Annotated[tuple[Key, ...], Field(max_length=32, strict=False)] = ()
    identities: Annotated[tuple[Identity, ...], Field(max_length=32, strict=False)] = ()
    transparency: Transparency | None = None
    formats: Annotated[tuple[Annotated[Format, Field(strict=False)], ...], Field(min_length=1, strict=False)] = (
        Format.LEGACY,
        Format.BUNDLE,
    )

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.keys and not self.identities:
            raise ValueError("an authority has keys or identities, at least 1 item")
        if self.identities and self.transparency is None:
            raise ValueError("identities need transparency: a trust root that says whose certificates count")
        if self.transparency is None:
            return self
        if self.identities and self.transparency.log is Demand.IGNORED:
            raise ValueError("identities need transparency.log: a certificate lives for minutes, the log proves when")
        if self.transparency.log is self.transparency.timestamp is Demand.IGNORED:
            raise ValueError("transparency asks for neither log nor timestamp: leave it out")
        return self


class Requirement(Model):
    """At least `threshold` distinct keys or identities of these authorities have to have signed the image's digest.

    Attributes:
        authorities: any of them.
        threshold: how many distinct keys (identities, for signatures with certificates).
        max_age: how old a signature may be; its time has to be proven, so that every authority needs `transparency`.
    """

    authorities: Annotated[tuple[Name, ...], Field(min_length=1, max_length=32, strict=False)]
    threshold: Annotated[int, Field(ge=1, le=32)] = 1
    max_age: Duration | None = None


class AttestationRequirement(Requirement):
    """At least `threshold` distinct keys of these authorities have to have attested what meets all conditions.

    Attributes:
        name: how other conditions of the rule refer to it (`same_as: sbom.id`).
        predicate: what kind of statement: a name of `predicates`, or the URI of any other predicate type.
        max_age: how old what is attested may be, by the time that the statement itself gives (`at`).
        where: conditions; all have to hold.
    """

    name: Name
    predicate: Annotated[PredicateType, parsed(parse_predicate_type), _STRING_SCHEMA]
    where: Annotated[tuple[Condition, ...], Field(max_length=32, strict=False)] = ()


class Rule(Model):
    """Every one of the requirements has to be met by the images that the pattern covers.

    Attributes:
        name: in verdicts.
        images: the repositories.
        require: signatures; there is always at least one requirement.
        attestations: statements about the image, in addition.
        platforms: what is asked of the images that an index lists.
    """

    name: Name
    images: Annotated[RepositoryPattern, parsed(RepositoryPattern.parse), _STRING_SCHEMA]
    require: Annotated[tuple[Requirement, ...], Field(min_length=1, max_length=16, strict=False)]
    attestations: Annotated[tuple[AttestationRequirement, ...], Field(max_length=8, strict=False)] = ()
    platforms: Annotated[Platforms, Field(strict=False)] = Platforms.COVERED

    @property
    def authorities(self) -> tuple[str, ...]:
        """All authorities that any of its requirements names, sorted."""
        return tuple(sorted({name for part in (*self.require, *self.attestations) for name in part.authorities}))


class Profile(Model):
    """The rules of one kind of environment; their order has no meaning."""

    rules: Annotated[tuple[Rule, ...], Field(min_length=1, strict=False)]


class TrustPolicy(Model):
    """A whole trust policy."""

    version: Literal["cartorio.trust/v1"]
    roots: dict[Name, Root] = Field(default_factory=dict)
    authorities: Annotated[dict[Name, Authority], Field(min_length=1)]
    profiles: Annotated[dict[Name, Profile], Field(min_length=1)]

    def rule_for(self, profile: str, repository: Repository) -> Rule | None:
        """Find the most specific rule that covers a repository, or None: then its images are refused."""
        covering = [rule for rule in self.profiles[profile].rules if rule.images.covers(repository)]
        return max(covering, key=lambda rule: rule.images.specificity, default=None)

    def formats_of(self, rule: Rule) -> frozenset[Format]:
        """The formats in which anything can count for a rule: all of them, where certificates do."""
        authorities = [self.authorities[name] for name in rule.authorities]
        if any(authority.identities for authority in authorities):
            return frozenset(Format)
        return frozenset(one for authority in authorities for one in authority.formats)
