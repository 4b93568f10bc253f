"""What the registry's scanner has found in an image: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delivery.release.document import Image

SEVERITIES: Final = ("LOW", "MEDIUM", "HIGH", "CRITICAL")
_DONE: Final = frozenset({"COMPLETE", "ACTIVE"})  # BASIC ends, ENHANCED goes on


@dataclass(frozen=True)
class Scanned:
    """One image.

    Attributes:
        image: which.
        counts: findings by severity.
    """

    image: Image
    counts: Mapping[str, int]

    def at_least(self, severity: str) -> int:
        """How many are that bad, or worse."""
        return sum(self.counts.get(one, 0) for one in SEVERITIES[SEVERITIES.index(severity) :])


def scanned(image: Image, region: str) -> Scanned:
    """What was found in an image of the account's registry.

    Raises:
        LabError: it is not there, not scanned (yet), or the registry cannot be asked.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    where = f"{image.repository}@{image.digest} in {region}"
    try:
        registry = boto3.client("ecr", region_name=region)
        told = registry.describe_image_scan_findings(
            repositoryName=image.repository, imageId={"imageDigest": image.digest}
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        remedy = {
            "ImageNotFoundException": "push the image first",
            "RepositoryNotFoundException": "name a repository of cartorio:supply.repositories",
            "ScanNotFoundException": "wait until the registry has scanned it",
        }.get(code, "see that the caller may ecr:DescribeImageScanFindings")
        raise LabError(f"the registry does not tell what it found ({code})", where=where, remedy=remedy) from error
    except BotoCoreError as error:
        raise LabError(f"the registry cannot be asked: {error}", where=where) from error
    status = told.get("imageScanStatus", {}).get("status", "none")
    if status not in _DONE:
        raise LabError(f"the image's scan is {status}", where=where, remedy="wait for its end, and ask again")
    counts = told.get("imageScanFindings", {}).get("findingSeverityCounts", {})
    return Scanned(image, {str(name): int(count) for name, count in counts.items()})
