"""What the models of `trust.yaml` decide by themselves; how mistakes in the file are reported: `test_policy_file`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from guardrails.trust.policy import Identity, Key, TrustPolicy
from guardrails.trust.policy_file import load_policy
from guardrails.trust.reference import Repository

COMMITTED = Path(__file__).parents[3] / "policy_pack" / "trust.yaml"


def policy(*rules: tuple[str, str]) -> TrustPolicy:
    listed = [{"name": name, "images": images, "require": [{"authorities": ["release"]}]} for name, images in rules]
    return TrustPolicy.model_validate(
        {
            "version": "cartorio.trust/v1",
            "authorities": {"release": {"keys": [{"source": "file:release.pem"}]}},
            "profiles": {"local": {"rules": listed}},
        }
    )


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
def test_the_most_specific_rule_decides_whatever_the_order(name: str, rule: str | None) -> None:
    rules = [("any", "r.example/**"), ("critical", "r.example/critical/*"), ("one", "r.example/critical/api")]
    domain, _, path = name.partition("/")
    for tried in (policy(*rules), policy(*rules[::-1])):
        found = tried.rule_for("local", Repository(domain, path))
        assert (found.name if found else None) == rule


def test_windows_begin_inclusive_and_end_exclusive() -> None:
    end, start = datetime(2027, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, 3, tzinfo=UTC)
    old = Key.model_validate({"source": "file:a", "not_after": end})
    new = Key.model_validate({"source": "file:b", "not_before": start})
    moment = timedelta(microseconds=1)
    assert (old.valid_at(end - moment), old.valid_at(end)) == (True, False)
    assert (new.valid_at(start - moment), new.valid_at(start)) == (False, True)


ISSUER = "https://accounts.example"


@pytest.mark.parametrize(
    ("subject", "covered"),
    [
        ("your.name@gmail.com", True),
        ("your.name@gmail.attacker.com", False),
        ("your.name@gmail.com.attacker.com", False),
        ("not-your.name@gmail.com", False),
        ("your_name@gmail.com", False),
    ],
)
@pytest.mark.parametrize(
    "identity", [{"subject": "your.name@gmail.com"}, {"subject_pattern": r"^your\.name@gmail\.com$"}]
)
def test_an_identity_is_a_whole_subject_of_one_issuer(identity: dict[str, str], subject: str, *, covered: bool) -> None:
    parsed = Identity.model_validate({"issuer": ISSUER, **identity})
    assert parsed.covers(ISSUER, subject) is covered
    assert not parsed.covers(ISSUER + ".attacker.com", subject)


@pytest.mark.parametrize(
    "identity",
    [
        {"issuer": ISSUER},
        {"issuer": ISSUER, "subject": "a", "subject_pattern": "^a$"},
        {"issuer": ISSUER, "subject": ""},
        {"issuer": ISSUER, "subject_pattern": ".*@gmail.com"},
        {"issuer": "accounts.example", "subject": "a"},
        {"issuer": "https://", "subject": "a"},
        {"subject": "a"},
    ],
)
def test_nobody_in_particular_is_no_identity(identity: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Identity.model_validate(identity)


def test_the_committed_policy_is_valid_and_each_profile_trusts_its_own_authority() -> None:
    policy = load_policy(COMMITTED)
    stacks = {name: profile for name, profile in policy.profiles.items() if name != "origins"}
    assert set(stacks) == {"local", "staging", "producao"}
    for name, profile in stacks.items():
        for rule in profile.rules:
            whose = "import" if rule.name == "imported" else f"release-{name}"
            assert str(rule.images).endswith("/mirror/**" if whose == "import" else "/cartorio/**")
            assert [requirement.authorities for requirement in rule.require] == [(whose,)]
        keys = policy.authorities[f"release-{name}"].keys
        assert [str(key.source) for key in keys] == [f"awskms:///alias/cartorio-{name}-release-signing"]
