"""What the engine would send, what it would get back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy.proxy import UNKNOWN_BOOLEAN_VALUE, UNKNOWN_OBJECT_VALUE, UNKNOWN_STRING_VALUE

from guardrails import adapter
from guardrails.catalogue import CATALOGUE
from guardrails.examiner import Examiner
from guardrails.model import Profile
from tests.support.policies import REGISTRIES, Manifests, Notary, surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.model import Policy

POD = "kubernetes:core/v1:Pod"
IMAGE = f"{REGISTRIES[0]}/api@sha256:{'0' * 64}"
SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
ASSET = "c44067f5952c0a294b673a41bacd8c17"


def _urn(kind: str, name: str) -> str:
    return f"urn:pulumi:test::cartorio::{kind}::{name}"


def _struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(properties)
    return struct


def _pod(**container: object) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "api"},
        "spec": {"containers": [{"name": "api", "image": IMAGE, **container}]},
    }


class Engine:
    """Speaks to the pack as the engine does: remediations first, then validations."""

    def __init__(
        self,
        profile: Profile = Profile.PRODUCAO,
        catalogue: tuple[Policy, ...] = CATALOGUE,
        secrets: tuple[str, ...] = (),
        *,
        preview: bool = False,
        **changes: object,
    ) -> None:
        changes = {"verifier": lambda: Notary([IMAGE]), **changes}
        examiner = Examiner(catalogue, profile, surroundings(**changes))
        self.analyzer = adapter.Analyzer(catalogue, profile, examiner, secrets=secrets, preview=preview)
        self.remedies: list[str] = []

    def resource(self, kind: str, properties: Mapping[str, Any], name: str = "api") -> list[Any]:
        request = analyzer_pb2.AnalyzeRequest(
            type=kind, properties=_struct(properties), urn=_urn(kind, name), name=name
        )
        self.remedies = []
        for remedy in self.analyzer.remediate(request).remediations:
            assert not remedy.diagnostic
            self.remedies.append(remedy.policyName)
            request.properties.CopyFrom(remedy.properties)
        return list(self.analyzer.analyze(request).diagnostics)

    def stack(self, *resources: analyzer_pb2.AnalyzerResource) -> list[Any]:
        request = analyzer_pb2.AnalyzeStackRequest(resources=resources)
        return list(self.analyzer.analyze_stack(request).diagnostics)


def _by_rule(diagnostics: list[Any]) -> dict[str, Any]:
    return {diagnostic.policyName: diagnostic for diagnostic in diagnostics}


def test_a_violation_says_where_why_and_what_to_do() -> None:
    found = _by_rule(Engine(verifier=Notary).resource(POD, _pod()))["image/signed"]
    assert found.enforcementLevel == analyzer_pb2.MANDATORY
    assert found.severity == analyzer_pb2.POLICY_SEVERITY_CRITICAL
    assert found.message.splitlines() == [
        "Every image carries a valid signature of an authority we trust",
        "where:  Pod api",
        f"why:    container \"api\" runs '{IMAGE}', which is refused: no signature found (spec.containers[0].image)",
        "remedy: sign it",
    ]


def test_a_trusted_image_passes() -> None:
    rules = _by_rule(Engine().resource(POD, _pod()))
    assert not {rule for rule in rules if rule.startswith("image/")}


@pytest.mark.parametrize(
    ("profile", "level"), [(Profile.LOCAL, analyzer_pb2.ADVISORY), (Profile.STAGING, analyzer_pb2.MANDATORY)]
)
def test_enforcement_follows_the_profile(profile: Profile, level: int) -> None:
    found = _by_rule(Engine(profile).resource(POD, _pod()))
    assert found["workload/probes"].enforcementLevel == level
    assert found["workload/resources"].enforcementLevel == analyzer_pb2.MANDATORY


@pytest.mark.parametrize(
    ("properties", "rule", "path"),
    [
        (_pod(image=UNKNOWN_STRING_VALUE), "image/signed", "spec.containers[0].image"),
        (_pod(securityContext=UNKNOWN_OBJECT_VALUE), "pss/baseline/privileged", "securityContext.privileged"),
        (_pod(securityContext={"privileged": UNKNOWN_BOOLEAN_VALUE}), "pss/baseline/privileged", "privileged"),
        ({**_pod(), "spec": UNKNOWN_OBJECT_VALUE}, "pss/baseline/privileged", "spec"),
        ({**_pod(), "spec": {"containers": [UNKNOWN_OBJECT_VALUE]}}, "image/digest-pinned", "spec.containers[0]"),
    ],
)
def test_an_unknown_value_is_a_mandatory_violation(properties: dict[str, Any], rule: str, path: str) -> None:
    changes = {policy.id: replace(policy, yields_to=()) for policy in CATALOGUE}
    found = _by_rule(Engine(catalogue=tuple(changes.values())).resource(POD, properties))
    assert found[rule].enforcementLevel == analyzer_pb2.MANDATORY
    assert path in found[rule].message
    assert "not known before the update" in found[rule].message
    assert "can't run policy" not in found[rule].message


def test_a_rule_that_can_wait_does_not_complain_about_an_unknown_value() -> None:
    assert "workload/resources" not in _by_rule(Engine().resource(POD, _pod(resources=UNKNOWN_OBJECT_VALUE)))


def test_a_secret_is_in_no_message() -> None:
    marked = {SIGNATURE: SECRET, "value": "registry.example/token-5ecr3t"}
    diagnostics = Engine().resource(POD, _pod(image=marked))
    assert "[secret]" in _by_rule(diagnostics)["image/allowed-registry"].message
    assert not [diagnostic for diagnostic in diagnostics if "5ecr3t" in diagnostic.message]


def test_secrets_inside_lists_and_objects_are_found() -> None:
    spec = {"containers": [{"name": "deep-5ecr3t", "image": "nginx"}]}
    marked = {"apiVersion": "v1", "kind": "Pod", "spec": {SIGNATURE: SECRET, "value": spec}}
    diagnostics = Engine().resource(POD, marked)
    assert diagnostics
    assert not [diagnostic for diagnostic in diagnostics if "5ecr3t" in diagnostic.message]


def test_a_secret_of_the_configuration_is_in_no_message() -> None:
    diagnostics = Engine(secrets=("hunter2-hunter2",)).resource(POD, _pod(image="x/hunter2-hunter2:1"))
    assert "x/[secret]:1" in _by_rule(diagnostics)["image/digest-pinned"].message


def test_a_short_secret_does_not_black_out_the_catalogue() -> None:
    marked = {SIGNATURE: SECRET, "value": "true"}
    found = _by_rule(Engine().resource(POD, _pod(securityContext={"privileged": True}, command=[marked])))
    assert "Set securityContext.privileged to false" in found["pss/baseline/privileged"].message


def test_a_failing_rule_is_a_violation_that_names_rule_and_resource() -> None:
    def crash(*_: object) -> tuple[()]:
        raise RuntimeError("inside")

    broken = tuple(replace(p, rule=crash) if p.id == "workload/resources" else p for p in CATALOGUE)
    found = _by_rule(Engine(catalogue=broken).resource(POD, _pod()))["workload/resources"]
    assert "Pod api" in found.message
    assert "the rule failed with RuntimeError" in found.message
    assert "Traceback" not in found.message


def test_a_failing_pack_is_a_violation_of_the_resource() -> None:
    class Broken:
        def render(self, *_: object) -> tuple[()]:
            raise OSError("disk")

    (found,) = Engine(renderer=Broken()).resource("kubernetes:helm.sh/v3:Release", {"chart": "x"}, "cartorio")
    assert found.policyName == "pack/readable"
    assert found.enforcementLevel == analyzer_pb2.MANDATORY
    assert "kubernetes:helm.sh/v3:Release cartorio" in found.message
    assert "the pack failed with OSError" in found.message


def test_a_pack_without_valid_settings_lets_nothing_pass() -> None:
    engine = Engine()
    engine.analyzer = adapter.Analyzer(CATALOGUE, Profile.LOCAL, None, "the settings are broken")
    config = analyzer_pb2.ConfigureAnalyzerRequest()
    config.policyConfig["pack/readable"].enforcementLevel = analyzer_pb2.DISABLED
    engine.analyzer.configure(config)
    for (found,) in (engine.resource(POD, _pod()), engine.stack()):
        assert found.policyName == "pack/readable"
        assert found.enforcementLevel == analyzer_pb2.MANDATORY, "whatever level somebody gave it"
        assert "the settings are broken" in found.message


def test_pods_inside_a_release_are_reported_at_the_release() -> None:
    kind = "kubernetes:helm.sh/v3:Release"
    engine = Engine(renderer=Manifests((_pod(image="nginx"),)))
    found = _by_rule(engine.resource(kind, {"chart": "./c"}, "cartorio"))["image/digest-pinned"]
    assert found.urn == _urn(kind, "cartorio")
    assert "Pod api in Helm release cartorio" in found.message


def test_a_second_resource_is_not_judged_by_the_first_ones_properties() -> None:
    engine = Engine()
    assert "image/digest-pinned" in _by_rule(engine.resource(POD, _pod(image="nginx")))
    assert "image/digest-pinned" not in _by_rule(engine.resource(POD, _pod()))
    assert engine.resource("aws:iam/policyAttachment:PolicyAttachment", {}) == []


def test_rules_judge_when_the_first_policy_is_disabled() -> None:
    engine = Engine()
    config = analyzer_pb2.ConfigureAnalyzerRequest()
    for policy in CATALOGUE:
        level = analyzer_pb2.DISABLED if policy.id == "pack/readable" else analyzer_pb2.MANDATORY
        config.policyConfig[policy.id].enforcementLevel = level
    engine.analyzer.configure(config)
    assert "image/digest-pinned" in _by_rule(engine.resource(POD, _pod(image="nginx")))
    assert "image/digest-pinned" not in _by_rule(engine.resource(POD, _pod()))


def test_a_stack_rule_links_resources_by_their_dependencies() -> None:
    bucket, block = "aws:s3/bucket:Bucket", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    settings = dict.fromkeys(
        ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
    )

    def resource(kind: str, properties: dict[str, Any], of: str = "") -> analyzer_pb2.AnalyzerResource:
        made = analyzer_pb2.AnalyzerResource(
            type=kind, properties=_struct(properties), urn=_urn(kind, "evidence"), name="evidence"
        )
        if of:
            made.propertyDependencies["bucket"].urns.append(_urn(of, "evidence"))
        return made

    unlocked = resource(bucket, {})
    lock = resource(block, {"bucket": UNKNOWN_STRING_VALUE, **settings}, of=bucket)
    stray = resource(block, {"bucket": UNKNOWN_STRING_VALUE, **settings})

    def public(engine: Engine, *resources: analyzer_pb2.AnalyzerResource) -> list[str]:
        found = engine.stack(*resources)
        return [one.urn for one in found if one.policyName == "aws/s3-public-access"]

    assert public(Engine(), unlocked, lock) == []
    assert public(Engine(), unlocked, stray) == [_urn(bucket, "evidence")]
    engine = Engine()
    assert public(engine, unlocked)
    assert public(engine, unlocked, lock) == []


def test_assets_reach_the_renderer() -> None:
    seen: list[Mapping[str, Any]] = []

    class Sees(Manifests):
        def render(self, name: str, properties: Mapping[str, Any]) -> tuple[Any, ...]:
            seen.append(properties)
            return super().render(name, properties)

    files = [
        {SIGNATURE: ASSET, "path": "values.yaml"},
        {SIGNATURE: ASSET, "text": "a: 1"},
        {SIGNATURE: ASSET, "uri": "u"},
    ]
    Engine(renderer=Sees()).resource("kubernetes:helm.sh/v3:Release", {"chart": "x", "valueYamlFiles": files})
    assert [(asset.kind, asset.value) for asset in seen[0]["valueYamlFiles"]] == [
        ("path", "values.yaml"),
        ("text", "a: 1"),
        ("uri", "RemoteAsset"),
    ]


def test_properties_nested_without_end_are_a_violation() -> None:
    deep: dict[str, Any] = {}
    for _ in range(80):
        deep = {"a": deep}
    assert "RecursionError" in _by_rule(Engine().resource(POD, deep))["pack/readable"].message


@pytest.mark.parametrize(
    ("config", "profile"),
    [
        ('{"cartorio:profile": "local"}', Profile.LOCAL),
        ('{"cartorio:profile": "staging"}', Profile.STAGING),
        ('{"cartorio:profile": "Local"}', Profile.PRODUCAO),
        ('{"cartorio:profile": ["local"]}', Profile.PRODUCAO),
        ('{"other:profile": "local"}', Profile.PRODUCAO),
        ("[]", Profile.PRODUCAO),
        ("{", Profile.PRODUCAO),
        ("", Profile.PRODUCAO),
    ],
)
def test_the_profile_is_the_configurations_or_production(config: str, profile: Profile) -> None:
    assert adapter.profile_of({"PULUMI_CONFIG": config}) is profile


def test_the_pack_adapts_in_its_own_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps({"cartorio:profile": "local", "cartorio:key": "5ecr3t-5ecr3t"}))
    monkeypatch.setenv("PULUMI_CONFIG_SECRET_KEYS", json.dumps(["cartorio:key", "cartorio:absent"]))
    engine = Engine()
    engine.analyzer = adapter.adapt(CATALOGUE)
    diagnostics = engine.resource(POD, _pod(image="x/5ecr3t-5ecr3t:1"))
    assert _by_rule(diagnostics)["workload/probes"].enforcementLevel == analyzer_pb2.ADVISORY
    assert not [diagnostic for diagnostic in diagnostics if "5ecr3t" in diagnostic.message]


def test_the_engine_is_told_of_every_policy() -> None:
    info = Engine().analyzer.info()
    told = {policy.name: policy for policy in info.policies}
    assert set(told) == {policy.id for policy in CATALOGUE}
    assert told["image/signed"].remediation_steps
    assert told["aws/s3-public-access"].policy_type == analyzer_pb2.POLICY_TYPE_STACK
    assert told["image/signed"].framework.name


def test_a_stack_is_judged_each_time_by_what_it_is_then() -> None:
    engine = Engine()
    bucket = "aws:s3/bucket:Bucket"
    made = analyzer_pb2.AnalyzerResource(type=bucket, properties=_struct({}), urn=_urn(bucket, "e"), name="e")
    first = {diagnostic.policyName for diagnostic in engine.stack(made)}
    assert "aws/s3-public-access" in first
    assert {diagnostic.policyName for diagnostic in engine.stack(made)} == first
    assert engine.stack() == []
    assert {diagnostic.policyName for diagnostic in engine.stack(made)} == first


def test_a_cluster_that_is_not_there_yet_is_judged_by_what_was_asked_for_and_by_links() -> None:
    room, deny = "kubernetes:core/v1:Namespace", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
    engine = Engine()
    engine.resource(room, {"metadata": {"name": "deeds"}}, "room")
    closed = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    engine.resource(deny, {"metadata": {"namespace": UNKNOWN_STRING_VALUE}, "spec": closed}, "deny")
    link = {"metadata": analyzer_pb2.AnalyzerPropertyDependencies(urns=[_urn(room, "room")])}
    shown = [
        analyzer_pb2.AnalyzerResource(type=kind, urn=_urn(kind, name), name=name, propertyDependencies=links)
        for kind, name, links in ((room, "room", {}), (deny, "deny", link))
    ]
    assert "network/default-deny" not in _by_rule(engine.stack(*shown))
    assert "network/default-deny" in _by_rule(engine.stack(shown[0]))


def test_registries_can_be_given_from_outside() -> None:
    engine = Engine()
    info = {policy.name: policy for policy in engine.analyzer.info().policies}
    assert set(info["pack/readable"].configSchema.properties) == {"registries"}
    elsewhere = _pod(image=f"registry.example/team/api@sha256:{'0' * 64}")
    assert "image/allowed-registry" in _by_rule(engine.resource(POD, elsewhere))
    config = analyzer_pb2.ConfigureAnalyzerRequest()
    config.policyConfig["pack/readable"].enforcementLevel = analyzer_pb2.REMEDIATE
    config.policyConfig["pack/readable"].properties.update({"registries": ["registry.example/team"]})
    engine.analyzer.configure(config)
    assert "image/allowed-registry" not in _by_rule(engine.resource(POD, elsewhere))
    assert "image/allowed-registry" in _by_rule(engine.resource(POD, _pod()))
