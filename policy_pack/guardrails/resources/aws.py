"""AWS resources, as Pulumi's provider declares them: https://www.pulumi.com/registry/packages/aws/api-docs/.

Each noun has a module; a type is a dataclass there and a line in its `KINDS`. They have neither equality nor a text of
their own: nothing compares them, and making both for sixty of them takes 20 ms before every preview.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.resources import (
    aws_audit,
    aws_backup,
    aws_cluster,
    aws_edge,
    aws_iam,
    aws_kms,
    aws_machines,
    aws_messages,
    aws_network,
    aws_s3,
    aws_stores,
)
from guardrails.resources.aws_reading import AwsResource, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.resources.base import Declared

KINDS: Final[Mapping[str, type[AwsResource]]] = {
    **aws_audit.KINDS,
    **aws_backup.KINDS,
    **aws_cluster.KINDS,
    **aws_edge.KINDS,
    **aws_iam.KINDS,
    **aws_kms.KINDS,
    **aws_machines.KINDS,
    **aws_messages.KINDS,
    **aws_network.KINDS,
    **aws_s3.KINDS,
    **aws_stores.KINDS,
}
"""What each type is read as."""


_PACKAGES: Final = ("aws:", "aws-native:", "awscc:")


def parse_aws(declared: Declared) -> AwsResource | None:
    """The typed resource; for a type that no rule knows by itself, what all have in common; None for another cloud's.

    Other providers for AWS (`aws-native`, `awscc`) have types that none knows.

    Raises:
        reading.MalformedError: a property has another type than the provider allows.
    """
    if not declared.type.startswith(_PACKAGES):
        return None
    return read(KINDS.get(declared.type, AwsResource), declared)
