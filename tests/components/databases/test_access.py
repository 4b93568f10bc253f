from __future__ import annotations

from components.databases.access import DatabaseAccess, DatabaseAccessArgs
from tests.support.databases import providers
from tests.support.plan import run


def test_each_client_is_let_out_to_the_database_and_nowhere_else() -> None:
    def program() -> None:
        args = DatabaseAccessArgs(stack="local", namespaces=(("a", "a"), ("b", "b")), database="mongodb", port=27017)
        DatabaseAccess("access", args, providers())

    policies = run(program)[0].of("kubernetes:networking.k8s.io/v1:NetworkPolicy")
    assert {policy.inputs["metadata"]["namespace"] for policy in policies} == {"a", "b"}
    for policy in policies:
        spec = policy.inputs["spec"]
        assert spec["policyTypes"] == ["Egress"]
        (rule,) = spec["egress"]
        assert rule["to"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "mongodb"}}}]
        assert rule["ports"] == [{"port": 27017, "protocol": "TCP"}]
