"""Values of Flux's community chart: https://github.com/fluxcd-community/helm-charts/tree/main/charts/flux2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.versions import (
    FLUX_CLI,
    FLUX_KUSTOMIZE_CONTROLLER,
    FLUX_NOTIFICATION_CONTROLLER,
    FLUX_SOURCE_CONTROLLER,
)

if TYPE_CHECKING:
    from components.sources import ImagePin, Sources


def flux_values(sources: Sources) -> dict[str, Any]:
    """The three controllers that are used, by digest, none of them an administrator of the cluster."""
    return {
        "installCRDs": True,
        # A tree is applied with the rights of the account that it names, and sees nothing of other namespaces.
        "multitenancy": {"enabled": True, "privileged": False, "defaultServiceAccount": "default"},
        "rbac": {"create": True, "createAggregation": False},
        # The room has them, narrower.
        "policies": {"create": False},
        "cli": _image(FLUX_CLI, sources),
        "sourceController": _controller(FLUX_SOURCE_CONTROLLER, sources),
        "kustomizeController": {
            **_controller(FLUX_KUSTOMIZE_CONTROLLER, sources),
            # What a signature covers is all that is applied: nothing is fetched from elsewhere on the way.
            "container": {"additionalArgs": ["--no-remote-bases=true"]},
        },
        "notificationController": _controller(FLUX_NOTIFICATION_CONTROLLER, sources),
        "helmController": {"create": False},
        "imageAutomationController": {"create": False},
        "imageReflectionController": {"create": False},
    }


def _image(pin: ImagePin, sources: Sources) -> dict[str, Any]:
    # The chart writes a digest in the place of the tag as it should: image@sha256:...
    return {"image": sources.repository(pin.repository), "tag": pin.digest}


def _controller(pin: ImagePin, sources: Sources) -> dict[str, Any]:
    return {
        **_image(pin, sources),
        "create": True,
        "priorityClassName": "system-cluster-critical",
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"cpu": "1", "memory": "1Gi"},
        },
    }
