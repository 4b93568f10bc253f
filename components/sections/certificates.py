"""The section about the certificates of the cluster's own traffic."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.base import Section


class Certificates(Section):
    """cert-manager and the platform's own authority, for traffic inside the cluster."""

    replicas: Annotated[int, Field(ge=1, le=5)] = 2
    """Pods of each of cert-manager's parts; one leads, the others stand by."""
    root_days: Annotated[int, Field(ge=365, le=7300)] = 3650
    """Days that the root certificate is valid."""
    issuing_days: Annotated[int, Field(ge=90, le=1825)] = 365
    """Days that the certificate of the issuing authority is valid; less than rootDays."""

    @field_validator("issuing_days")
    @classmethod
    def _shorter(cls, value: int, info: ValidationInfo) -> int:
        root = info.data.get("root_days")
        if root is not None and value >= root:
            raise PydanticCustomError("shorter", "must be less than rootDays ({root})", {"root": root})
        return value
