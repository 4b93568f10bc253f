"""A result of `cartorio policy check`, made up, with all that a report may have to show."""

from __future__ import annotations

from datetime import date

from delivery.policy.model import Found, Result, Unread
from guardrails.catalogue import CATALOGUE
from guardrails.exemptions import Exemption
from guardrails.model import Enforcement, Profile, Severity

NASTY = 'Pod <b>"x"</b> | `y`\x1b[31m\n@all & \x00'
EXEMPTION = Exemption("image/signed", "file:*#Pod/x/old", "the vendor signs nothing", "ops", "T-1", date(2026, 12, 31))


def found(rule: str = "image/signed", resource: str = "Pod x/api", **more: object) -> Found:
    """A finding."""
    given: dict[str, object] = {
        "file": "dir/a b.yaml",
        "document": 2,
        "path": "spec.image",
        "message": "it is not signed",
        "severity": Severity.CRITICAL,
        "enforcement": Enforcement.MANDATORY,
        "remedy": "Sign it.",
        "line": 7,
    }
    return Found(rule=rule, resource=resource, **{**given, **more})  # type: ignore[arg-type]


def result(*findings: Found, exempted: bool = False, unread: bool = False) -> Result:
    """A result."""
    return Result(
        checked=3,
        profile=Profile.PRODUCAO,
        findings=findings,
        exempted=((found(resource="Pod x/old"), EXEMPTION),) if exempted else (),
        unread=(Unread("broken.yaml", 4, "is not valid YAML", "Correct it."),) if unread else (),
        policies=CATALOGUE,
    )
