"""Attaches the boundary of deployments to every role of a stack, so that a deployment may create and change them.

One transformation instead of an argument of every component: a role that somebody adds cannot be forgotten.
https://www.pulumi.com/docs/iac/concepts/functions/resource-transforms/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pulumi
from pulumi.runtime import register_stack_transformation

if TYPE_CHECKING:
    from components.base import Text

_ROLE: Final = "aws:iam/role:Role"
_BOUNDARY: Final = "permissions_boundary"


def bind_roles(boundary: Text) -> None:
    """Give `boundary` (a policy's ARN) to every role that is registered from here on and has none of its own."""

    def bound(resource: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if resource.type_ != _ROLE or resource.props.get(_BOUNDARY) is not None:
            return None
        return pulumi.ResourceTransformationResult({**resource.props, _BOUNDARY: boundary}, resource.opts)

    register_stack_transformation(bound)
