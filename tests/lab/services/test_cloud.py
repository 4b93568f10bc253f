from __future__ import annotations

import http.client
import os
import signal
import sys
import tarfile
import uuid
from typing import TYPE_CHECKING

import pytest

from lab.paths import LabPaths
from lab.services.cloud import CLOUD
from lab.services.model import ServiceState
from lab.services.pki import Pki
from lab.services.service import Service, Site
from tests.support.lab import bring_up

if TYPE_CHECKING:
    from pathlib import Path

    from lab.services import Tools
    from tests.support.lab import RunningLab


@pytest.mark.parametrize("service", CLOUD, ids=lambda service: service.name)
def test_they_start_at_once_on_loopback_and_are_known_to_forget(
    service: Service, toolchain: Tools, tmp_path: Path
) -> None:
    site = Site(LabPaths(tmp_path, tmp_path), toolchain, Pki(tmp_path, ""), {service.name: 20001})
    assert service.needs == ()
    assert service.forgets
    assert "20001" in " ".join(service.command(site))
    assert service.url(site.ports) == "http://127.0.0.1:20001"


def test_moto_runs_in_this_python(toolchain: Tools, tmp_path: Path) -> None:
    site = Site(LabPaths(tmp_path, tmp_path), toolchain, Pki(tmp_path, ""), {"moto": 20001})
    moto = next(service for service in CLOUD if service.name == "moto")
    assert moto.command(site)[0] == sys.executable


def test_s3_works_with_the_labs_credentials(lab: RunningLab) -> None:
    s3 = lab.aws("s3")
    s3.create_bucket(Bucket="tests-services", CreateBucketConfiguration={"LocationConstraint": "sa-east-1"})
    s3.put_object(Bucket="tests-services", Key="ata", Body=b"lavrada")
    assert s3.get_object(Bucket="tests-services", Key="ata")["Body"].read() == b"lavrada"
    s3.delete_object(Bucket="tests-services", Key="ata")
    s3.delete_bucket(Bucket="tests-services")


def test_moto_is_well_whatever_it_holds(lab: RunningLab) -> None:
    kms = lab.aws("kms")
    for spec, usage in (("ECC_NIST_P256", "SIGN_VERIFY"), ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")):
        kms.create_key(KeySpec=spec, KeyUsage=usage)
    lab.aws("logs").create_log_group(logGroupName=f"/tests/{uuid.uuid4().hex}")
    lab.aws("ecr").create_repository(repositoryName=f"tests/{uuid.uuid4().hex}")
    moto = next(service for service in lab.services.status() if service.name == "moto")
    assert moto.state is ServiceState.RUNNING, moto.detail


def test_a_restarted_registry_keeps_blobs_but_no_manifests(private_lab: RunningLab, tmp_path: Path) -> None:
    # What `Endpoints.registry_generation` is for. Should this fail one day, the registry has become better: then
    # whoever pushes again after each new generation need not any more.
    (tmp_path / "file").write_text("kept")
    layer = tmp_path / "layer.tar"
    with tarfile.open(layer, "w") as archive:
        archive.add(tmp_path / "file", "file")
    reference = f"{private_lab.endpoints.registry}/tests/kept:one"
    private_lab.run("crane", "append", "--insecure", "--oci-empty-base", "-f", str(layer), "-t", reference)
    assert _status(private_lab, "/v2/tests/kept/manifests/one") == http.client.OK
    blobs = {path for path in (private_lab.paths.root / "data" / "registry").rglob("*") if path.is_file()}
    pid = next(service.pid for service in private_lab.services.status() if service.name == "registry")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    after = bring_up("private", private_lab.toolchain)
    assert after.endpoints.registry == private_lab.endpoints.registry
    assert after.endpoints.registry_generation != private_lab.endpoints.registry_generation
    assert _status(after, "/v2/tests/kept/manifests/one") == http.client.NOT_FOUND
    assert {path for path in (after.paths.root / "data" / "registry").rglob("*") if path.is_file()} == blobs
    assert any(_status(after, f"/v2/tests/kept/blobs/sha256:{path.name}") == http.client.OK for path in blobs)


def _status(lab: RunningLab, path: str) -> int:
    connection = http.client.HTTPConnection(lab.endpoints.registry, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()
