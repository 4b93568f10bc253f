from __future__ import annotations

import pulumi
from pulumi_kubernetes import core, meta

from components.databases.pods import backup_pod
from tests.support.databases import providers
from tests.support.plan import run


def test_the_pod_says_where_it_may_write_and_where_it_runs() -> None:
    def program() -> None:
        spec = backup_pod(
            image="neo4j@sha256:1",
            members=("a:6362", "b:6362"),
            bucket=pulumi.Output.from_input("bucket"),
            region="sa-east-1",
            service_account="neo4j-backup",
            scratch="7Gi",
            architecture="amd64",
        )
        core.v1.Pod("pod", metadata=meta.v1.ObjectMetaArgs(name="pod"), spec=spec, opts=providers())

    spec = run(program)[0].one("kubernetes:core/v1:Pod").inputs["spec"]
    (container,) = spec["containers"]
    assert "--to-path=s3://bucket/neo4j/" in container["args"]
    assert container["args"][-1] == "*", "every database, the one with users and roles too"
    assert {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")} == {
        "/scratch",
        "/tmp",
    }
    assert spec["nodeSelector"] == {"kubernetes.io/arch": "amd64"}
    assert container["resources"]["limits"] == {"cpu": "2", "memory": "2Gi"}
