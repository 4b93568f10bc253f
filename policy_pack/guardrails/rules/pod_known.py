"""What a pod is made of is known before it is made: the other rules about pods yield to this one at the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, Policy, Severity
from guardrails.resources.pods import Pod
from guardrails.rules._containers import IMAGE, POD, over_contexts, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.security import SecurityContext


def _check(context: SecurityContext, whose: str, path: str) -> Iterator[Finding]:
    if context.unknown:
        yield unknown(path, f"the security context of {whose}")


def _judge(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return over_contexts(pod, _check)


_CONTAINER: Final = f"{{name: api, image: '{IMAGE}', securityContext: {{privileged: false}}}}"

POLICIES: Final = (
    Policy(
        id="pod/known",
        title="Containers, volumes and security contexts of a pod are known before the update",
        severity=Severity.HIGH,
        rationale=(
            "A list of containers that comes out of another resource can hold anything: nobody can judge it, and "
            "CrossGuard by itself would let it pass as advice. Single values may well be outputs."
        ),
        resource_types=(Pod,),
        remediation="Write the structure down, and give outputs to single values in it.",
        since="0.3.0",
        rule=_judge,
        passing=Example(POD.format(container=_CONTAINER)),
        failing=Example(POD.format(container="${unknown}")),
    ),
)
