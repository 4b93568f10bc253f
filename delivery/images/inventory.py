"""Every image of a stack, from what the engine says of it: its state, or a preview of what it would be.

Releases of charts are rendered as the policy pack renders them. A release that cannot be rendered, and an image that is
not known before the update, are told: an inventory that leaves something out would be believed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from delivery.policy.documents import UnreadableError
from delivery.policy.state import resources
from guardrails.resources.base import Malformed
from guardrails.resources.helm import HelmRelease, Renderer
from guardrails.resources.images import Images
from guardrails.resources.parse import parse
from guardrails.resources.pods import Pod
from lab.errors import LabError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from guardrails.resources.base import Declared, Resource
    from guardrails.resources.parse import Renders

_PATIENCE: Final = 900  # seconds of a preview
# The pack would refuse what the inventory is to show.
_NO_PACK: Final = "PULUMI_OPTION_POLICY_PACK"


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """One place where an image is run.

    Attributes:
        image: its reference.
        where: the object that runs it.
    """

    image: str
    where: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a stack runs.

    Attributes:
        uses: every image and where, sorted.
        unseen: what could not be looked into, and why.
    """

    uses: tuple[Use, ...]
    unseen: tuple[str, ...]


def look(declared: Iterable[Declared], renderer: Renders) -> Found:
    """The images of declared resources."""
    uses: set[Use] = set()
    unseen: set[str] = set()
    for one in declared:
        for resource in parse(one, renderer):
            unseen.update(_unseen(resource))
            if isinstance(resource, Pod | Images):
                for use in resource.images:
                    if isinstance(use.reference, str) and use.reference:
                        uses.add(Use(use.reference, resource.title))
                    else:
                        unseen.add(f"{resource.title}: the image of {use.user} is not known, or not named")
    return Found(tuple(sorted(uses)), tuple(sorted(unseen)))


def _unseen(resource: Resource) -> Iterator[str]:
    if isinstance(resource, Malformed):
        yield f"{resource.title}: {resource.path}: {resource.problem}"
    elif isinstance(resource, HelmRelease) and (resource.problem or resource.stand_in):
        yield f"{resource.title}: {resource.problem or resource.stand_in}"
    elif isinstance(resource, Pod | Images):
        for path in resource.hidden:
            yield f"{resource.title}: {path} is not known before the update"


def of_stack(stack: str, project: Path, kubernetes_version: str, *, preview: bool) -> Found:
    """The images of a stack.

    Args:
        stack: its name.
        project: the folder of `Pulumi.yaml`.
        kubernetes_version: what charts are rendered for.
        preview: look at what an update would make of it, not at what there is.

    Raises:
        UsageError: there is no such project.
        LabError: the engine does not say.
    """
    if not (project / "Pulumi.yaml").is_file():
        raise UsageError("there is no Pulumi project", where=str(project), remedy="name its folder: --project")
    said = _pulumi(project, *(("preview", "--json") if preview else ("stack", "export")), "--stack", stack)
    try:
        document = json.loads(said)
        exported = _as_export(document) if preview else document
        declared = [item.declared for item in resources(exported, stack, set())]
    except (ValueError, KeyError, TypeError, AttributeError, UnreadableError) as error:
        raise LabError(f"the engine's answer cannot be read: {error}", where=stack) from error
    return look(declared, Renderer(project, kubernetes_version, os.environ))


def _as_export(document: Mapping[str, Any]) -> dict[str, Any]:
    """A preview's steps as an export: https://github.com/pulumi/pulumi, sdk/go/common/display (`PreviewDigest`)."""
    states = [step["newState"] for step in document.get("steps") or () if step.get("newState")]
    return {"deployment": {"resources": states}}


def _pulumi(project: Path, *arguments: str) -> str:
    program = shutil.which("pulumi")
    if program is None:
        raise LabError("there is no pulumi on PATH", remedy="open `cartorio shell`, or install it")
    try:
        done = subprocess.run(
            [program, *arguments, "--non-interactive", f"--cwd={project}"],
            env={name: value for name, value in os.environ.items() if name != _NO_PACK},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LabError(f"pulumi {arguments[0]} did not end within {_PATIENCE} s", where=str(project)) from error
    if done.returncode:
        said = "\n  ".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-6:])
        raise LabError(f"pulumi {arguments[0]} failed (exit {done.returncode}):\n  {said}", where=str(project))
    return done.stdout
