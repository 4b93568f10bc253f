from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from guardrails.trust.errors import TrustPolicyError
from guardrails.trust.policy_file import load_policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from guardrails.trust.policy import TrustPolicy

    Load = Callable[[str], TrustPolicy]

GOOD = """\
version: cartorio.trust/v1
authorities:
  release:
    keys:
      - source: file:release.pem
        not_after: 2027-01-01T00:00:00Z
      - source: awskms:///alias/release
        not_before: 2026-12-01T00:00:00-03:00
  security:
    keys: [{source: file:security.pem}]
profiles:
  local:
    rules:
      - name: any
        images: r.example/**
        require: [{authorities: [release]}]
      - name: critical
        images: r.example/critical/*
        require:
          - {authorities: [release, security], threshold: 3}
      - name: one
        images: r.example/critical/api
        require: [{authorities: [security]}]
"""


@pytest.fixture
def load(tmp_path: Path) -> Load:
    path = tmp_path / "trust.yaml"

    def loaded(text: str) -> TrustPolicy:
        path.write_text(text)
        return load_policy(path)

    return loaded


def problems(load: Load, text: str) -> list[str]:
    with pytest.raises(TrustPolicyError) as caught:
        load(text)
    return [problem.partition("trust.yaml:")[2] for problem in caught.value.problems]


def test_every_mistake_is_reported_with_line_and_path(load: Load) -> None:
    text = (
        GOOD.replace("version: cartorio.trust/v1", "version: v9")
        .replace("file:release.pem", "gcpkms://release")
        .replace("not_after: 2027-01-01T00:00:00Z", "not_after: 2027-01-01")
        .replace("images: r.example/**", "images: '*'")
        .replace("threshold: 3", "threshold: '3'")
        .replace("  security:\n", "  Security:\n    keyz: []\n")
    )
    found = problems(load, text)
    assert len(found) == 7
    for start in (
        "1: version: Input should be 'cartorio.trust/v1'",
        "5: authorities.release.keys[0].source: 'gcpkms://release': this key source is not read",
        "6: authorities.release.keys[0].not_after:",
        "9: authorities.Security: ",
        "10: authorities.Security.keyz: there is no such setting",
        "16: profiles.local.rules[0].images: '*': a pattern is",
        "21: profiles.local.rules[1].require[0].threshold: Input should be a valid integer (not '3')",
    ):
        assert any(problem.startswith(start) for problem in found), (start, found)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("[release]", "[nobody]"), "rules[0].require[0].authorities[0]: there is no authority 'nobody'"),
        (("[release]", "[release, release]"), "authorities[1]: 'release' is listed twice"),
        (("threshold: 3", "threshold: 4"), "4 distinct keys are asked for, the authorities have 3"),
        (("name: one", "name: any"), "rules[2].name: 'any' names an earlier rule"),
        (("r.example/critical/api", "r.example/**"), "rules[2].images: an earlier rule of this profile has the same"),
    ],
)
def test_mistakes_between_parts_are_reported(load: Load, change: tuple[str, str], problem: str) -> None:
    found = problems(load, GOOD.replace(*change))
    assert len(found) == 1
    assert problem in found[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("a: [", "not YAML"),
        ("a: 1\n---\nb: 2\n", "not YAML"),
        ("!!python/object:os.system x", "not YAML"),
        ("[]", "the document: Input should be a valid dictionary"),
        (GOOD.replace("threshold: 3", "threshold: 0"), "greater than or equal to 1"),
        (GOOD.replace("[{authorities: [security]}]", "[]"), "at least 1 item"),
        (GOOD.replace("[{authorities: [security]}]", "[{authorities: []}]"), "at least 1 item"),
        (GOOD.replace("[{source: file:security.pem}]", "[]"), "at least 1 item"),
        (GOOD + "extra: 1\n", "extra: there is no such setting"),
        (GOOD + "version: cartorio.trust/v1\n", "version: the key appears twice"),
        (GOOD.replace("keys: [{source: file:security.pem}]", "keys: &k [*k]"), "anchors and aliases are not accepted"),
        (
            GOOD.replace("not_after: 2027", "not_before: 2027-02-01T00:00:00Z\n        not_after: 2027"),
            "not_before has",
        ),
    ],
)
def test_files_that_mean_nothing_certain_are_refused(load: Load, text: str, problem: str) -> None:
    with pytest.raises(TrustPolicyError) as caught:
        load(text)
    assert problem in str(caught.value)


FULL = """\
version: cartorio.trust/v1
roots:
  own: {source: "file:root.json"}
authorities:
  release:
    keys: [{source: hashivault://release}]
    transparency: {root: own, log: ignored, timestamp: required}
  ci:
    identities:
      - {issuer: "https://login.example", subject: "https://ci.example/release"}
      - {issuer: "https://login.example", subject_pattern: '^https://ci\\.example/[a-z]+$'}
    transparency: {root: own}
  people:
    keys: [{source: file:ana.pem}, {source: "pkcs11:token=hsm;object=bia"}]
profiles:
  producao:
    rules:
      - name: own
        images: r.example/**
        platforms: each
        require:
          - {authorities: [release], max_age: 30d}
          - {authorities: [ci]}
        attestations:
          - {name: sbom, predicate: sbom, authorities: [ci]}
          - name: scan
            predicate: vulnerabilities
            authorities: [ci]
            max_age: 12h
            where:
              - {field: critical, at_most: 0}
              - {field: sbom, same_as: sbom.id}
          - name: approval
            predicate: approval
            authorities: [people]
            threshold: 2
            where:
              - {field: decision, equals: approved}
"""


def test_all_that_can_be_asked_for(load: Load) -> None:
    policy = load(FULL)
    rule = policy.profiles["producao"].rules[0]
    assert rule.authorities == ("ci", "people", "release")
    assert rule.platforms == "each"
    assert rule.require[0].max_age == timedelta(days=30)
    sbom, scan, approval = rule.attestations
    assert scan.max_age == timedelta(hours=12)
    assert [str(condition.field) for condition in scan.where] == ["critical", "sbom"]
    assert str(scan.where[1].same_as) == "sbom.id"
    assert (sbom.threshold, approval.threshold) == (1, 2)
    release = policy.authorities["release"].transparency
    assert release is not None
    assert (release.root, release.log, release.timestamp) == ("own", "ignored", "required")
    assert policy.authorities["ci"].identities[1].covers("https://login.example", "https://ci.example/x")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("root: own, log", "root: other, log"), "7: authorities.release.transparency.root: there is no root 'other'"),
        (("log: ignored, timestamp: required", "log: ignored"), "asks for neither log nor timestamp"),
        (("log: ignored", "log: maybe"), "7: authorities.release.transparency.log: Input should be"),
        (("{root: own}\n  people", "{root: own, log: ignored}\n  people"), "identities need transparency.log"),
        (("    transparency: {root: own}\n", ""), "identities need transparency"),
        (
            ("'^https://ci", "'https://ci"),
            "identities[1].subject_pattern: 'https://ci\\\\.example/[a-z]+$': anchor",
        ),
        ((', subject: "https://ci.example/release"', ""), "identities[0]: give either subject or subject_pattern"),
        (('issuer: "https://login.example", subject:', 'issuer: "login", subject:'), "identities[0].issuer: 'login'"),
        (
            ('keys: [{source: file:ana.pem}, {source: "pkcs11:token=hsm;object=bia"}]', "description: x"),
            "keys or identities",
        ),
        (('"file:root.json"', "awskms:///alias/x"), "roots.own.source: 'awskms:///alias/x': write file:"),
        (
            ("[release], max_age: 30d", "[people], max_age: 30d"),
            "require[0].max_age: a signature of 'people' has no time",
        ),
        (("30d", "30 days"), "write a duration as 90m, 12h or 30d"),
        (("predicate: sbom", "predicate: bom"), "attestations[0].predicate: 'bom': write provenance, sbom"),
        (("name: approval", "name: scan"), "attestations[2].name: 'scan' names an earlier attestation"),
        (("same_as: sbom.id", "same_as: bom.id"), "where[1].same_as: the rule asks for no attestation 'bom'"),
        (("same_as: sbom.id", "same_as: scan.id"), "an attestation cannot be compared with itself"),
        (("at_most: 0", "at_most: 0, equals: 1"), "where[0]: give exactly one of"),
        (("threshold: 2", "threshold: 3"), "3 distinct keys are asked for, the authorities have 2"),
        (("platforms: each", "platforms: some"), "platforms: Input should be"),
    ],
)
def test_what_is_wrong_with_the_rest_is_reported_in_its_place(
    load: Load, change: tuple[str, str], problem: str
) -> None:
    assert change[0] in FULL
    found = problems(load, FULL.replace(*change))
    assert len(found) == 1, found
    assert problem in found[0]


def test_an_unreadable_file_is_a_problem_too(tmp_path: Path) -> None:
    with pytest.raises(TrustPolicyError, match="cannot be read"):
        load_policy(tmp_path)
