from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails import examiner as module
from guardrails.catalogue import CATALOGUE
from guardrails.model import Problem, Profile
from guardrails.resources.base import Declared, Stack
from guardrails.resources.helm import Renderer
from guardrails.resources.parse import parse
from guardrails.resources.pods import Pod
from guardrails.resources.reading import UNKNOWN
from guardrails.trust import TrustPolicyError
from tests.support.policies import REGISTRIES, Manifests, Notary, surroundings

if TYPE_CHECKING:
    from guardrails.resources.base import Resource
    from guardrails.resources.parse import Renders
    from tests.support.policies import Declare, MakeExaminer

RELEASE = "kubernetes:helm.sh/v3:Release"
IMAGE = f"{REGISTRIES[0]}/api@sha256:{'0' * 64}"


def _pod(*images: str) -> dict[str, Any]:
    spec = {"containers": [{"name": f"c{i}", "image": image} for i, image in enumerate(images)]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}, "spec": spec}


def test_every_image_is_asked_about_once(examiner: MakeExaminer, declare: Declare) -> None:
    notary = Notary([IMAGE])
    judge = examiner(verifier=lambda: notary)
    for _ in range(2):
        judge.examine(declare(_pod(IMAGE, IMAGE, "nginx")))
    assert notary.asked == sorted([IMAGE, "nginx"])


def test_images_inside_a_release_are_asked_about(examiner: MakeExaminer, declare: Declare) -> None:
    notary = Notary()
    release = declare({"chart": "./c"}, "kubernetes:helm.sh/v3:Release")
    found = examiner(verifier=lambda: notary, renderer=Manifests((_pod(IMAGE),))).examine(release)
    assert notary.asked == [IMAGE]
    assert "image/signed" in {violation.rule for violation in found.violations}


def test_what_is_judged_alone_and_then_among_all_others_is_read_once(
    examiner: MakeExaminer, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Declared] = []

    def spy(one: Declared, renderer: Renders) -> tuple[Resource, ...]:
        read.append(one)
        return parse(one, renderer)

    monkeypatch.setattr(module, "parse", spy)
    judge, first = examiner(verifier=Notary), declare(_pod("nginx"))
    alone = judge.examine(first)
    judge.examine_stack([first])
    assert (read, judge.examine(first)) == ([first], alone)
    second = declare(_pod("nginx", "redis"))  # at the same address: an update, or what came out of one
    assert len(judge.examine(second).violations) > len(alone.violations)
    assert read == [first, second]


def test_what_few_runs_need_is_imported_by_those() -> None:
    heavy = "{'guardrails.trust', 'http.client', 'ssl', 'asyncio', 'pydantic', 'httpx', 'cryptography'}"
    look = f"import sys, guardrails.catalogue, guardrails.examiner; sys.exit(' '.join({heavy} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_verifier_is_made_without_an_image(examiner: MakeExaminer, declare: Declare) -> None:
    def explode() -> Notary:
        raise AssertionError("nobody asked")

    assert examiner(verifier=explode).examine(declare({}, "aws:iam/policyAttachment:PolicyAttachment")).violations == ()


@pytest.mark.parametrize("fails", ["made", "asked"])
def test_a_verifier_that_fails_refuses_every_image(examiner: MakeExaminer, declare: Declare, fails: str) -> None:
    class Fails:
        def verify(self, _: object) -> dict[str, Any]:
            raise ValueError("trust.yaml: line 3: no such key\nmore")

    def make() -> Fails:
        if fails == "made":
            raise ValueError("trust.yaml: line 3: no such key\nmore")
        return Fails()

    found = examiner(verifier=make).examine(declare(_pod(IMAGE))).violations
    (signed,) = [violation for violation in found if violation.rule == "image/signed"]
    assert "signatures cannot be verified: trust.yaml: line 3: no such key" in signed.message
    assert "more" not in signed.message


def test_who_prepares_asks_nobody_and_the_first_image_waits_for_no_verifier(
    examiner: MakeExaminer, declare: Declare
) -> None:
    made: list[Notary] = []

    def make() -> Notary:
        made.append(Notary([IMAGE]))
        return made[-1]

    judge = examiner(verifier=make)
    judge.prepare()
    assert [notary.asked for notary in made] == [[]]
    judge.examine(declare(_pod(IMAGE)))
    assert [notary.asked for notary in made] == [[IMAGE]]


def test_what_fails_while_preparing_is_reported_when_there_is_an_image(
    examiner: MakeExaminer, declare: Declare
) -> None:
    def make() -> Notary:
        raise TrustPolicyError(["trust.yaml:3: no keys"])

    judge = examiner(verifier=make)
    judge.prepare()
    (signed,) = [found for found in judge.examine(declare(_pod(IMAGE))).violations if found.rule == "image/signed"]
    assert "trust.yaml:3: no keys" in signed.message


def test_with_a_verifier_comes_all_that_the_first_image_would_import() -> None:
    program = f"""
import pathlib, sys, datetime
from guardrails import catalogue, examiner, model
root = pathlib.Path({str(Path(__file__).parents[2])!r})
outside = examiner.surroundings(
    root / "policy_pack", root, catalogue.CATALOGUE, model.Profile.PRODUCAO, datetime.datetime.now(datetime.UTC))
assert "cryptography" not in sys.modules
verifier = outside.verifier()
before = set(sys.modules)
(verdict,) = verifier.verify(["registry.cartorio.internal/cartorio/api@sha256:{"0" * 64}"]).values()
print(verdict.outcome, *(name for name in sorted(set(sys.modules) - before) if name.startswith("cryptography")))
"""
    nowhere = {"CARTORIO_REGISTRY_MIRRORS": "registry.cartorio.internal=http://127.0.0.1:9"}
    environment = {**os.environ, **nowhere, "CARTORIO_EVIDENCE_CACHE": "off", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == ["error"]


def test_every_problem_of_the_trust_policy_is_told_at_once(examiner: MakeExaminer, declare: Declare) -> None:
    problems = ("trust.yaml:3: authorities.release: no keys", "trust.yaml:9: profiles.local: unknown authority 'x'")

    def make() -> Notary:
        raise TrustPolicyError(problems)

    found = examiner(verifier=make).examine(declare(_pod(IMAGE))).violations
    (signed,) = [violation for violation in found if violation.rule == "image/signed"]
    assert f"signatures cannot be verified: {'; '.join(problems)}" in signed.message
    assert "\n" not in signed.message


def test_stack_rules_judge_the_stack_alone(examiner: MakeExaminer, declare: Declare) -> None:
    bucket = declare({}, "aws:s3/bucket:Bucket")
    judge = examiner(problems=(Problem("exemptions[0]", "wrong", "right"),))
    across = {policy.id for policy in CATALOGUE if Stack in policy.resource_types}
    assert across.isdisjoint(violation.rule for violation in judge.examine(bucket).violations)
    found = {violation.rule for violation in judge.examine_stack([bucket]).violations}
    assert {"aws/s3-public-access", "pack/exemptions"} <= found <= across


@pytest.mark.parametrize("profile", Profile)
def test_our_own_chart_is_in_compliance(profile: Profile, declare: Declare, helm_on_path: None) -> None:  # noqa: ARG001
    root = Path(__file__).parents[2]
    outside = surroundings(verifier=lambda: Notary([IMAGE]), renderer=Renderer(root, "1.36.3"))
    values = {"images": {"api": IMAGE, "workers": IMAGE}, "secretName": UNKNOWN, "version": UNKNOWN}
    release = declare({"chart": "./charts/cartorio", "namespace": "deeds", "values": values}, RELEASE, "cartorio")
    judgement = module.Examiner(CATALOGUE, profile, outside).examine(release)
    assert judgement.violations == ()
    assert {policy.id for policy in CATALOGUE if Pod in policy.resource_types} <= judgement.applied


@pytest.mark.parametrize("profile", Profile)
def test_the_packs_own_files_make_surroundings(profile: Profile) -> None:
    root = Path(__file__).parents[2]
    found = module.surroundings(root / "policy_pack", root, CATALOGUE, profile, datetime.now(UTC))
    assert found.problems == ()
    assert found.settings.registries[profile]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"PULUMI_CONFIG": '{"a:b": "c", "a:d": "e"}', "PULUMI_CONFIG_SECRET_KEYS": '["a:d"]'}, {"a:b": "c"}),
        ({"PULUMI_CONFIG": '{"a:b": "c", "a:d": 1}'}, {"a:b": "c"}),
        ({"PULUMI_CONFIG": "["}, {}),
        ({"PULUMI_CONFIG": "[]"}, {}),
        ({}, {}),
    ],
)
def test_only_what_is_not_encrypted_of_the_configuration_is_looked_at(
    environment: dict[str, str], expected: dict[str, str]
) -> None:
    assert module.plain_configuration(environment) == expected


def test_a_missing_exemptions_file_is_a_problem(tmp_path: Path) -> None:
    pack = Path(__file__).parents[2] / "policy_pack"
    (tmp_path / "settings.yaml").write_text((pack / "settings.yaml").read_text())
    found = module.surroundings(tmp_path, tmp_path, CATALOGUE, Profile.LOCAL, datetime.now(UTC))
    assert [problem.where for problem in found.problems] == ["exemptions.yaml"]
    assert found.exemptions == ()


_WORDS = ["name", "image", "securityContext", "privileged", "resources", "limits", "cpu", "livenessProbe", "reference"]
_ODD = st.recursive(
    st.sampled_from([None, True, False, 0, 1.5, "", "nginx", IMAGE, "Always", UNKNOWN]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=4),
    max_leaves=12,
)
_SPECS = st.fixed_dictionaries(
    {}, optional={key: st.lists(_ODD, max_size=2) | _ODD for key in ("containers", "initContainers", "volumes", "os")}
)


@given(st.sampled_from(["Pod", "Job"]), _SPECS, _ODD)
def test_no_resource_however_odd_crashes_a_rule(kind: str, spec: dict[str, Any], key: object) -> None:
    manifest = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "odd"}, "spec": spec}
    judge = module.Examiner(CATALOGUE, Profile.PRODUCAO, surroundings(renderer=Manifests((manifest, key))))
    declared = (
        Declared("kubernetes:core/v1:Pod", "odd", "urn:odd", manifest),
        Declared("kubernetes:helm.sh/v3:Release", "odd", "urn:release", {"chart": "x"}),
        Declared("aws:kms/key:Key", "odd", "urn:key", {"enableKeyRotation": key, "keyUsage": key}),
        Declared("aws:s3/bucket:Bucket", "odd", "urn:bucket", {"bucket": key}),
    )
    found = [violation for one in declared for violation in judge.examine(one).violations]
    found += judge.examine_stack(declared).violations
    assert not [violation for violation in found if "the rule failed" in violation.message]
    assert all("\n" not in violation.message for violation in found)
