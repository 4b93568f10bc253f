from __future__ import annotations

import json

from components.sections.supply import PullThrough
from components.supply.cache import PullThroughCache, PullThroughCacheArgs
from tests.support.edge import cloud
from tests.support.plan import run
from tests.support.site import account

SECRET = "arn:aws:secretsmanager:sa-east-1:123456789012:secret:ecr-pullthroughcache/ghcr-a1b2c3"
SOURCES = (
    {"upstream": "quay.io", "prefix": "mirror/quay.io"},
    {"upstream": "ghcr.io", "prefix": "mirror/ghcr.io", "credentials": SECRET},
)


def test_each_source_has_a_rule_that_waits_for_what_its_repositories_are_like() -> None:
    settings = tuple(PullThrough.model_validate_json(json.dumps(source)) for source in SOURCES)

    def program() -> None:
        PullThroughCache("cache", PullThroughCacheArgs(settings=settings, key_arn="arn:key"), account(), cloud())

    plan = run(program)[0]
    rules = {rule.name: rule for rule in plan.of("aws:ecr/pullThroughCacheRule:PullThroughCacheRule")}
    assert {name: rule.inputs for name, rule in rules.items()} == {
        "cache-quay.io": {"ecrRepositoryPrefix": "mirror/quay.io", "upstreamRegistryUrl": "quay.io"},
        "cache-ghcr.io": {
            "ecrRepositoryPrefix": "mirror/ghcr.io",
            "upstreamRegistryUrl": "ghcr.io",
            "credentialArn": SECRET,
        },
    }
    templates = plan.of("aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate")
    assert {template.inputs["prefix"] for template in templates} == {"mirror/quay.io", "mirror/ghcr.io"}
    for rule in rules.values():
        assert any("RepositoryCreationTemplate" in urn for urn in rule.depends_on)
