"""Attestations by the real cosign, in both formats, through a real registry; and what somebody passes off as them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guardrails.trust import Outcome
from tests.support.signing import Content, Cosign, Signer
from tests.support.trust import Scene, Shelf, Trust, judged, refused

PROVENANCE, CYCLONEDX = "https://slsa.dev/provenance/v1", "https://cyclonedx.org/bom"
VULN = "https://cosign.sigstore.dev/attestation/vuln/v1"
APPROVAL = "https://cartorio.digital/attestation/approval/v1"
SOURCE = "https://git.cartorio.example/api"
NOW = datetime.now(UTC)

both_formats = pytest.mark.parametrize("legacy", [True, False], ids=["legacy", "bundle"])


def provenance(ref: str = "refs/heads/main", builder: str = "https://ci.cartorio.example") -> dict[str, Any]:
    dependency = {"uri": f"git+{SOURCE}@{ref}", "digest": {"gitCommit": "0" * 40}}
    return {
        "buildDefinition": {
            "buildType": "https://ci.cartorio.example/build",
            "externalParameters": {"target": "api"},
            "internalParameters": {},
            "resolvedDependencies": [dependency],
        },
        "runDetails": {"builder": {"id": builder}, "metadata": {"finishedOn": NOW.isoformat()}},
    }


def sbom(serial: str = "urn:uuid:1") -> dict[str, Any]:
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": serial, "components": []}


def scan(serial: str = "urn:uuid:1", critical: int = 0, age: timedelta = timedelta(hours=1)) -> dict[str, Any]:
    at = (NOW - age).isoformat()
    return {
        "invocation": {"parameters": {"sbom": serial}},
        "scanner": {
            "uri": "pkg:grype",
            "version": "1",
            "db": {"uri": "", "version": "2"},
            "result": {"matches": [{"vulnerability": {"severity": "Critical"}}] * critical},
        },
        "metadata": {"scanStartedOn": at, "scanFinishedOn": at},
    }


ASKED: list[dict[str, Any]] = [
    {
        "name": "provenance",
        "predicate": "provenance",
        "authorities": ["ci"],
        "where": [
            {"field": "builder", "equals": "https://ci.cartorio.example"},
            {"field": "source", "equals": SOURCE},
            {"field": "ref", "matches": "^refs/(heads/main|tags/v[0-9]+)$"},
            {"field": "parameters.target", "one_of": ["api", "worker"]},
        ],
    },
    {"name": "sbom", "predicate": "sbom", "authorities": ["ci"]},
    {
        "name": "scan",
        "predicate": "vulnerabilities",
        "authorities": ["scanner"],
        "max_age": "7d",
        "where": [{"field": "critical", "at_most": 0}, {"field": "sbom", "same_as": "sbom.id"}],
    },
]


class Pipeline:
    """What signs and attests: `release` is the CI's key, `second` the scanner's, `stranger` nobody's."""

    def __init__(self, shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer, *, legacy: bool) -> None:
        self.shelf, self.trust, self.cosign, self.signer, self.legacy = shelf, trust, cosign, signer, legacy
        self.digest = shelf.image()
        cosign.sign("release", shelf.direct(self.digest), legacy=legacy)

    def attest(self, kind: str, predicate: object, key: str = "release") -> None:
        self.cosign.attest(key, self.shelf.direct(self.digest), legacy=self.legacy, predicate=predicate, kind=kind)

    def verdict(self, asked: list[dict[str, Any]] = ASKED, digest: str = "") -> Any:  # noqa: ANN401 -- a Verdict
        second = (self.cosign.folder / "second.pub").read_bytes()
        verifier = self.trust.verifier(
            {"authorities": ["ci"]}, attestations=asked, ci=[self.signer.pem], scanner=[second]
        )
        return judged(verifier, digest or self.digest)


@pytest.fixture(params=[True, False], ids=["legacy", "bundle"])
def pipeline(request: pytest.FixtureRequest, shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer) -> Pipeline:
    return Pipeline(shelf, trust, cosign, signer, legacy=request.param)


def test_an_image_with_all_that_is_asked_for_is_trusted_and_shown(pipeline: Pipeline) -> None:
    refused(pipeline.verdict(), "attestation provenance (provenance): 1 distinct key of ci required, 0 attested")
    pipeline.attest(PROVENANCE, provenance())
    pipeline.attest(CYCLONEDX, sbom())
    pipeline.attest(VULN, scan(), key="second")
    verdict = pipeline.verdict()
    assert verdict.outcome is Outcome.TRUSTED, verdict
    assert [(one.name, one.signer.authority) for one in verdict.attestations] == [
        ("provenance", "ci"),
        ("sbom", "ci"),
        ("scan", "scanner"),
    ]
    told = dict(verdict.attestations[0].facts)
    assert (told["source"], told["ref"], told["builder"]) == (SOURCE, "refs/heads/main", "https://ci.cartorio.example")
    assert abs(verdict.attestations[2].at - NOW) < timedelta(hours=2)


SCANNER, STRANGER = Signer(), Signer()


@pytest.mark.parametrize(
    ("kind", "predicate", "by", "why"),
    [
        (PROVENANCE, provenance(ref="refs/heads/evil"), "ci", "ref is 'refs/heads/evil', not what matches"),
        (PROVENANCE, provenance(builder="https://evil.example"), "ci", "builder is 'https://evil.example'"),
        (PROVENANCE, provenance(), "stranger", "not made by any key that the rule accepts"),
        (PROVENANCE, provenance(), "scanner", "not by an authority that may attest this"),
        (PROVENANCE, sbom(), "ci", "builder is not there"),
        (VULN, scan(critical=1), "scanner", "critical is '1', not at most 0"),
        (VULN, scan(age=timedelta(days=8)), "scanner", "older than 7d"),
        (VULN, scan("urn:uuid:2"), "scanner", "none was found for which: sbom is sbom.id"),
        (VULN, provenance(), "scanner", "it does not say when"),
        (CYCLONEDX, [], "ci", "id is not one plain value"),
    ],
)
def test_an_attestation_that_is_not_what_is_asked_for_is_refused_by_name(
    scene: Scene, kind: str, predicate: object, by: str, why: str
) -> None:
    """Also predicate confusion (CVE-2022-35929 and kin): valid signatures, another predicate under a type."""
    signers = {"ci": scene.signer, "scanner": SCANNER, "stranger": STRANGER}
    good = {PROVENANCE: (provenance(), "ci"), CYCLONEDX: (sbom(), "ci"), VULN: (scan(), "scanner")}
    verdicts = []
    for attested in (good, {**good, kind: (predicate, by)}):
        scene.sign(legacy=True, bundle=False)
        scene.registry.referrers[scene.digest] = [
            scene.registry.content.referrer(
                scene.image, signers[who].bundle(scene.digest, predicateType=one, predicate=content)
            )
            for one, (content, who) in attested.items()
        ]
        verifier = scene.trust.verifier(
            {"authorities": ["ci"]}, attestations=ASKED, ci=[scene.signer.pem], scanner=[SCANNER.pem]
        )
        verdicts.append(judged(verifier, scene.digest))
    assert verdicts[0].outcome is Outcome.TRUSTED, verdicts[0]
    refused(verdicts[1], why)


@both_formats
def test_an_attestation_copied_to_another_image_is_refused(
    shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer, *, legacy: bool
) -> None:
    source = Pipeline(shelf, trust, cosign, signer, legacy=legacy)
    source.attest(CYCLONEDX, sbom())
    target = Pipeline(shelf, trust, cosign, signer, legacy=legacy)
    copied, old, new = Content(), source.digest.replace(":", "-"), target.digest.replace(":", "-")
    if legacy:
        copied.manifest(shelf.get(f"manifests/{old}.att"), tag=f"{new}.att")
    else:
        subject = json.loads(shelf.get(f"manifests/{new}"))["manifests"]
        for listed in json.loads(shelf.get(f"manifests/{old}"))["manifests"]:
            manifest = json.loads(shelf.get(f"manifests/{listed['digest']}"))
            moved = {**manifest["subject"], "digest": target.digest}
            subject.append(copied.referrer(moved, shelf.get(f"blobs/{manifest['layers'][0]['digest']}")))
        copied.index(*subject, tag=new)
    shelf.push(copied)
    assert source.verdict(ASKED[1:2]).outcome is Outcome.TRUSTED
    refused(
        target.verdict(ASKED[1:2]), f"it was made for '{source.digest.removeprefix('sha256:')}', not for this image"
    )


def test_what_is_not_asked_for_is_no_hindrance_and_no_signature(pipeline: Pipeline) -> None:
    pipeline.attest(CYCLONEDX, sbom())
    assert pipeline.verdict([]).outcome is Outcome.TRUSTED
    unsigned = pipeline.shelf.image()
    pipeline.cosign.attest("release", pipeline.shelf.direct(unsigned), legacy=pipeline.legacy, predicate=sbom())
    refused(pipeline.verdict([], unsigned), "no signature was found" if pipeline.legacy else "it is an attestation")


def test_two_people_approve_or_it_is_not_approved(shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer) -> None:
    pipeline = Pipeline(shelf, trust, cosign, signer, legacy=False)
    asked = [
        {
            "name": "approval",
            "predicate": "approval",
            "authorities": ["ci", "scanner"],
            "threshold": 2,
            "max_age": "1d",
            "where": [{"field": "decision", "equals": "approved"}, {"field": "environment", "equals": "producao"}],
        }
    ]
    said = {"approver": "ana", "decision": "approved", "environment": "producao", "approvedAt": NOW.isoformat()}
    for _ in range(2):
        pipeline.attest(APPROVAL, said)
    refused(pipeline.verdict(asked), "2 distinct keys of ci or scanner required, 1 attested")
    pipeline.attest(APPROVAL, {**said, "environment": "staging"}, key="second")
    refused(pipeline.verdict(asked), "environment is 'staging', not 'producao'")
    pipeline.attest(APPROVAL, {**said, "approver": "bia"}, key="second")
    assert pipeline.verdict(asked).outcome is Outcome.TRUSTED


BESIDE: dict[str, Any] = {  # as BuildKit lists its attestations
    "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
    "platform": {"architecture": "unknown", "os": "unknown"},
}


@pytest.mark.parametrize(
    "platform",
    [{"architecture": "amd64", "os": "linux"}, {"os": "unknown"}, {"os": "unknown", "architecture": "amd64"}, None],
)
def test_what_a_runtime_would_take_for_an_image_is_one_whatever_it_is_annotated_as(
    scene: Scene, platform: dict[str, str] | None
) -> None:
    content = scene.registry.content
    hidden = {**content.image(), **BESIDE, "platform": platform}
    if platform is None:
        del hidden["platform"]
    scene.image = content.index(scene.image, hidden)
    children = [scene.digest, hidden["digest"]]
    scene.digest = scene.image["digest"]
    scene.sign()
    content.legacy(children[0], scene.signer.simple(children[0]))
    each = scene.trust.verifier(platforms="each", release=[scene.signer.pem])
    refused(judged(each, scene.digest), f"platform {children[1]}")


@both_formats
def test_every_platform_of_an_index_where_the_rule_says_so(
    shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer, *, legacy: bool
) -> None:
    content = Content()
    children = [content.image() for _ in range(2)]
    beside = {**content.image(), **BESIDE}
    index = content.index(*children, beside, tag="multi")["digest"]
    shelf.push(content)
    cosign.sign("release", shelf.direct(index), legacy=legacy)
    cosign.sign("release", shelf.direct(children[0]["digest"]), legacy=legacy)
    covered = trust.verifier(release=[signer.pem])
    assert judged(covered, index).outcome is Outcome.TRUSTED
    each = trust.verifier(platforms="each", release=[signer.pem])
    unsigned = children[1]["digest"]
    refused(judged(each, index), f"platform {unsigned}: refused: 1 distinct key of release required, 0 signed")
    cosign.sign("release", shelf.direct(unsigned), legacy=legacy)
    assert judged(each, index).outcome is Outcome.TRUSTED


def test_an_sbom_of_megabytes_is_read_and_one_without_end_is_not(
    shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer
) -> None:
    asked = ASKED[1:2]
    for size, outcome in ((1_000_000, Outcome.TRUSTED), (3_000_000, Outcome.REFUSED)):
        pipeline = Pipeline(shelf, trust, cosign, signer, legacy=False)
        pipeline.attest(CYCLONEDX, {**sbom(), "x": "x" * size})
        verdict = pipeline.verdict(asked)
        assert verdict.outcome is outcome, verdict.reasons
    refused(verdict, "bytes, more than the")
