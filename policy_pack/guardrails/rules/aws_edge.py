"""The way in: current TLS alone, calls that are well formed and written down, names that are nobody else's.

Sources: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html and
https://docs.aws.amazon.com/acm/latest/userguide/acm-bestpractices.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Example, Finding, OnUnknown, Policy, Severity
from guardrails.resources.aws_edge import (
    Action,
    Certificate,
    Listener,
    ListenerRule,
    LoadBalancer,
    Record,
    Zone,
)
from guardrails.resources.base import Stack
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import each_with, example, of, on, resource, varied
from guardrails.rules._checks import is_given, is_on, rule
from guardrails.rules._containers import unknown
from guardrails.rules._sources import fsbp, load_balancer_policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context

# Policies that negotiate TLS 1.2 with forward secrecy, or 1.3, and nothing older.
_TLS_POLICY: Final = re.compile(
    r"ELBSecurityPolicy-(?:TLS13-1-[23](?:-Res)?(?:-FIPS)?(?:-PQ)?-20\d\d-\d\d|FS-1-2-Res-20\d\d-\d\d)"
)
_TLS: Final = frozenset({"HTTPS", "TLS"})
_PLAIN: Final = "HTTP"
_STRICT: Final = frozenset({"defensive", "strictest"})
_WEAK: Final = frozenset({"RSA_1024"})


def _tls(listener: Listener, _context: Context) -> tuple[Finding, ...]:
    if isinstance(listener.protocol, Unknown):
        return (unknown("protocol", "whether TLS is spoken"),)
    if str(listener.protocol).upper() not in _TLS:
        return ()
    if isinstance(listener.tls_policy, Unknown):
        return (unknown("sslPolicy", "which versions of TLS are spoken"),)
    if not _TLS_POLICY.fullmatch(listener.tls_policy or ""):
        return (Finding("sslPolicy", "older versions of TLS than 1.2, or ciphers without forward secrecy, are spoken"),)
    return ()


def _redirects(listener: Listener, _context: Context) -> tuple[Finding, ...]:
    if isinstance(listener.protocol, Unknown):
        return (unknown("protocol", "whether plain HTTP is spoken"),)
    if not _is_plain(listener):
        return ()
    found = tuple(_answers(listener.actions, "defaultActions"))
    return found or (() if listener.actions else (Finding("defaultActions", "plain HTTP is not redirected"),))


def _is_plain(listener: Listener) -> bool:
    return isinstance(listener.protocol, str) and listener.protocol.upper() == _PLAIN


def _answers(actions: tuple[Action, ...] | Unknown, path: str) -> Iterator[Finding]:
    """What is wrong with what plain HTTP is answered with."""
    if isinstance(actions, Unknown):
        yield unknown(path, "what plain HTTP is answered with")
        return
    for action in actions:
        if Unknown.UNKNOWN in (action.kind, action.redirect_protocol):
            yield unknown(action.path, "what plain HTTP is answered with")
        elif action.kind != "redirect" or action.redirect_protocol != "HTTPS":
            yield Finding(f"{action.path}.type", "plain HTTP is answered with something else than the way to HTTPS")


def _rules_redirect(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    return tuple(
        finding
        for listener, rules in each_with(stack, Listener, ListenerRule, "listener", "arn")
        if _is_plain(listener)
        for one in rules
        for finding in of(one, _answers(one.actions, "actions"))
    )


def _well_formed(balancer: LoadBalancer, _context: Context) -> tuple[Finding, ...]:
    if balancer.kind != "application":
        return ()
    desync = balancer.desync if isinstance(balancer.desync, Unknown) else balancer.desync in _STRICT
    what = "what becomes of malformed calls"
    return (
        *on(balancer.drops_invalid_headers, "dropInvalidHeaderFields", what, "malformed headers are passed on"),
        *on(desync, "desyncMitigationMode", what, "calls are passed on that servers read differently"),
    )


def _certificate(certificate: Certificate, _context: Context) -> tuple[Finding, ...]:
    found: list[Finding] = []
    if certificate.imported is True:
        found.append(Finding("certificateBody", "nobody renews a certificate that is brought along"))
    elif certificate.validation != "DNS":
        found.append(Finding("validationMethod", "it is renewed only when somebody answers a mail"))
    if certificate.algorithm in _WEAK:
        found.append(Finding("keyAlgorithm", "its key is too short"))
    transparent = certificate.transparency
    value = transparent if isinstance(transparent, Unknown) else transparent == "ENABLED"
    path, wrong = "options.certificateTransparencyLoggingPreference", "browsers refuse it: it is in no public log"
    return (*found, *on(value, path, "whether it is in public logs", wrong))


def _authorities(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    return tuple(
        finding
        for zone, records in each_with(stack, Zone, Record, "zone", "zone_id")
        if zone.networks == () and not any(_limits_authorities(record, zone) for record in records)
        for finding in of(zone, [Finding("", "any authority may issue certificates for its names")])
    )


def _limits_authorities(record: Record, zone: Zone) -> bool:
    """Whether it is a record of authorities for the whole zone, not for a name in it, as far as names are known."""
    names = [name.rstrip(".").lower() for name in (record.name, zone.name) if isinstance(name, str)]
    return record.kind == "CAA" and record.records != () and len(set(names)) <= 1


_UNWRITTEN: Final = "nobody can tell later who called"
_LISTENER: Final = "aws:lb/listener:Listener"
_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
_TO_HTTPS: Final = "[{type: redirect, redirect: {protocol: HTTPS}}]"
_PORT_80: Final = resource(_LISTENER, f"{{protocol: HTTP, defaultActions: {_TO_HTTPS}}}", "plain")
_RULE_OF_80: Final = resource(
    "aws:lb/listenerRule:ListenerRule", f"{{listenerArn: '${{plain}}', actions: {_TO_HTTPS}}}", "docs"
)


_BALANCING: Final = {
    "dropInvalidHeaderFields": "true",
    "enableDeletionProtection": "true",
    "accessLogs": "{enabled: true, bucket: logs}",
}


def _balancer(**changes: str) -> Example:
    return example(_BALANCER, varied(_BALANCING, **changes))


_CERTIFICATE: Final = "aws:acm/certificate:Certificate"
_ZONE: Final = resource("aws:route53/zone:Zone", "{name: cartorio.example}", "zone", protect=True)
_CAA: Final = resource(
    "aws:route53/record:Record", "{zoneId: '${zone}', type: CAA, records: ['0 issue \"amazon.com\"']}", "caa"
)

POLICIES: Final = (
    Policy(
        id="aws/lb-tls",
        title="Load balancers speak TLS 1.2 with forward secrecy, or newer",
        severity=Severity.HIGH,
        rationale="Older versions are broken; without forward secrecy, a stolen key opens what was recorded years ago.",
        resource_types=(Listener,),
        remediation="Set sslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-2021-06 or a newer one.",
        since="0.3.0",
        rule=_tls,
        controls=(load_balancer_policies(),),
        passing=example(_LISTENER, "{protocol: HTTPS, sslPolicy: ELBSecurityPolicy-TLS13-1-2-Res-2021-06}"),
        failing=example(_LISTENER, "{protocol: HTTPS, sslPolicy: ELBSecurityPolicy-2016-08}"),
    ),
    Policy(
        id="aws/lb-redirect",
        title="Plain HTTP is answered with the way to HTTPS",
        severity=Severity.HIGH,
        rationale="What is served in clear is read and changed on the way, cookies and forms first.",
        resource_types=(Listener,),
        remediation="Give the listener of port 80 one default action: redirect with protocol HTTPS.",
        since="0.3.0",
        rule=_redirects,
        controls=(fsbp("ELB.1"),),
        passing=example(_LISTENER, "{protocol: HTTP, defaultActions: [{type: redirect, redirect: {protocol: HTTPS}}]}"),
        failing=example(_LISTENER, "{protocol: HTTP, defaultActions: [{type: forward, targetGroupArn: api}]}"),
    ),
    Policy(
        id="aws/lb-redirect-rules",
        title="No rule of a plain HTTP port answers with anything but the way to HTTPS",
        severity=Severity.HIGH,
        rationale="A port that redirects by default still serves in clear what a rule of it forwards.",
        resource_types=(Stack,),
        remediation="Move the rule to the listener of port 443, or have it redirect with protocol HTTPS.",
        since="0.3.0",
        rule=_rules_redirect,
        controls=(fsbp("ELB.1"),),
        on_unknown=OnUnknown.WAIT,
        passing=Example(_PORT_80 + _RULE_OF_80),
        failing=Example(_PORT_80 + _RULE_OF_80.replace("type: redirect, redirect: {protocol: HTTPS}", "type: forward")),
    ),
    Policy(
        id="aws/lb-headers",
        title="Load balancers pass on well-formed calls only",
        severity=Severity.MEDIUM,
        rationale="Calls that two servers read differently smuggle a second one past the firewall.",
        resource_types=(LoadBalancer,),
        remediation="Set dropInvalidHeaderFields, and desyncMitigationMode to strictest or defensive.",
        since="0.3.0",
        rule=_well_formed,
        controls=(fsbp("ELB.4"), fsbp("ELB.12")),
        passing=_balancer(),
        failing=_balancer(dropInvalidHeaderFields=""),
    ),
    Policy(
        id="aws/lb-logs",
        title="Load balancers write down every call",
        severity=Severity.MEDIUM,
        rationale="Who called what, and what they were answered, is asked after every incident.",
        resource_types=(LoadBalancer,),
        remediation="Set accessLogs with enabled and the bucket of logs.",
        since="0.3.0",
        rule=rule(is_on("logs_on", "whether calls are written down", _UNWRITTEN), is_given("logs_bucket", _UNWRITTEN)),
        controls=(fsbp("ELB.5"),),
        passing=_balancer(),
        failing=_balancer(accessLogs=""),
    ),
    Policy(
        id="aws/certificate",
        title="Certificates renew themselves and are in public logs",
        severity=Severity.MEDIUM,
        rationale="Most outages of TLS are certificates that nobody renewed; public logs show those nobody asked for.",
        resource_types=(Certificate,),
        remediation="Validate by DNS, leave the transparency log enabled, and the key RSA_2048 or better.",
        since="0.3.0",
        rule=_certificate,
        controls=(fsbp("ACM.1"), fsbp("ACM.2")),
        passing=example(_CERTIFICATE, "{domainName: api.cartorio.example, validationMethod: DNS}"),
        failing=example(_CERTIFICATE, "{domainName: api.cartorio.example, validationMethod: EMAIL}"),
    ),
    Policy(
        id="aws/dns-authorities",
        title="A public zone says who may issue certificates for its names",
        severity=Severity.MEDIUM,
        rationale="Without a CAA record, whoever deceives one of hundreds of authorities has a certificate of ours.",
        resource_types=(Stack,),
        remediation="Declare a Record of type CAA in the zone, for the zone's own name.",
        since="0.3.0",
        rule=_authorities,
        on_unknown=OnUnknown.WAIT,
        enforcement=RELAXED_LOCALLY,
        passing=Example(_ZONE + _CAA),
        failing=Example(_ZONE),
    ),
)
