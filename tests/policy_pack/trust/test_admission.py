"""A trust policy as policy-controller's objects; that policy-controller takes them and judges by them: tests/e2e."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust.admission import AdmissionError, ImagePolicy, ResolvedKey, image_policies
from guardrails.trust.patterns import RepositoryPattern
from guardrails.trust.policy import TrustPolicy
from guardrails.trust.reference import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PLACE = "arn:aws:kms:sa-east-1:444455556666"
KMS = "awskms:///alias/release"


def _policy(*rules: dict[str, Any], roots: dict[str, Any] | None = None, **authorities: dict[str, Any]) -> TrustPolicy:
    written = {name: {"formats": ["legacy"], **fields} for name, fields in authorities.items()}
    return TrustPolicy.model_validate(
        {
            "version": "cartorio.trust/v1",
            "roots": roots or {},
            "authorities": written or {"release": {"keys": [{"source": KMS}], "formats": ["legacy"]}},
            "profiles": {"producao": {"rules": list(rules) or [_rule()]}},
        }
    )


def _rule(name: str = "own", images: str = "r.example/team/**", **more: object) -> dict[str, Any]:
    return {"name": name, "images": images, "require": [{"authorities": ["release"]}], **more}


def _translated(
    policy: TrustPolicy, keys: Mapping[str, Sequence[ResolvedKey]] | None = None
) -> tuple[ImagePolicy, ...]:
    return image_policies(policy, "producao", keys or {}, NOW)


def _problems(policy: TrustPolicy, keys: Mapping[str, Sequence[ResolvedKey]] | None = None) -> str:
    with pytest.raises(AdmissionError) as caught:
        _translated(policy, keys)
    return str(caught.value)


def _key(name: str, hashed: str = "sha256") -> tuple[ResolvedKey]:
    return (ResolvedKey(f"PEM of {name}", f"fingerprint of {name}", hashed),)


def test_a_rule_becomes_an_object_that_names_the_key_by_its_arn() -> None:
    (found,) = _translated(_policy())
    assert found.manifest(PLACE) == {
        "apiVersion": "policy.sigstore.dev/v1alpha1",
        "kind": "ClusterImagePolicy",
        "metadata": {"name": "cartorio-producao-own"},
        "spec": {
            "mode": "enforce",
            "images": [{"glob": "r.example/team/**"}],
            "authorities": [
                {
                    "name": "release-0",
                    "key": {"kms": f"awskms:///{PLACE}:alias/release", "hashAlgorithm": "sha256"},
                    "signatureFormat": "legacy",
                }
            ],
        },
    }


ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER = "arn:aws:kms:us-east-1:111122223333:alias/other"


@pytest.mark.parametrize(
    ("source", "expected"),
    [(ID, f"awskms:///{PLACE}:key/{ID}"), (OTHER, f"awskms:///{OTHER}"), ("alias/a", f"awskms:///{PLACE}:alias/a")],
)
def test_policy_controller_takes_arns_only(source: str, expected: str) -> None:
    (found,) = _translated(_policy(release={"keys": [{"source": f"awskms:///{source}"}]}))
    assert found.manifest(PLACE)["spec"]["authorities"][0]["key"]["kms"] == expected


def test_a_key_that_is_at_hand_is_written_out_with_its_hash() -> None:
    policy = _policy(release={"keys": [{"source": "file:a.pem"}, {"source": "hashivault://b"}]})
    keys = {"file:a.pem": _key("a", "sha384"), "hashivault://b": (*_key("b"), *_key("c"))}
    (found,) = _translated(policy, keys)
    assert [(one.name, one.data, one.hash_algorithm) for one in found.keys] == [
        ("release-0", "PEM of a", "sha384"),
        ("release-1", "PEM of b", "sha256"),
        ("release-1-1", "PEM of c", "sha256"),
    ]
    assert found.manifest(PLACE)["spec"]["authorities"][0]["key"] == {"data": "PEM of a", "hashAlgorithm": "sha384"}


def test_every_requirement_is_a_policy_of_its_own_since_all_policies_have_to_be_met() -> None:
    rule = _rule(require=[{"authorities": ["release"]}, {"authorities": ["audit"]}])
    found = _translated(_policy(rule, release={"keys": [{"source": KMS}]}, audit={"keys": [{"source": OTHER_KMS}]}))
    assert [(one.name, [key.name for key in one.keys]) for one in found] == [
        ("cartorio-producao-own-1", ["release-0"]),
        ("cartorio-producao-own-2", ["audit-0"]),
    ]


OTHER_KMS = "awskms:///alias/audit"


@pytest.mark.parametrize(("count", "threshold"), [(n, t) for n in range(1, 5) for t in range(1, n + 1)])
def test_a_threshold_is_met_by_the_very_same_sets_of_signers(count: int, threshold: int) -> None:
    names = [f"k{number}" for number in range(count)]
    policy = _policy(
        _rule(require=[{"authorities": ["release"], "threshold": threshold}]),
        release={"keys": [{"source": f"file:{name}.pem"} for name in names]},
    )
    found = _translated(policy, {f"file:{name}.pem": _key(name) for name in names})
    for size in range(count + 1):
        for signers in combinations(names, size):
            signed = {f"PEM of {name}" for name in signers}
            admitted = all(any(key.data in signed for key in one.keys) for one in found)
            assert admitted is (size >= threshold), (signers, found)


def test_one_key_under_two_names_counts_once() -> None:
    two = _policy(
        _rule(require=[{"authorities": ["release", "audit"], "threshold": 2}]),
        release={"keys": [{"source": "file:a.pem"}]},
        audit={"keys": [{"source": "file:b.pem"}]},
    )
    assert "2 of 1 distinct keys" in _problems(two, {"file:a.pem": _key("same"), "file:b.pem": _key("same")})
    in_kms = _policy(
        _rule(require=[{"authorities": ["release", "audit"], "threshold": 2}]),
        release={"keys": [{"source": KMS}]},
        audit={"keys": [{"source": OTHER_KMS}]},
    )
    assert "two names in KMS may be one key" in _problems(in_kms)


def test_versions_of_one_key_are_not_counted_apart() -> None:
    vault, pem = "hashivault://release", "file:b.pem"
    policy = _policy(
        _rule(require=[{"authorities": ["release"], "threshold": 2}]),
        release={"keys": [{"source": vault}, {"source": pem}]},
    )
    versions = {vault: [*_key("old"), *_key("new")], pem: _key("other")}
    assert "versions of one key are one signer" in _problems(policy, versions)


def test_keys_out_of_their_time() -> None:
    def with_key(**times: datetime) -> TrustPolicy:
        return _policy(release={"keys": [{"source": KMS}, {"source": OTHER_KMS, **times}]})

    day = timedelta(days=1)
    for gone in ({"not_after": NOW - day}, {"not_before": NOW + day}):
        assert [key.kms for key in _translated(with_key(**gone))[0].keys] == ["alias/release"]
    assert len(_translated(with_key(not_before=NOW - day))[0].keys) == 2
    assert "policy-controller knows no end" in _problems(with_key(not_after=NOW + day))
    nobody = _policy(release={"keys": [{"source": KMS, "not_after": NOW - day}]})
    assert "no key of its authorities counts now" in _problems(nobody)


ROOT = {"public": {"source": "file:trusted_root.json"}}
IDENTITY = {"issuer": "https://issuer.example", "subject": "https://ci.example/release"}
ATTESTED = {"name": "sbom", "predicate": "spdx", "authorities": ["release"]}


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (_policy(release={"keys": [{"source": KMS}], "formats": ["legacy", "bundle"]}), "reads no bundle that a key"),
        (_policy(release={"keys": [{"source": KMS}], "formats": ["bundle"]}), "formats: [legacy]"),
        (
            _policy(roots=ROOT, release={"identities": [IDENTITY], "transparency": {"root": "public"}}),
            "authority release.identities: policy-controller cannot be asked for it: identities are not translated",
        ),
        (
            _policy(roots=ROOT, release={"keys": [{"source": KMS}], "transparency": {"root": "public"}}),
            "authority release.transparency",
        ),
        (_policy(_rule(attestations=[ATTESTED])), "attestations: policy-controller cannot be asked for it"),
        (
            _policy(_rule(platforms="each")),
            "platforms: policy-controller cannot be asked for it: it does not look",
        ),
        (_policy(_rule(require=[{"authorities": ["release"], "max_age": "30d"}])), "require[0].max_age"),
        (_policy(release={"keys": [{"source": "hashivault://release"}]}), "cannot read it from there"),
        (_policy(release={"keys": [{"source": f"awskms://kms.example/{ID}"}]}), "cannot read it from there"),
        (_policy(_rule(), _rule("special", "r.example/team/api")), "rules own and special both cover"),
    ],
)
def test_what_it_cannot_express_is_an_error_and_never_a_weaker_policy(policy: TrustPolicy, why: str) -> None:
    assert why in _problems(policy)


def test_every_reason_is_told_at_once() -> None:
    policy = _policy(
        _rule(platforms="each"),
        _rule("other", "r.example/team/*"),
        release={"keys": [{"source": KMS}], "formats": ["bundle"]},
    )
    assert len(_problems(policy).splitlines()) == 4
    with pytest.raises(AdmissionError, match="there is no profile 'qa'"):
        image_policies(policy, "qa", {}, NOW)


@pytest.mark.parametrize(
    ("pattern", "globs"),
    [
        ("r.example/team/**", ["r.example/team/**"]),
        ("r.example:5000/team/*", ["r.example:5000/team/*"]),
        ("r.example/*/api", ["r.example/*/api:*", "r.example/*/api@*"]),
        ("docker.io/library/*", ["index.docker.io/library/*"]),
    ],
)
def test_globs_cover_references_of_what_the_pattern_covers(pattern: str, globs: list[str]) -> None:
    (found,) = _translated(_policy(_rule(images=pattern)))
    assert list(found.globs) == globs


SEGMENTS = st.sampled_from(["*", "a", "b"])
PATTERNS = st.builds(
    lambda parts, rest: "/".join(("r.example", *parts, *(["**"] if rest else []))),
    st.lists(SEGMENTS, min_size=1, max_size=3),
    st.booleans(),
)
NAMES = [Repository("r.example", "/".join(parts)) for n in range(1, 6) for parts in product("ab", repeat=n)]


@given(PATTERNS, PATTERNS)
def test_rules_that_overlap_are_found_whatever_their_patterns(one: str, other: str) -> None:
    if one == other:
        return
    left, right = RepositoryPattern.parse(one), RepositoryPattern.parse(other)
    both = any(left.covers(name) and right.covers(name) for name in NAMES)
    policy = _policy(_rule("one", one), _rule("other", other))
    if both:
        assert "both cover" in _problems(policy)
    else:
        assert len(_translated(policy)) == 2


def test_a_manifest_is_plain_data() -> None:
    (found,) = _translated(_policy())
    assert yaml.safe_load(yaml.safe_dump(found.manifest(PLACE))) == found.manifest(PLACE)
