from __future__ import annotations

import json

from components.backup.values import velero_values
from components.sections.velero import Velero
from components.versions import VELERO_IMAGE
from tests.components.sections.test_velero import DAILY

VALUES = velero_values(
    Velero.model_validate_json(json.dumps({"schedules": [DAILY]})),
    repository="mirror.example/velero",
    pin=VELERO_IMAGE,
    plugin="plugin@sha256:1",
)


def test_images_are_pinned() -> None:
    assert VALUES["image"]["repository"] == "mirror.example/velero"
    assert VALUES["image"]["digest"] == VELERO_IMAGE.digest
    assert [container["image"] for container in VALUES["initContainers"]] == ["plugin@sha256:1"]


def test_locations_and_schedules_are_left_to_the_program() -> None:
    assert (VALUES["backupsEnabled"], VALUES["snapshotsEnabled"], VALUES["schedules"]) == (False, False, {})


def test_nothing_runs_as_root_and_nothing_runs_on_the_nodes() -> None:
    assert VALUES["deployNodeAgent"] is False
    assert VALUES["podSecurityContext"]["runAsNonRoot"] is True
    for context in (VALUES["containerSecurityContext"], VALUES["initContainers"][0]["securityContext"]):
        assert (context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"]) == (False, True)


def test_no_secret_has_keys_of_aws_and_no_job_of_another_image_runs() -> None:
    assert VALUES["credentials"] == {"useSecret": False}
    assert (VALUES["upgradeCRDs"], VALUES["cleanUpCRDs"]) == (False, False)
