"""The trust policy as objects of sigstore's policy-controller: what a cluster admits by the same rules as the pack.

A pure function: policy, profile and keys in, policies out, or every reason why there can be none. None of them asks
for less than the rule that it comes from; what policy-controller cannot express is an error here, which says so.
Format: https://github.com/sigstore/policy-controller/blob/v0.13.1/docs/api-types/index-v1alpha1.md (the version that is
stored; the other one is converted to it by a webhook).

How the two differ, and what becomes of it:
- It asks that *all* policies about an image are satisfied, each by any one authority. The most specific rule alone
  decides here: rules that overlap are refused. `threshold` of n keys becomes a policy for every n - threshold + 1 of
  them, of which one each has to have signed; that needs the keys themselves, lest one stands there under two names.
- It reads cosign's older signatures of keys only, no bundles: a rule whose authorities say nothing about the format of
  their signatures is refused, since the pack would take a bundle that the cluster does not.
- A key has no end there: one with `not_after` ahead is refused, one that does not count yet is left out.
- Whatever a later version of the policy's format adds is refused until it is translated: nothing is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from guardrails.trust.errors import TrustPolicyError
from guardrails.trust.key_source import KmsSource
from guardrails.trust.policy import Format
from guardrails.trust.reference import DOCKER_HUB

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from pydantic import BaseModel

    from guardrails.trust.patterns import RepositoryPattern
    from guardrails.trust.policy import Authority, Key, Requirement, Rule, TrustPolicy

API_VERSION: Final = "policy.sigstore.dev/v1alpha1"
KIND: Final = "ClusterImagePolicy"

_LEGACY: Final = Format.LEGACY.value
_MOST: Final = 32
"""Policies of one requirement: what a threshold may come to."""
_HUB: Final = "index.docker.io"
_KMS: Final = "awskms:///"
_SHA256: Final = "sha256"
_TRANSLATED: Final[Mapping[str, Collection[str]]] = {
    "Rule": {"name", "images", "require"},
    "Requirement": {"authorities", "threshold"},
    "Authority": {"description", "keys", "formats"},
    "Key": {"source", "not_before", "not_after"},
}
_WHY: Final = {
    "attestations": "conditions on attestations are not translated",
    "identities": "identities are not translated",
    "transparency": "proofs of the time of signing are not translated",
    "max_age": "it knows no age of a signature",
    "platforms": "it does not look into an index",
}


@dataclass(frozen=True, slots=True)
class ResolvedKey:
    """A public key that is at hand.

    Attributes:
        pem: the key (SubjectPublicKeyInfo).
        fingerprint: its identity.
        hash: what it hashes with: `sha256`, ...
    """

    pem: str
    fingerprint: str
    hash: str


@dataclass(frozen=True, slots=True)
class ImageKey:
    """A key as an object names it.

    Attributes:
        name: of the authority that it speaks for, with a number: as refusals show it.
        data: the key itself (PEM); empty for one that policy-controller asks KMS for.
        kms: alias, id or ARN of that one.
        hash_algorithm: of its signatures.
    """

    name: str
    data: str
    kms: str
    hash_algorithm: str


@dataclass(frozen=True, slots=True)
class ImagePolicy:
    """A ClusterImagePolicy: one of the keys has to have signed an image that one of the globs covers.

    Attributes:
        name: its name in the cluster.
        globs: of whole references.
        keys: by any of which an image is signed.
    """

    name: str
    globs: tuple[str, ...]
    keys: tuple[ImageKey, ...]

    def manifest(self, place: str) -> dict[str, Any]:
        """The object.

        Args:
            place: `arn:aws:kms:<region>:<account>` of keys that are named by alias or id: it takes ARNs only.
        """
        authorities = [
            {
                "name": key.name,
                "key": {
                    **({"data": key.data} if key.data else {"kms": f"{_KMS}{_arn(key.kms, place)}"}),
                    "hashAlgorithm": key.hash_algorithm,
                },
                "signatureFormat": _LEGACY,
            }
            for key in self.keys
        ]
        spec = {"mode": "enforce", "images": [{"glob": glob} for glob in self.globs], "authorities": authorities}
        return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": self.name}, "spec": spec}


class AdmissionError(TrustPolicyError):
    """The policy cannot be expressed; `problems` has every reason."""


def image_policies(
    policy: TrustPolicy, profile: str, keys: Mapping[str, Sequence[ResolvedKey]], now: datetime
) -> tuple[ImagePolicy, ...]:
    """What a profile becomes in a cluster.

    Args:
        policy: the trust policy.
        profile: its profile.
        keys: by source, the keys that are at hand, and are then written out. A key in AWS KMS that is not is named, and
            policy-controller asks KMS itself, again and again: what the pack reads by the name, it reads, too.
        now: the time, with its zone.

    Raises:
        AdmissionError: something of it has no expression there.
    """
    made: list[ImagePolicy] = []
    problems: list[str] = []
    if profile not in policy.profiles:
        raise AdmissionError([f"profiles: there is no profile {profile!r}"])
    rules = policy.profiles[profile].rules
    for one, other in combinations(rules, 2):
        if _overlap(one.images, other.images):
            problems.append(
                f"rules {one.name} and {other.name} both cover some repositories: policy-controller would ask for both,"
                " where the more specific one decides here"
            )
    for rule in rules:
        translation = _Translation(policy, profile, rule, keys, now)
        made += translation.policies()
        problems += translation.problems
    if problems:
        raise AdmissionError(f"profile {profile}: {problem}" for problem in dict.fromkeys(problems))
    return tuple(made)


# A key, and what identifies it where that is known.
_Signer: TypeAlias = tuple[ImageKey, str | None]


class _Translation:
    """One rule on its way to its policies."""

    def __init__(
        self,
        policy: TrustPolicy,
        profile: str,
        rule: Rule,
        keys: Mapping[str, Sequence[ResolvedKey]],
        now: datetime,
    ) -> None:
        self._policy, self._profile, self._rule = policy, profile, rule
        self._keys, self._now = keys, now
        self.problems: list[str] = []

    def policies(self) -> list[ImagePolicy]:
        """The rule's policies; `problems` says what is missing of them."""
        self._untranslated(self._rule, "")
        made: list[ImagePolicy] = []
        for number, requirement in enumerate(self._rule.require, 1):
            where = f"require[{number - 1}]"
            self._untranslated(requirement, where)
            signers = self._signers(requirement)
            alternatives = self._alternatives(requirement, signers, where)
            for count, chosen in enumerate(alternatives, 1):
                suffix: tuple[int, ...] = (number,) if len(self._rule.require) > 1 else ()
                suffix += (count,) if len(alternatives) > 1 else ()
                name = "-".join(("cartorio", self._profile, self._rule.name, *map(str, suffix)))
                made.append(ImagePolicy(name, _globs(self._rule.images), tuple(key for key, _ in chosen)))
        return made

    def _untranslated(self, part: BaseModel, where: str) -> None:
        """Whatever is set and not known here: a weaker object must not come of it."""
        fields = type(part).model_fields
        for name in fields.keys() - _TRANSLATED[type(part).__name__]:
            if getattr(part, name) != fields[name].get_default(call_default_factory=True):
                why = _WHY.get(name, "it is not translated")
                self._problem(f"{where}.{name}".lstrip("."), f"policy-controller cannot be asked for it: {why}")

    def _problem(self, where: str, what: str) -> None:
        self.problems.append(f"rule {self._rule.name}: {where}: {what}")

    def _signers(self, requirement: Requirement) -> list[_Signer]:
        """Each key that counts now."""
        found: list[_Signer] = []
        for name in requirement.authorities:
            authority = self._policy.authorities[name]
            self._untranslated(authority, f"authority {name}")
            self._format(authority, name)
            for number, key in enumerate(authority.keys):
                self._untranslated(key, f"authority {name}, key {key.source}")
                if self._counts(key, name):
                    found += self._written(key, f"{name}-{number}")
        return found

    def _format(self, authority: Authority, name: str) -> None:
        if set(authority.formats) != {Format.LEGACY}:
            self._problem(
                f"authority {name}",
                "policy-controller reads no bundle that a key signed, and the pack would take one: write"
                f" `formats: [{_LEGACY}]`, and sign so (cosign sign --new-bundle-format=false)",
            )

    def _counts(self, key: Key, name: str) -> bool:
        if key.not_after is not None and key.not_after > self._now:
            self._problem(
                f"authority {name}, key {key.source}",
                f"it counts until {key.not_after}, and policy-controller knows no end: take it away when it has come,"
                " or now",
            )
        return key.valid_at(self._now)

    def _written(self, key: Key, name: str) -> Iterator[_Signer]:
        source = str(key.source)
        if source in self._keys:
            for number, resolved in enumerate(self._keys[source]):
                written = ImageKey(f"{name}-{number}" if number else name, resolved.pem, "", resolved.hash)
                yield written, resolved.fingerprint
        elif isinstance(key.source, KmsSource) and not key.source.endpoint:
            yield ImageKey(name, "", key.source.key, _SHA256), None
        else:
            self._problem(f"key {source}", "policy-controller cannot read it from there, and it is not at hand")

    def _alternatives(self, requirement: Requirement, signers: list[_Signer], where: str) -> list[list[_Signer]]:
        """Sets of keys: one key of each set has to have signed."""
        if not signers:
            self._problem(where, "no key of its authorities counts now")
            return []
        if requirement.threshold == 1:
            return [signers]
        if any(identity is None for _, identity in signers):
            self._problem(
                where,
                f"threshold {requirement.threshold} needs the keys themselves at hand: two names in KMS may be one key",
            )
            return []
        sources = [str(key.source) for name in requirement.authorities for key in self._policy.authorities[name].keys]
        if any(len(self._keys.get(source, ())) > 1 for source in sources):
            self._problem(
                where,
                f"threshold {requirement.threshold}: versions of one key are one signer, and policy-controller would"
                " count each",
            )
            return []
        distinct = {identity: (key, identity) for key, identity in reversed(signers)}
        size = len(distinct) - requirement.threshold + 1
        if size < 1 or comb(len(distinct), size) > _MOST:
            self._problem(
                where,
                f"{requirement.threshold} of {len(distinct)} distinct keys cannot be asked for in {_MOST} policies",
            )
            return []
        return [list(chosen) for chosen in combinations(sorted(distinct.values(), key=lambda one: one[0].name), size)]


def _arn(key: str, place: str) -> str:
    if key.startswith("arn:"):
        return key
    return f"{place}:{key}" if key.startswith("alias/") else f"{place}:key/{key}"


def _globs(pattern: RepositoryPattern) -> tuple[str, ...]:
    """Globs of whole references, `repository:tag` or `repository@digest`, that cover just what the pattern covers.

    There `**` is any text, `*` any without a slash (so that a last `*` covers tag and digest with its segment).
    """
    domain = _HUB if pattern.domain == DOCKER_HUB else pattern.domain
    text = "/".join((domain, *pattern.segments))
    return (text,) if pattern.segments[-1] in {"*", "**"} else (f"{text}:*", f"{text}@*")


def _overlap(one: RepositoryPattern, other: RepositoryPattern) -> bool:
    """Whether some repository is covered by both."""
    if one.domain != other.domain:
        return False
    mine, theirs = one.segments, other.segments
    for position in range(max(len(mine), len(theirs))):
        left = mine[position] if position < len(mine) else None
        right = theirs[position] if position < len(theirs) else None
        if "**" in {left, right}:
            return left is not None and right is not None
        if left is None or right is None:
            return False
        if left != right and "*" not in {left, right}:
            return False
    return True
