"""The files that the pack and its peers judge: the application's chart, for as many tenants as it takes."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

import yaml

from guardrails.resources.helm import HelmError, Renderer
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DIGEST: Final = "sha256:" + "0123456789abcdef" * 4
_IMAGE: Final = f"registry.cartorio.internal/cartorio/app@{_DIGEST}"
_VALUES: Final = {"images": {"api": _IMAGE, "workers": _IMAGE}, "secretName": "cartorio", "version": "1.2.3"}
_KUBERNETES: Final = "1.36.3"
_DUMPER: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def rendered(project: Path) -> tuple[dict[str, Any], ...]:
    """The objects of the application's chart. helm has to be on PATH.

    Raises:
        LabError: it cannot be rendered.
    """
    properties = {"chart": "./charts/cartorio", "namespace": "cartorio", "values": _VALUES}
    try:
        return Renderer(project, _KUBERNETES).render("cartorio", properties)
    except HelmError as error:
        raise LabError(f"the chart cannot be rendered: {error.what}", remedy=error.remedy) from error


def tenants(objects: tuple[dict[str, Any], ...], count: int) -> Iterator[dict[str, Any]]:
    """So many objects: the chart's again and again, each time in a namespace of its own."""
    for number in range(count):
        tenant, part = divmod(number, len(objects))
        one = copy.deepcopy(objects[part])
        one["metadata"]["namespace"] = f"tenant-{tenant}"
        yield one


def write(objects: tuple[dict[str, Any], ...], count: int, folder: Path) -> None:
    """Write so many objects, each into a file of its own."""
    for number, one in enumerate(tenants(objects, count)):
        text = yaml.dump(one, Dumper=_DUMPER, sort_keys=False)
        (folder / f"{number:05}-{one['kind'].lower()}.yaml").write_text(text, "utf-8")
