"""Every rule about AWS and secrets, on resources of every type with whatever properties: no crash, and no order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardrails.catalogue import CATALOGUE
from guardrails.judge import judge
from guardrails.model import Context, OnUnknown, Profile
from guardrails.resources.aws import KINDS
from guardrails.resources.base import Declared, Stack
from guardrails.resources.parse import parse
from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import allow, document
from tests.support.policies import NOW, Manifests

if TYPE_CHECKING:
    from random import Random

    from guardrails.judge import Judgement

POLICIES = tuple(policy for policy in CATALOGUE if policy.id.startswith(("aws/", "secrets/", "stack/")))
ACCOUNTS = {Profile.STAGING: ("111122223333",)}
CONTEXT = Context(Profile.PRODUCAO, NOW, accounts=ACCOUNTS, tags=("owner",), configuration={"a:b": "c"})
WORDS = st.sampled_from(
    [
        *("policy", "assumeRolePolicy", "bucket", "rules", "rule", "tags", "vpcConfig", "metadataOptions", "ingress"),
        *(
            "status",
            "kmsKeyId",
            "name",
            "type",
            "spec",
            "environment",
            "userData",
            "cidrBlocks",
            "selectionTags",
            "value",
        ),
        *("internal", "multiRegion", "key", "vpcId", "securityGroups", "blockDeviceMappings", "ebs", "defaultActions"),
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=True),
    st.text(max_size=6),
    st.just(UNKNOWN),
    st.sampled_from(["*", "0.0.0.0/0", "{", "arn:aws:iam::111122223333:x", document(allow("*", "*", Principal="*"))]),
)
ODD = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=6
)
RESOURCES = st.lists(
    st.tuples(st.sampled_from(sorted(KINDS)), st.dictionaries(WORDS, ODD, max_size=6)), min_size=1, max_size=6
)


def _judged(declared: list[Declared]) -> tuple[Judgement, Judgement]:
    single = [policy for policy in POLICIES if Stack not in policy.resource_types]
    across = [policy for policy in POLICIES if Stack in policy.resource_types]
    parsed = tuple(one for each in declared for one in parse(each, Manifests()))
    stack = Stack("", "", "the stack", parsed, tuple(declared))
    return judge(parsed, CONTEXT, single), judge((stack,), CONTEXT, across)


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(RESOURCES, st.randoms(use_true_random=False))
def test_nothing_crashes_a_rule_and_no_order_changes_the_verdict(
    drawn: list[tuple[str, dict[str, Any]]], chance: Random
) -> None:
    declared = [
        Declared(kind, f"r{number}", f"urn:{number}", properties, {"bucket": ("urn:0",)})
        for number, (kind, properties) in enumerate(drawn)
    ]
    straight = _judged(declared)
    for judgement in straight:
        for violation in judgement.violations:
            assert "the rule failed" not in violation.message, violation
            assert violation.remedy
    shuffled = list(declared)
    chance.shuffle(shuffled)
    assert _judged(shuffled) == straight


def test_a_rule_that_waits_says_nothing_at_a_preview_and_the_others_never_pass_what_they_cannot_see() -> None:
    for policy in POLICIES:
        declared = [Declared(kind, "x", "urn:x", dict.fromkeys(_TOP, UNKNOWN)) for kind in KINDS]
        parsed = tuple(one for each in declared for one in parse(each, Manifests()))
        found = [v for v in judge(parsed, CONTEXT, [policy]).violations if v.unknown]
        assert not found or policy.on_unknown is OnUnknown.VIOLATION


_TOP = (
    "policy",
    "assumeRolePolicy",
    "rules",
    "tags",
    "vpcConfig",
    "metadataOptions",
    "ingress",
    "policyDocument",
    "userData",
)
