from __future__ import annotations

import json
from typing import Any

import yaml

from components.databases.replicaset import Images, Place, Store, hosts, operator_values, replica_set
from components.sections.databases import MongoDb
from tests.support.databases import DATABASE

IMAGES = Images("operator@sha256:1", "server@sha256:2", "backup@sha256:3")


def _described(**more: object) -> dict[str, Any]:
    settings = MongoDb.model_validate_json(json.dumps({**DATABASE, **more}))
    place = Place("databases", "arm64", "cartorio-internal")
    return replica_set(settings, IMAGES, place, Store("bucket", "sa-east-1", "arn:key"), "1.22.0")


def test_members_stand_in_different_zones_and_survive_together() -> None:
    (members,) = _described()["replsets"]
    assert members["size"] == 3
    assert members["affinity"] == {"antiAffinityTopologyKey": "topology.kubernetes.io/zone"}
    assert members["podDisruptionBudget"] == {"maxUnavailable": 1}
    assert members["nodeSelector"] == {"kubernetes.io/arch": "arm64"}


def test_five_members_share_zones_evenly() -> None:
    (members,) = _described(replicas=5)["replsets"]
    assert members["affinity"] == {"antiAffinityTopologyKey": "kubernetes.io/hostname"}
    assert members["topologySpreadConstraints"][0]["whenUnsatisfiable"] == "DoNotSchedule"


def test_nobody_connects_without_tls() -> None:
    described = _described()
    assert described["tls"]["mode"] == "requireTLS"
    assert described["tls"]["allowInvalidCertificates"] is False
    assert described["tls"]["issuerConf"]["name"] == "cartorio-internal"
    configuration = yaml.safe_load(described["replsets"][0]["configuration"])
    assert configuration["net"]["tls"]["disabledProtocols"] == "TLS1_0,TLS1_1"


def test_clients_that_nobody_gives_a_certificate_connect_with_their_passwords() -> None:
    # Without it, mongod turns away whoever shows none: the application, and Vault.
    configuration = yaml.safe_load(_described()["replsets"][0]["configuration"])
    assert configuration["net"]["tls"]["allowConnectionsWithoutCertificates"] is True


def test_who_came_is_on_record_and_what_documents_say_is_not() -> None:
    audited = yaml.safe_load(_described()["replsets"][0]["configuration"])["auditLog"]
    kinds = set(json.loads(audited["filter"])["atype"]["$in"])
    assert {"authenticate", "dropCollection", "grantRolesToUser"} <= kinds
    assert "authCheck" not in kinds, "which has the queries"


def test_volumes_are_of_the_class_and_backups_of_the_key() -> None:
    described = _described()
    claim = described["replsets"][0]["volumeSpec"]["persistentVolumeClaim"]
    assert (claim["storageClassName"], claim["resources"]["requests"]["storage"]) == ("databases", "20Gi")
    storage = described["backup"]["storages"]["s3"]["s3"]
    assert storage["serverSideEncryption"] == {"sseAlgorithm": "aws:kms", "kmsKeyID": "arn:key"}
    assert "credentialsSecret" not in storage


def test_backups_are_kept_as_the_settings_say() -> None:
    backups = {"everyHours": 6, "retentionDays": 14, "pointInTime": True}
    backup = _described(backups=backups)["backup"]
    assert backup["pitr"]["enabled"] is True
    (task,) = backup["tasks"]
    assert (task["schedule"], task["retention"]["count"]) == ("17 */6 * * *", 56)
    assert _described()["backup"]["pitr"]["enabled"] is False


def test_every_container_is_restricted_and_every_image_pinned() -> None:
    described = _described()
    contexts = [
        described["initContainerSecurityContext"],
        described["replsets"][0]["containerSecurityContext"],
        described["backup"]["containerSecurityContext"],
    ]
    for context in contexts:
        assert (context["allowPrivilegeEscalation"], context["capabilities"]) == (False, {"drop": ["ALL"]})
    assert (described["image"], described["initImage"]) == (IMAGES.server, IMAGES.operator)
    assert described["backup"]["image"] == IMAGES.backup
    assert described["upgradeOptions"]["apply"] == "disabled"


def test_no_password_is_described() -> None:
    assert _described()["secrets"] == {"users": "mongodb-users", "encryptionKey": "mongodb-encryption-key"}


def test_the_operator_sees_its_namespace_only_and_tells_nobody() -> None:
    values = operator_values(("repository", "1@sha256:a"), "amd64")
    assert (values["watchAllNamespaces"], values["disableTelemetry"]) == (False, True)
    assert values["image"] == {"repository": "repository", "tag": "1@sha256:a", "pullPolicy": "IfNotPresent"}
    assert values["nodeSelector"] == {"kubernetes.io/arch": "amd64"}


def test_members_are_addressed_one_by_one() -> None:
    assert hosts(3).split(",")[2] == "mongodb-rs0-2.mongodb-rs0.mongodb.svc.cluster.local:27017"
