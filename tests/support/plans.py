"""Engine events and plans for tests: what the engine would have logged, and plans of any size made of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from delivery.plan.model import Origin
from delivery.plan.reduce import reduce

if TYPE_CHECKING:
    from delivery.plan.model import Plan
    from delivery.plan.policies import PackRecord

PROJECT = "cartorio"
SIGNATURE, MARK = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
BUCKET, DEPLOYMENT = "aws:s3/bucket:Bucket", "kubernetes:apps/v1:Deployment"
ORIGIN = Origin(at=datetime(2026, 11, 25, 12, 0, tzinfo=UTC), by="ana", engine="3.259.0", commit="0" * 40)


def urn(name: str, type_: str = BUCKET, *around: str, stack: str = "producao") -> str:
    """The URN of a resource, inside components of the types `around`."""
    return f"urn:pulumi:{stack}::{PROJECT}::{'$'.join((*around, type_))}::{name}"


def secret(text: str = '"[secret]"') -> dict[str, str]:
    """A secret as the engine writes it into its log."""
    return {SIGNATURE: MARK, "ciphertext": text}


def state(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """One state of a resource."""
    return {"custom": True, "inputs": {}, "outputs": {}, "parent": "", **more}


def step(operation: str, name: str = "evidence", type_: str = BUCKET, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """One step of the engine; `old` and `new` are states."""
    old = None if operation in {"create", "import"} else more.pop("old", state())
    new = None if operation.startswith("delete") else more.pop("new", state())
    stack = more.pop("stack", "producao")
    around = more.pop("around", ())
    where = more.pop("urn", urn(name, type_, *around, stack=stack))
    return {"op": operation, "urn": where, "type": type_, "old": old, "new": new, "detailedDiff": None, **more}


def policy(rule: str = "aws/s3-public-access", name: str = "evidence", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """One policy event of this project's pack."""
    where, why, remedy = (
        more.pop("where", f"Bucket {name}"),
        more.pop("why", "it is open"),
        more.pop("remedy", "Close it."),
    )
    return {
        "resourceUrn": urn(name),
        "message": f"A bucket is closed\nwhere:  {where}\nwhy:    {why}\nremedy: {remedy}\n",
        "policyName": rule,
        "policyPackName": "cartorio-guardrails",
        "enforcementLevel": "mandatory",
        "severity": "high",
        **more,
    }


def log(*steps: dict[str, Any], policies: tuple[dict[str, Any], ...] = (), **summary: Any) -> list[str]:  # noqa: ANN401
    """An event log of these steps and findings."""
    told = {"resourceChanges": {"same": 7}, "result": "succeeded", "PolicyPacks": {"pack|local|/x": "0.1.0"}, **summary}
    events = [
        {"preludeEvent": {"config": {"cartorio:x": "y"}}},
        *({"resourcePreEvent": {"metadata": one, "planning": True}} for one in steps),
        *({"policyEvent": one} for one in policies),
        {"summaryEvent": told},
        {"cancelEvent": {}},
    ]
    return [json.dumps(event) for event in events]


def plan(
    *steps: dict[str, Any],
    policies: tuple[dict[str, Any], ...] = (),
    stack: str = "producao",
    exit_code: int = 0,
    record: PackRecord | None = None,
    origin: Origin = ORIGIN,
) -> Plan:
    """The plan of these steps and findings."""
    return reduce(
        log(*steps, policies=policies), project=PROJECT, stack=stack, origin=origin, exit_code=exit_code, record=record
    )
