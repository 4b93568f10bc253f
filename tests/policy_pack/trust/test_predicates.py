from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import predicates
from guardrails.trust.errors import Malformed
from guardrails.trust.predicates import facts, moment, parse_predicate_type

SLSA_02, SLSA_1 = "https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1"
VULN = "https://cosign.sigstore.dev/attestation/vuln/v1"
BUILDER = "https://github.com/actions/runner"
REPOSITORY = "https://github.com/cartorio/api"

PROVENANCE_02 = {
    "builder": {"id": BUILDER},
    "buildType": "https://example.com/build",
    "invocation": {
        "configSource": {"uri": f"git+{REPOSITORY}@refs/heads/main", "digest": {"sha1": "abc"}},
        "parameters": {"target": "api"},
    },
    "metadata": {"buildFinishedOn": "2026-01-01T00:00:00Z"},
}
PROVENANCE_1: dict[str, Any] = {
    "buildDefinition": {
        "buildType": "https://example.com/build",
        "externalParameters": {"target": "api"},
        "resolvedDependencies": [{"uri": f"git+{REPOSITORY}@refs/heads/main", "digest": {"gitCommit": "abc"}}],
    },
    "runDetails": {"builder": {"id": BUILDER}, "metadata": {"finishedOn": "2026-01-01T00:00:00Z"}},
}


@pytest.mark.parametrize(("kind", "predicate"), [(SLSA_02, PROVENANCE_02), (SLSA_1, PROVENANCE_1)])
def test_both_versions_of_provenance_say_the_same(kind: str, predicate: dict[str, Any]) -> None:
    found = facts(kind, predicate)
    assert {name: value for name, value in found.items() if name not in {"predicate", "digest"}} == {
        "builder": BUILDER,
        "build_type": "https://example.com/build",
        "source": REPOSITORY,
        "ref": "refs/heads/main",
        "commit": "abc",
        "parameters": {"target": "api"},
        "at": "2026-01-01T00:00:00Z",
    }
    assert moment(found) == datetime(2026, 1, 1, tzinfo=UTC)


def test_github_s_own_word_for_the_source_comes_first_and_a_commit_is_of_that_source() -> None:
    workflow = {"workflow": {"repository": REPOSITORY, "ref": "refs/tags/v1"}}
    definition = {**PROVENANCE_1["buildDefinition"], "externalParameters": workflow}
    found = facts(SLSA_1, {**PROVENANCE_1, "buildDefinition": definition})
    assert (found["source"], found["ref"], found["commit"]) == (REPOSITORY, "refs/tags/v1", "abc")
    other = {"workflow": {"repository": "https://github.com/evil/api", "ref": "refs/tags/v1"}}
    found = facts(SLSA_1, {**PROVENANCE_1, "buildDefinition": {**definition, "externalParameters": other}})
    assert found["source"] == "https://github.com/evil/api"
    assert "commit" not in found


def test_of_two_sources_none_is_guessed() -> None:
    two = PROVENANCE_1["buildDefinition"]["resolvedDependencies"] * 2
    definition = {**PROVENANCE_1["buildDefinition"], "resolvedDependencies": two}
    assert not {"source", "ref", "commit"} & facts(SLSA_1, {**PROVENANCE_1, "buildDefinition": definition}).keys()


@pytest.mark.parametrize(
    ("uri", "source", "ref"),
    [
        (f"git+{REPOSITORY}@refs/heads/a@b", f"{REPOSITORY}@refs/heads/a", "b"),
        (f"git+{REPOSITORY}@v1", REPOSITORY, "v1"),
        (f"git+{REPOSITORY}", REPOSITORY, None),
        ("git+https://user@example.com/x", "https://user@example.com/x", None),
    ],
)
def test_sources_are_taken_apart_at_their_last_at(uri: str, source: str, ref: str | None) -> None:
    found = facts(SLSA_02, {"invocation": {"configSource": {"uri": uri}}})
    assert (found.get("source"), found.get("ref")) == (source, ref)


def test_bills_of_materials() -> None:
    spdx = {
        "spdxVersion": "SPDX-2.3",
        "documentNamespace": "https://example.com/1",
        "creationInfo": {"created": "2026-01-01T00:00:00Z"},
        "packages": [{}, {}],
    }
    found = facts("https://spdx.dev/Document", spdx)
    assert (found["id"], found["format"], found["packages"]) == ("https://example.com/1", "spdx", 2)
    cyclonedx = {"serialNumber": "urn:uuid:1", "specVersion": "1.6", "components": [{}], "metadata": {"timestamp": "x"}}
    found = facts("https://cyclonedx.org/bom", cyclonedx)
    assert (found["id"], found["format"], found["packages"], found["at"]) == ("urn:uuid:1", "cyclonedx", 1, "x")
    assert moment(found) is None


def test_a_digest_is_of_what_is_said_not_of_how_it_is_written() -> None:
    first, second = facts("x", {"a": 1, "b": "é"}), facts("y", {"b": "é", "a": 1})
    assert first["digest"] == second["digest"] != facts("x", {"a": 2})["digest"]


GRYPE = {"matches": [{"vulnerability": {"severity": "High"}}, {"vulnerability": {}}]}
TRIVY = {"Results": [{"Vulnerabilities": [{"Severity": "HIGH"}, {"Severity": "UNKNOWN"}]}, {"Target": "x"}]}
IN_TOTO = [{"id": "CVE-1", "severity": [{"method": "nvd", "score": "high"}, {"score": "low"}]}, {"severity": []}]


@pytest.mark.parametrize("result", [GRYPE, TRIVY, IN_TOTO])
def test_scans_are_counted_by_severity_whoever_made_them(result: object) -> None:
    predicate = {
        "invocation": {"parameters": {"sbom": "urn:uuid:1"}},
        "scanner": {"uri": "pkg:x", "version": "1", "db": {"version": "2"}, "result": result},
        "metadata": {"scanFinishedOn": "2026-01-01T00:00:00Z"},
    }
    found = facts(VULN, predicate)
    assert [found[name] for name in ("critical", "high", "medium", "low", "unknown", "total")] == [0, 1, 0, 0, 1, 2]
    assert (found["scanner"], found["database"], found["sbom"]) == ("pkg:x", "2", "urn:uuid:1")


@pytest.mark.parametrize(
    "result",
    [
        None,
        {},
        "x",
        {"matches": 3},
        {"Results": [{"Vulnerabilities": 3}]},
        {"matches": [{"vulnerability": {"severity": "dire"}}]},
    ],
)
def test_a_scan_that_is_not_understood_counts_nothing(result: object) -> None:
    assert not {"critical", "total"} & facts(VULN, {"scanner": {"result": result}}).keys()


def test_approvals() -> None:
    said = {"approver": "ana", "decision": "approved", "environment": "producao", "change": "42", "approvedAt": "x"}
    found = facts(predicates.APPROVAL_TYPE, said)
    assert [found[name] for name in ("approver", "decision", "environment", "change", "at")] == list(said.values())


def test_kinds_have_names_or_are_uris() -> None:
    assert parse_predicate_type("provenance").types == (SLSA_02, SLSA_1)
    assert set(parse_predicate_type("spdx").types) < set(parse_predicate_type("sbom").types)
    assert str(parse_predicate_type("https://example.com/x")) == "https://example.com/x"
    for text in ("", "slsa", "http://example.com/x", " https://example.com", predicates.SIGNATURE_TYPE):
        with pytest.raises(Malformed):
            parse_predicate_type(text)


KINDS = st.sampled_from(
    [SLSA_02, SLSA_1, VULN, "https://spdx.dev/Document", "https://cyclonedx.org/bom", predicates.APPROVAL_TYPE]
)
NAMES = st.sampled_from(
    [
        "builder",
        "id",
        "invocation",
        "configSource",
        "uri",
        "buildDefinition",
        "externalParameters",
        "workflow",
        "scanner",
        "resolvedDependencies",
        "runDetails",
        "metadata",
        "result",
        "matches",
        "Results",
        "packages",
        "severity",
        "at",
    ]
)
LEAVES = st.none() | st.integers() | st.text(max_size=4) | st.just("git+https://a@b")
TREES = st.recursive(LEAVES, lambda i: st.lists(i, max_size=3) | st.dictionaries(NAMES, i, max_size=5), max_leaves=15)


@given(KINDS, TREES)
def test_any_predicate_says_something_or_nothing(kind: str, predicate: object) -> None:
    found = facts(kind, predicate)
    assert None not in {type(value) for value in found.values()}
    moment(found)
