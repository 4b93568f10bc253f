from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from delivery.release.document import Image
from delivery.release.scan import Scanned, scanned
from lab.errors import LabError
from tests.delivery.release.conftest import DIGEST, REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "sa-east-1"


@pytest.fixture(scope="module")
def cloud() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def registry(cloud: str, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - boto3 makes it at run time
    for name, value in (
        ("AWS_ENDPOINT_URL", cloud),
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
        ("AWS_REGION", REGION),
    ):
        monkeypatch.setenv(name, value)
    httpx.post(f"{cloud}/moto-api/reset", timeout=10).raise_for_status()
    return boto3.client("ecr", region_name=REGION)


def _image(registry: Any) -> Image:  # noqa: ANN401 - see above
    registry.create_repository(repositoryName="cartorio/app")
    manifest = '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json"}'
    put = registry.put_image(repositoryName="cartorio/app", imageManifest=manifest, imageTag="candidate-1")
    return Image(f"registry.cartorio.internal/cartorio/app@{put['image']['imageId']['imageDigest']}")


def test_what_the_registry_found_is_told_by_severity(registry: Any) -> None:  # noqa: ANN401 - see above
    image = _image(registry)
    with pytest.raises(LabError, match=r"ScanNotFoundException") as caught:
        scanned(image, REGION)
    assert caught.value.remedy == "wait until the registry has scanned it"
    registry.start_image_scan(repositoryName="cartorio/app", imageId={"imageDigest": image.digest})
    found = scanned(image, REGION)
    assert found.counts
    assert found.at_least("LOW") == sum(found.counts.values())


@pytest.mark.parametrize(("severity", "count"), [("LOW", 10), ("MEDIUM", 9), ("HIGH", 7), ("CRITICAL", 4)])
def test_worse_counts_too(severity: str, count: int) -> None:
    counts = {"INFORMATIONAL": 9, "LOW": 1, "MEDIUM": 2, "HIGH": 3, "CRITICAL": 4}
    assert Scanned(Image(REFERENCE), counts).at_least(severity) == count


@pytest.mark.parametrize(
    ("repository", "code"), [("cartorio/app", "ImageNotFoundException"), ("other", "RepositoryNotFoundException")]
)
def test_what_is_not_there_is_said(registry: Any, repository: str, code: str) -> None:  # noqa: ANN401 - see above
    _image(registry)
    with pytest.raises(LabError, match=code):
        scanned(Image(f"registry.cartorio.internal/{repository}@{DIGEST}"), REGION)


def test_a_registry_that_is_not_there_is_said(registry: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    del registry
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(LabError, match="the registry cannot be asked"):
        scanned(Image(REFERENCE), REGION)
