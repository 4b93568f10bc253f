"""What policies say of a preview: the engine's policy events, and what the pack tells beside them.

The engine passes on a policy's text only, its description first. This project's pack writes `where`, `why` and `remedy`
into it (`guardrails.adapter`); another pack's text is the message as it stands. Which property a reason is about, which
exemptions were used and what was thought of images comes from the pack's record (`guardrails.record`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from delivery.plan.model import Enforcement, ExemptionUse, Finding, Image, Severity
from delivery.plan.values import scrub
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_TEXT: Final = re.compile(
    r"^where: +(?P<where>.*?)\nwhy: +(?P<why>.*?)\nremedy: (?P<remedy>.*)$", re.DOTALL | re.MULTILINE
)
_INDENT: Final = "\n        "
_SEVERITIES: Final = tuple(reversed(tuple(Severity)[:4]))


@dataclass(frozen=True)
class PackRecord:
    """What the pack told beside its findings.

    Attributes:
        paths: the property that a reason is about, by the reason's text.
        exemptions: those that were used, in order.
        images: those that were asked about, in order.
    """

    paths: Mapping[str, str] = field(default_factory=dict)
    exemptions: tuple[ExemptionUse, ...] = ()
    images: tuple[Image, ...] = ()


def read_record(lines: Iterable[str]) -> PackRecord:
    """A pack's record. A line that was cut short ends it: the pack was killed.

    Raises:
        LabError: it is a record of another form.
    """
    paths: dict[str, str] = {}
    exemptions: dict[ExemptionUse, None] = {}
    images: dict[Image, None] = {}
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            break
        try:
            if (found := entry.get("reason")) is not None:
                paths[found["text"]] = found["path"]
            elif (found := entry.get("exempted")) is not None:
                exemptions[ExemptionUse.model_validate(_scrubbed(found))] = None
            elif (found := entry.get("image")) is not None:
                images[Image.model_validate(_scrubbed(found))] = None
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise LabError(
                "the policy pack's record is not of a form that is known",
                remedy="use the policy pack of this checkout (PULUMI_OPTION_POLICY_PACK names another)",
            ) from error
    return PackRecord(
        paths,
        tuple(sorted(exemptions, key=lambda one: (one.rule, one.urn, one.resource, one.message))),
        tuple(sorted(images, key=lambda one: one.reference)),
    )


def findings(events: Iterable[Mapping[str, Any]], record: PackRecord) -> tuple[Finding, ...]:
    """The findings of policy events, each once, worst first.

    Args:
        events: `policyEvent` of each.
        record: what the pack told beside them.
    """
    found = dict.fromkeys(finding for event in events for finding in _findings(event, record))
    return tuple(sorted(found, key=_order))


def _findings(event: Mapping[str, Any], record: PackRecord) -> Iterator[Finding]:
    text = event["message"].strip()
    told = _TEXT.search(text)
    urn = event.get("resourceUrn", "")
    severity = event.get("severity") or Severity.UNKNOWN.value
    base: dict[str, Any] = {
        "rule": event["policyName"],
        "pack": event["policyPackName"],
        "severity": severity if severity in set(Severity) else Severity.UNKNOWN,
        # "remediate" too refuses what is left after the remedy was tried.
        "enforcement": Enforcement.ADVISORY if event["enforcementLevel"] == "advisory" else Enforcement.MANDATORY,
        "urn": urn,
    }
    if told is None:
        yield Finding(**base, resource=urn.rpartition("::")[2] or "the stack", message=scrub(text))
        return
    for reason in told["why"].split(_INDENT):
        path = record.paths.get(reason, "")
        message = reason.removesuffix(f" ({path})") if path else reason
        yield Finding(
            **base,
            resource=scrub(told["where"].strip()),
            path=path,
            message=scrub(message.strip()),
            remedy=scrub(told["remedy"].strip()),
        )


def _order(finding: Finding) -> tuple[object, ...]:
    worst = _SEVERITIES.index(finding.severity) if finding.severity in _SEVERITIES else len(_SEVERITIES)
    advice = finding.enforcement is Enforcement.ADVISORY
    return (advice, worst, finding.rule, finding.urn, finding.resource, finding.path, finding.message)


def _scrubbed(content: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(content, dict):
        return {key: _scrubbed(member) for key, member in content.items()}
    if isinstance(content, list):
        return [_scrubbed(member) for member in content]
    return scrub(content) if isinstance(content, str) else content
