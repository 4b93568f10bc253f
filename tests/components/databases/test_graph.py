from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.databases.graph import Memory, backup_configuration, dns_names, neo4j_values, shares
from components.sections.databases import Neo4j
from tests.support.databases import LICENSED


def _values(**more: object) -> dict[str, Any]:
    settings = Neo4j.model_validate_json(json.dumps({**LICENSED, **more}))
    return neo4j_values(settings, 1, image="neo4j@sha256:1", storage_class="databases", architecture="arm64")


@pytest.mark.parametrize(
    ("limit", "memory"),
    [("2Gi", Memory(691, 845)), ("4Gi", Memory(1536, 1878)), ("128Gi", Memory(31744, 77483))],
)
def test_memory_is_shared_out(limit: str, memory: Memory) -> None:
    assert shares(limit) == memory


@given(st.integers(min_value=2048, max_value=2**20))
def test_a_member_never_takes_more_than_it_may(mebibytes: int) -> None:
    memory = shares(f"{mebibytes}Mi")
    assert memory.heap >= 512
    assert memory.page_cache >= 512
    assert memory.heap + memory.page_cache <= mebibytes - 512


def test_the_chart_is_told_what_was_shared_out() -> None:
    config = _values()["config"]
    assert config["server.memory.heap.initial_size"] == config["server.memory.heap.max_size"] == "1536m"
    assert config["server.memory.pagecache.size"] == "1878m"
    assert all(isinstance(value, str) for value in config.values()), "the chart refuses anything else"


def test_three_members_make_a_cluster_and_share_no_zone() -> None:
    values = _values()
    assert (values["neo4j"]["minimumClusterSize"], values["fullnameOverride"]) == (3, "neo4j-1")
    (rule,) = values["podSpec"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert rule["topologyKey"] == "topology.kubernetes.io/zone"
    assert rule["labelSelector"]["matchLabels"]["app"] == values["neo4j"]["name"]


def test_the_password_comes_by_reference() -> None:
    values = _values()
    assert values["neo4j"]["passwordFromSecret"] == "neo4j-auth"
    assert "password" not in values["neo4j"]


def test_nothing_is_reached_without_tls_or_from_outside() -> None:
    values = _values()
    assert set(values["ssl"]) == {"bolt", "cluster", "backup"}
    for policy in ("cluster", "backup"):
        assert values["config"][f"dbms.ssl.policy.{policy}.client_auth"] == "REQUIRE"
    assert values["config"]["server.http.enabled"] == "false"
    assert values["services"]["neo4j"] == {"enabled": False, "cleanup": {"enabled": False}}


def test_the_licence_is_accepted_because_the_stacks_file_says_so() -> None:
    assert _values()["neo4j"]["acceptLicenseAgreement"] == "yes"


def test_the_certificate_covers_every_member() -> None:
    names = dns_names(3)
    assert {"neo4j.neo4j.svc.cluster.local", "neo4j-2-internals.neo4j.svc.cluster.local", "neo4j-0-admin"} <= set(names)
    assert len(names) == len(set(names)) == 30


def test_a_backup_shows_its_certificate() -> None:
    told = dict(line.split("=") for line in backup_configuration().splitlines())
    assert told["dbms.ssl.policy.backup.enabled"] == "true"
    assert told["dbms.ssl.policy.backup.base_directory"] == "/certificates"
