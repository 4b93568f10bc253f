"""Requirements for attestations, decided over made-up evidence: what counts, together and alone, in any order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import attestations
from guardrails.trust.policy import AttestationRequirement
from guardrails.trust.statements import Statement
from guardrails.trust.vouching import Examined, Voucher

NOW = datetime(2026, 1, 31, tzinfo=UTC)
VULN, CYCLONEDX = "https://cosign.sigstore.dev/attestation/vuln/v1", "https://cyclonedx.org/bom"
APPROVAL = "https://cartorio.digital/attestation/approval/v1"


def requirement(**fields: Any) -> AttestationRequirement:  # noqa: ANN401 -- as in trust.yaml
    return AttestationRequirement.model_validate({"authorities": ["ci"], **fields})


def offered(source: str, kind: str, predicate: object, *signers: str, authority: str = "ci") -> Examined:
    vouchers = tuple(Voucher(authority, f"key {signer}", f"file:{signer}", None) for signer in signers or ("ci",))
    return Examined(source, "", vouchers, (), Statement("https://in-toto.io/Statement/v1", kind, predicate, ()))


def sbom(id_: str, source: str = "", **more: object) -> Examined:
    return offered(source or f"sbom {id_}", CYCLONEDX, {"serialNumber": id_, **more})


def scan(sbom_id: str | None, *, critical: int = 0, days: int = 1, source: str = "") -> Examined:
    at = (NOW - timedelta(days=days)).isoformat()
    return offered(
        source or f"scan {sbom_id} {critical} {days}",
        VULN,
        {
            "invocation": {"parameters": {"sbom": sbom_id}},
            "scanner": {"result": {"matches": [{"vulnerability": {"severity": "Critical"}}] * critical}},
            "metadata": {"scanFinishedOn": at},
        },
    )


SBOM = requirement(name="sbom", predicate="sbom")
SCAN = requirement(
    name="scan",
    predicate="vulnerabilities",
    max_age="7d",
    where=[{"field": "critical", "at_most": 0}, {"field": "sbom", "same_as": "sbom.id"}],
)


def holds(*examined: Examined, requirements: tuple[AttestationRequirement, ...] = (SBOM, SCAN)) -> list[bool]:
    return [one.reason.holds for one in attestations.judge(requirements, examined, NOW)]


def test_the_scan_names_the_sbom() -> None:
    found = attestations.judge((SBOM, SCAN), [sbom("a"), scan("a")], NOW)
    assert [one.reason.holds for one in found] == [True, True]
    shown = [one for satisfied in found for one in satisfied.attestations]
    assert [(one.name, one.signer.source) for one in shown] == [("sbom", "sbom a"), ("scan", "scan a 0 1")]
    assert dict(shown[1].facts)["critical"] == "0"
    assert shown[1].at == NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("examined", "expected", "why"),
    [
        ([], [False, False], "no such attestation was found"),
        ([sbom("a")], [True, False], "no such attestation was found"),
        ([sbom("a"), scan("b")], [True, False], "none was found for which: sbom is sbom.id"),
        ([sbom("a"), scan("a", critical=1)], [True, False], "critical is '1', not at most 0"),
        ([sbom("a"), scan("a", days=8)], [True, False], "older than 7d"),
        ([sbom("a"), scan("a", days=-1)], [True, False], "speaks of the future"),
        ([sbom("a"), scan(None)], [True, False], "sbom is not there"),
        ([offered("x", CYCLONEDX, {}), scan("a")], [False, True], "id is not one plain value"),
        (
            [sbom("a"), offered("x", VULN, {}, authority="other")],
            [True, False],
            "not by an authority that may attest this",
        ),
        ([sbom("a"), offered("x", VULN, "text")], [True, False], "it does not say when"),
        (
            [sbom("a"), offered("x", CYCLONEDX, {"scanner": {"result": []}})],
            [True, False],
            "no such attestation was found",
        ),
    ],
)
def test_each_refusal_says_why(examined: list[Examined], expected: list[bool], why: str) -> None:
    found = attestations.judge((SBOM, SCAN), examined, NOW)
    assert [one.reason.holds for one in found] == expected
    lines = [line for one in found for line in one.reason.failures()]
    assert any(why in line for line in lines), lines
    assert not any(one.attestations for one in found if not one.reason.holds)


def test_one_choice_has_to_satisfy_all() -> None:
    """The scan that is clean names another SBOM than the one that is asked for."""
    mine = requirement(name="sbom", predicate="sbom", where=[{"field": "version", "equals": "1.6"}])
    old, new = sbom("old", specVersion="1.4"), sbom("new", specVersion="1.6")
    assert holds(old, new, scan("old"), scan("new", critical=1), requirements=(mine, SCAN)) == [True, False]
    assert holds(old, new, scan("old"), scan("new"), requirements=(mine, SCAN)) == [True, True]


def test_chains_of_attestations_are_one_choice_too() -> None:
    approval = requirement(
        name="approval",
        predicate="approval",
        where=[{"field": "change", "same_as": "scan.scanner_version"}, {"field": "environment", "same_as": "sbom.id"}],
    )

    def versioned(sbom_id: str, version: str) -> Examined:
        predicate: Any = scan(sbom_id).statement.predicate  # type: ignore[union-attr]
        scanner = {**predicate["scanner"], "version": version}
        return offered(f"scan {sbom_id} {version}", VULN, {**predicate, "scanner": scanner})

    everything = [sbom("a"), sbom("b"), versioned("a", "1"), versioned("b", "2")]
    fits = offered("approval", APPROVAL, {"change": "2", "environment": "b"})
    crossed = offered("approval", APPROVAL, {"change": "2", "environment": "a"})
    assert holds(*everything, fits, requirements=(SBOM, SCAN, approval)) == [True, True, True]
    assert not all(holds(*everything, crossed, requirements=(SBOM, SCAN, approval)))


def test_thresholds_count_distinct_signers_that_say_what_is_asked() -> None:
    two = requirement(
        name="approved", predicate="approval", threshold=2, where=[{"field": "decision", "equals": "approved"}]
    )
    yes, no = {"decision": "approved"}, {"decision": "rejected"}
    ana, bia = offered("1", APPROVAL, yes, "ana"), offered("2", APPROVAL, yes, "bia")
    assert holds(ana, bia, requirements=(two,)) == [True]
    assert holds(ana, offered("2", APPROVAL, yes, "ana"), requirements=(two,)) == [False]
    assert holds(ana, offered("2", APPROVAL, no, "bia"), requirements=(two,)) == [False]


def test_too_many_ways_are_refused_not_tried_for_ever() -> None:
    names = "abcd"
    requirements = tuple(
        requirement(name=name, predicate="approval", where=[{"field": "change", "same_as": f"{other}.approver"}])
        for name, other in zip(names, names[1:] + names[0], strict=True)
    )
    many = [offered(str(n), APPROVAL, {"approver": f"p{n}", "change": f"p{(n + 1) % 20}"}) for n in range(20)]
    found = attestations.judge(requirements, many, NOW)
    assert not any(one.reason.holds for one in found)
    assert any("more than 4096 ways" in line for one in found for line in one.reason.failures())


ITEMS = [
    sbom("a"),
    sbom("b"),
    scan("a"),
    scan("b", critical=1),
    scan("c"),
    scan("b", days=9),
    offered("x", APPROVAL, {}),
]


@given(st.lists(st.sampled_from(ITEMS), unique_by=lambda one: one.source), st.randoms())
def test_the_order_of_evidence_decides_nothing(items: list[Examined], random: Any) -> None:  # noqa: ANN401
    first = attestations.judge((SBOM, SCAN), items, NOW)
    assert all(one.reason.holds for one in first) is (ITEMS[0] in items and ITEMS[2] in items)
    random.shuffle(items)
    assert attestations.judge((SBOM, SCAN), items, NOW) == first


def test_what_counts_for_nothing_is_passed_over() -> None:
    broken = Examined("sbom a", "its payloadType is wrong", (), (), sbom("a").statement)
    signature = Examined("sig", "", (Voucher("ci", "key ci", "file:ci", None),))
    assert holds(broken, signature, requirements=(SBOM,)) == [False]
