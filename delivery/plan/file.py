"""Plan files: written whole or not at all, and read as what somebody else wrote."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from delivery.plan.digest import digest
from delivery.plan.model import SCHEMA, Counts, Plan
from delivery.plan.printable import printable
from lab.errors import UsageError

_LONGEST: Final = 64 * 1024 * 1024  # bytes
_TOLD: Final = 5
_SHORT: Final = 120  # characters of what somebody else wrote


def write(plan: Plan, file: Path) -> None:
    """Write a plan.

    Raises:
        UsageError: it cannot be written there.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass") as stream:
            stream.write(text(plan))
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except OSError as error:
        raise UsageError(f"the plan cannot be written: {error.strerror}", where=str(file)) from error


def text(plan: Plan) -> str:
    """A plan as its file has it."""
    return plan.model_dump_json(by_alias=True, exclude_defaults=True, indent=1) + "\n"


def read(file: Path) -> Plan:
    """Read a plan.

    Raises:
        UsageError: there is none, it is not one, or its digest is not that of what it tells.
    """
    remedy = "make it with `cartorio preview STACK --output FILE`"
    try:
        with file.open("rb") as stream:
            content = stream.read(_LONGEST + 1)
    except OSError as error:
        raise UsageError(f"the plan cannot be read: {error.strerror}", where=str(file), remedy=remedy) from error
    if len(content) > _LONGEST:
        raise UsageError(f"a plan is not longer than {_LONGEST >> 20} MiB", where=str(file), remedy=remedy)
    return parse(content, str(file))


def parse(content: bytes, where: str) -> Plan:
    """The plan of a document.

    Raises:
        UsageError: it is not one, or its digest is not that of what it tells.
    """
    remedy = "make it with `cartorio preview STACK --output FILE`"
    try:
        plan = Plan.model_validate_json(content)
    except ValidationError as error:
        raise UsageError(_complaint(content, error), where=where, remedy=remedy) from error
    told = ""
    if (found := digest(plan.project, plan.stack, plan.changes)) != plan.digest:
        told = f"what it tells has the digest {found}, not {plan.digest}"
    elif Counts.of(plan.changes, plan.counts.unchanged) != plan.counts:
        told = "it does not tell as many changes as it counts"
    if told:
        raise UsageError(
            f"the plan was changed after it was made: {told}",
            where=where,
            remedy="review what changed it, and make it anew",
        )
    return plan


def _complaint(content: bytes, error: ValidationError) -> str:
    """What is wrong, without quoting any value but the schema's name."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        return f"this is no plan of {SCHEMA}: its schema is {schema!r:.{_SHORT}}"
    told = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)[:_TOLD])
    return printable(f"the plan is not as docs/plan.schema.json says: {'; '.join(one[:_SHORT] for one in told)}")
