"""The section about what stands in for the sources of third-party charts and images."""

from __future__ import annotations

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.base import Section
from components.values import SourceAddress


class Mirror(Section):
    """One source and its mirror."""

    source: SourceAddress
    """A chart repository (`https://...`, `oci://...`) or a registry of images (`quay.io`), or a folder in one."""
    mirror: SourceAddress
    """What stands in for it: charts by `https://` or `oci://`, images by a registry and a folder in it."""

    @field_validator("mirror")
    @classmethod
    def _alike(cls, value: str, info: ValidationInfo) -> str:
        source = info.data.get("source")
        if source is not None and ("://" in source) != ("://" in value):
            raise PydanticCustomError(
                "alike",
                "must have a scheme (https://, oci://) exactly when its source has: charts have, images have not",
            )
        return value
