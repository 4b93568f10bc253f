from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from guardrails.trust.errors import TrustPolicyError
from guardrails.trust.policy import TrustPolicy, load_policy
from guardrails.trust.reference import Repository

if TYPE_CHECKING:
    from collections.abc import Callable

    Load = Callable[[str], TrustPolicy]

COMMITTED = Path(__file__).parents[3] / "policy_pack" / "trust.yaml"

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


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("r.example/x", "any"),
        ("r.example/critical", "any"),
        ("r.example/critical/db", "critical"),
        ("r.example/critical/api", "one"),
        ("r.example/critical/api/v2", "any"),
        ("other.example/x", None),
    ],
)
def test_the_most_specific_rule_decides_whatever_the_order(load: Load, name: str, rule: str | None) -> None:
    domain, _, path = name.partition("/")
    policy = load(GOOD)
    profile = policy.profiles["local"]
    backwards = policy.model_copy(
        update={"profiles": {"local": profile.model_copy(update={"rules": profile.rules[::-1]})}}
    )
    for tried in (policy, backwards):
        found = tried.rule_for("local", Repository(domain, path))
        assert (found.name if found else None) == rule


def test_windows_begin_inclusive_and_end_exclusive(load: Load) -> None:
    old, new = load(GOOD).authorities["release"].keys
    end, start = datetime(2027, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, 3, tzinfo=UTC)
    moment = timedelta(microseconds=1)
    assert (old.valid_at(end - moment), old.valid_at(end)) == (True, False)
    assert (new.valid_at(start - moment), new.valid_at(start)) == (False, True)


def test_every_mistake_is_reported_with_line_and_path(load: Load) -> None:
    text = (
        GOOD.replace("version: cartorio.trust/v1", "version: v9")
        .replace("file:release.pem", "hashivault://release")
        .replace("not_after: 2027-01-01T00:00:00Z", "not_after: 2027-01-01")
        .replace("images: r.example/**", "images: '*'")
        .replace("threshold: 3", "threshold: '3'")
        .replace("  security:\n", "  Security:\n    keyz: []\n")
    )
    found = problems(load, text)
    assert len(found) == 7
    for start in (
        "1: version: Input should be 'cartorio.trust/v1'",
        "5: authorities.release.keys[0].source: 'hashivault://release': this key source is not supported",
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


def test_an_unreadable_file_is_a_problem_too(tmp_path: Path) -> None:
    with pytest.raises(TrustPolicyError, match="cannot be read"):
        load_policy(tmp_path)


def test_the_committed_policy_is_valid_and_each_profile_trusts_its_own_authority() -> None:
    policy = load_policy(COMMITTED)
    assert set(policy.profiles) == {"local", "staging", "producao"}
    for name, profile in policy.profiles.items():
        for rule in profile.rules:
            assert str(rule.images).endswith("/cartorio/**")
            assert [requirement.authorities for requirement in rule.require] == [(f"release-{name}",)]
        keys = policy.authorities[f"release-{name}"].keys
        assert [str(key.source) for key in keys] == [f"awskms:///alias/cartorio-{name}-release-signing"]
