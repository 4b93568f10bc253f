"""`make up`: from whatever there is to a complete `local` stack.

The order is that of a platform's first days: services, engine, the key that signs releases, a signed release, the rest.
Each step looks first whether there is anything to do, so that a second run is quick and an interrupted one goes on.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from lab.engine.engine import Engine
from lab.engine.environment import environment
from lab.engine.recovery import recover
from lab.errors import LabError
from lab.image.release import NOTHING_RELEASED, Publisher
from lab.kms import client
from lab.services import Lab
from lab.toolchain import ensure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from lab.engine.events import Summary
    from lab.paths import LabPaths
    from lab.report import Reporter
    from lab.services import Endpoints
    from lab.toolchain import Toolchain

STACK = "local"
_SIGNING_KEY = f"alias/cartorio-{STACK}-release-signing"
_STEP = f"stack {STACK}"
# A line of the engine's own progress: " +  aws:kms:Key keys-envelope created (0.02s)".
_PROGRESS = re.compile(r"^\s*[-+~>< ]*\s+(?P<type>\S+:\S+) (?P<name>\S+) (?P<verb>[a-z]+ed|[a-z]+ing)\b")
_MESSAGES = 12


class RefusedError(LabError):
    """A policy refused the stack: nothing was changed."""

    exit_code: ClassVar[int] = 1


@dataclass(frozen=True)
class Deployed:
    """A stack that is up: where it answers, what it exports, and what had to be changed for it (resources)."""

    endpoints: Endpoints
    outputs: Mapping[str, Any]
    changed: int


@dataclass(frozen=True)
class _Site:
    """What the steps share."""

    paths: LabPaths
    toolchain: Toolchain
    endpoints: Endpoints
    engine: Engine
    report: Reporter


def deploy(paths: LabPaths, project: Path, report: Reporter) -> Deployed:
    """Bring the lab and the project's `local` stack up, mending what was interrupted or has died.

    Args:
        paths: the lab.
        project: the folder of `Pulumi.yaml`; its `policy_pack/` is attached.
        report: told the progress.

    Raises:
        RefusedError: the policy pack refused.
        LabError: something could not be had, started or created.
    """
    toolchain = ensure(None, paths, report)
    endpoints = Lab(paths, toolchain).up(report)
    variables = environment(paths, toolchain, endpoints)
    engine = Engine({**variables, "PULUMI_OPTION_POLICY_PACK": str(project / "policy_pack")}, project)
    site = _Site(paths, toolchain, endpoints, engine, report)
    if not paths.release.exists():
        NOTHING_RELEASED.write(paths.release)
    recover(engine, STACK, report)  # first: a state that a kill has damaged cannot even be selected
    report.step(_STEP, "selecting")
    engine.select_or_init(STACK)
    changed = 0
    if not _signing_key_exists(engine.environment):
        # The first time, or moto has lost its memory: the key must be there before anything can be signed with it, and
        # before the pack can judge an image. Nothing that it signed is to be trusted any more, so nothing is released.
        # (`--target` would spare the workload, but shows stack policies the other resources without their properties.)
        NOTHING_RELEASED.write(paths.release)
        changed += _up(site)
    publisher = Publisher(toolchain, engine.environment, endpoints.registry, paths.root / "image")
    release = publisher.publish(report)
    publisher.sign(release, f"awskms:///{_SIGNING_KEY}", report)
    release.write(paths.release)
    report.step("release", f"{release.version}, signed")
    changed += _up(site)
    outputs = json.loads(engine.run("stack", "output", "--json", stack=STACK).stdout)
    return Deployed(endpoints, outputs, changed)


def _up(site: _Site) -> int:
    """Preview, and update if that shows a change; the number of resources that changed.

    The preview comes first because it is judged whole: an update meets the rules resource by resource, and has changed
    the first ones when the last is refused.
    """
    engine, report = site.engine, site.report
    report.step(_STEP, "previewing")
    planned = engine.preview(STACK, "--refresh", output=_progress(report, "previewing"))
    if not planned.succeeded:
        raise _failure(planned, engine.project)
    if planned.changed:
        report.step(_STEP, f"updating {planned.changed} resources")
        done = engine.up(STACK, "--refresh", output=_progress(report, "updating"))
        if not done.succeeded:
            raise _failure(done, engine.project)
    report.step(_STEP, f"up: {planned.changed} changed, {planned.changes.get('same', 0)} as they were")
    return planned.changed


def _progress(report: Reporter, work: str) -> Callable[[str], None]:
    def line(text: str) -> None:
        if found := _PROGRESS.match(text):
            report.step(_STEP, f"{work}: {found['name']} {found['verb']}")

    return line


def _failure(summary: Summary, project: Path) -> LabError:
    mandatory = [violation for violation in summary.violations if violation.mandatory]
    errors = [diagnostic for diagnostic in summary.diagnostics if diagnostic.severity == "error"]
    if mandatory:
        lines = [
            f"{violation.policy}: {violation.urn.rpartition('::')[2] or 'the stack'}\n{violation.message}"
            for violation in mandatory
        ]
        return RefusedError(
            f"the policy pack refuses the stack {STACK}:\n{_first(lines)}",
            where=str(project / f"Pulumi.{STACK}.yaml"),
            remedy="mend what each message names; docs/policies.md explains the rules",
        )
    lines = [f"{error.urn.rpartition('::')[2]}: {error.message}".removeprefix(": ") for error in errors]
    return LabError(
        f"the stack {STACK} did not come up:\n{_first(lines or [f'exit code {summary.exit_code}'])}",
        where=str(project),
        remedy="mend the cause and run `make up` again; `cartorio lab status` shows the services",
    )


def _first(messages: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(messages) - _MESSAGES
    return "\n".join((*messages[:_MESSAGES], *((f"... and {more} more",) if more > 0 else ())))


def _signing_key_exists(variables: Mapping[str, str]) -> bool:
    """Whether KMS has the key that the stack signs its releases with, able to sign."""
    from botocore.exceptions import BotoCoreError, ClientError

    where, remedy = variables["AWS_ENDPOINT_URL"], "see `cartorio lab status`, then run `make up` again"
    try:
        key = client(variables).describe_key(KeyId=_SIGNING_KEY)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "NotFoundException":
            return False
        raise LabError(f"KMS does not tell its keys: {error}", where=where, remedy=remedy) from error
    except BotoCoreError as error:
        raise LabError(f"KMS does not answer: {error}", where=where, remedy=remedy) from error
    return bool(key["KeyMetadata"]["KeyState"] == "Enabled")
