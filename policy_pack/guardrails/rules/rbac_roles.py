"""What roles allow: what is needed, by name, and nothing that is a way to more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, Policy, Severity
from guardrails.resources.rbac import Role
from guardrails.resources.reading import UNKNOWN, Unknown
from guardrails.rules._containers import unknown
from guardrails.rules._objects import example
from guardrails.rules._sources import cis_eks_check, rbac_good_practices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from guardrails.model import Context, Control
    from guardrails.resources.rbac import Grant, Words

_WRITE: Final = frozenset({"create", "update", "patch"})
_READ: Final = frozenset({"get", "list", "watch"})
_ANY: Final = _READ | _WRITE | {"delete", "deletecollection"}
_WILDCARDS: Final = "rbac/no-wildcards"


@dataclass(frozen=True, slots=True)
class _Power:
    """Something that a role must not allow: these verbs on any of these resources (`group/resource`)."""

    verbs: frozenset[str]
    resources: tuple[tuple[str, str], ...]
    words: str
    named: bool = False
    """Whether it is harmless for resources that the rule names."""


def _judge_wildcards(role: Role, _context: Context) -> tuple[Finding, ...]:
    found = []
    if role.gathers_all is True:
        found.append(Finding("aggregationRule", "the role takes over the rules of every role there is"))
    elif isinstance(role.gathers_all, Unknown):
        found.append(unknown("aggregationRule", "which roles' rules this one takes over"))
    if isinstance(role.grants, Unknown):
        return (*found, unknown("rules", "what the role allows"))
    for index, grant in enumerate(role.grants):
        if isinstance(grant, Unknown):
            found.append(unknown(f"rules[{index}]", "what the role allows"))
        else:
            found += _wild(grant)
    return tuple(found)


def _wild(grant: Grant) -> Iterator[Finding]:
    for field, words, what in (
        ("verbs", grant.verbs, "all verbs"),
        ("apiGroups", grant.groups, "all API groups"),
        ("resources", grant.resources, "all resources"),
        ("nonResourceURLs", grant.urls, "all addresses"),
    ):
        path = f"{grant.path}.{field}"
        if isinstance(words, Unknown) or UNKNOWN in words:
            yield unknown(path, "what the role allows")
        elif any(_is_wild(word) for word in words):
            yield Finding(path, f"the rule is about {what}, those of tomorrow included")


def _is_wild(word: str | Unknown) -> bool:
    return isinstance(word, str) and (word == "*" or word.startswith("*/") or word.endswith("/*"))


def _forbids(power: _Power) -> Callable[[Role, Context], tuple[Finding, ...]]:
    def judge(role: Role, _context: Context) -> tuple[Finding, ...]:
        if isinstance(role.grants, Unknown):
            return (unknown("rules", "what the role allows"),)
        return tuple(
            finding
            for index, grant in enumerate(role.grants)
            for finding in (
                (unknown(f"rules[{index}]", "what the role allows"),)
                if isinstance(grant, Unknown)
                else _granted(power, grant)
            )
        )

    return judge


def _granted(power: _Power, grant: Grant) -> Iterator[Finding]:
    if power.named and not isinstance(grant.names, Unknown) and grant.names:
        return
    verdicts = [(grant.grants(power.verbs, group, resource), resource) for group, resource in power.resources]
    resources = ", ".join(resource for verdict, resource in verdicts if verdict is True)
    if resources:
        # A wildcard is said by rbac/no-wildcards, at its own place; there this one yields to it.
        yield Finding(_place(grant), f"{power.words} ({resources})")
    elif any(isinstance(verdict, Unknown) for verdict, _ in verdicts):
        yield unknown(_place(grant), f"whether {power.words}")


def _place(grant: Grant) -> str:
    for field, words in (("verbs", grant.verbs), ("apiGroups", grant.groups), ("resources", grant.resources)):
        if isinstance(words, Unknown) or UNKNOWN in words or any(map(_is_wild, words)):
            return f"{grant.path}.{field}"
    return grant.path


def _judge_escalation(role: Role, _context: Context) -> tuple[Finding, ...]:
    if isinstance(role.grants, Unknown):
        return (unknown("rules", "what the role allows"),)
    found = []
    for index, grant in enumerate(role.grants):
        if isinstance(grant, Unknown):
            found.append(unknown(f"rules[{index}]", "what the role allows"))
            continue
        found += [
            unknown(f"{grant.path}.verbs", "what the role allows")
            if isinstance(verb, Unknown)
            else Finding(f"{grant.path}.verbs", f"the verb {verb} lets its holder have what others have")
            for verb in _listed(grant.verbs)
            if isinstance(verb, Unknown) or verb in {"escalate", "bind", "impersonate", "*"}
        ]
    return tuple(found)


def _listed(words: Words) -> tuple[str | Unknown, ...]:
    return (words,) if isinstance(words, Unknown) else words


def _role(verbs: str, resources: str, group: str = "''", extra: str = "") -> str:
    rule = f"{{apiGroups: [{group}], resources: [{resources}], verbs: [{verbs}]{extra}}}"
    return (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: operator}\n"
        f"rules:\n  - {rule}\n"
    )


def _policy(
    name: str,
    title: str,
    rationale: str,
    remediation: str,
    power: _Power,
    passing: str,
    failing: str,
    *controls: Control,
) -> Policy:
    return Policy(
        id=f"rbac/{name}",
        title=title,
        severity=Severity.HIGH,
        rationale=rationale,
        resource_types=(Role,),
        remediation=remediation,
        since="0.3.0",
        rule=_forbids(power),
        controls=controls,
        passing=example(passing),
        failing=example(failing),
        yields_to=(_WILDCARDS,),
    )


_READS_PODS: Final = _role("get, list, watch", "pods")

POLICIES: Final = (
    Policy(
        id=_WILDCARDS,
        title="Every role lists its verbs, groups and resources",
        severity=Severity.HIGH,
        rationale=(
            "A wildcard grants what there is and what there will be: the next custom resource, the next verb. Nobody "
            "can say what such a role allows."
        ),
        resource_types=(Role,),
        remediation="Write down the verbs, API groups and resources that are needed.",
        since="0.3.0",
        rule=_judge_wildcards,
        controls=(cis_eks_check("4.1.3"), rbac_good_practices("Least privilege")),
        passing=example(_READS_PODS),
        failing=example(_role("'*'", "pods")),
    ),
    Policy(
        id="rbac/no-escalation",
        title="No role allows to escalate, bind or impersonate",
        severity=Severity.CRITICAL,
        rationale=(
            "These three verbs are the ways around RBAC's own rule that nobody gives what he has not: whoever holds "
            "one holds everything."
        ),
        resource_types=(Role,),
        remediation="Take escalate, bind and impersonate out of the role's verbs.",
        since="0.3.0",
        rule=_judge_escalation,
        controls=(
            cis_eks_check("4.1.8"),
            rbac_good_practices("Escalate verb"),
            rbac_good_practices("Bind verb"),
            rbac_good_practices("Impersonate verb"),
        ),
        passing=example(_READS_PODS),
        failing=example(_role("impersonate", "users, groups")),
        yields_to=(_WILDCARDS,),
    ),
    _policy(
        "no-secret-listing",
        "No role reads secrets but by name",
        "To list secrets is to read all of them, those of service accounts and certificates included.",
        "Name the secrets in resourceNames and allow `get`, or mount them into the pod that needs them.",
        _Power(_READ, (("", "secrets"),), "the role reads every secret", named=True),
        _role("get", "secrets", extra=", resourceNames: [api-tls]"),
        _role("get, list, watch", "secrets"),
        cis_eks_check("4.1.2"),
        rbac_good_practices("Listing secrets"),
    ),
    _policy(
        "no-exec",
        "No role gets into running pods",
        "What is run by hand in a pod is in no commit; whoever may do it has the pod's identity, secrets and network.",
        "Take pods/exec, pods/attach, pods/portforward, pods/proxy and pods/ephemeralcontainers out of the role.",
        _Power(
            _ANY,
            tuple(("", f"pods/{way}") for way in ("exec", "attach", "portforward", "proxy", "ephemeralcontainers")),
            "the role gets into running pods",
        ),
        _role("get", "pods, pods/log"),
        _role("create", "pods/exec"),
        rbac_good_practices("Least privilege"),
    ),
    _policy(
        "no-workload-creation",
        "No role makes or changes what runs",
        "Whoever makes a pod chooses its service account and its volumes, and so has every secret and every permission "
        "in the namespace. What runs comes from releases.",
        "Leave create, update and patch on pods and on what makes them to the release's own identity.",
        _Power(
            _WRITE,
            (
                *(("", kind) for kind in ("pods", "podtemplates", "replicationcontrollers")),
                *(("apps", kind) for kind in ("daemonsets", "deployments", "replicasets", "statefulsets")),
                *(("batch", kind) for kind in ("cronjobs", "jobs")),
            ),
            "the role makes or changes what runs",
        ),
        _role("patch", "deployments/scale", "apps"),
        _role("create", "pods"),
        cis_eks_check("4.1.4"),
        rbac_good_practices("Workload creation"),
    ),
    _policy(
        "no-node-proxy",
        "No role reaches the kubelets through the API server",
        "nodes/proxy is the kubelet's own API: it runs commands in every pod of a node, past audit log and admission, "
        "and reading is enough for it.",
        "Take nodes/proxy out of the role; metrics are had by nodes/metrics.",
        _Power(_ANY, (("", "nodes/proxy"),), "the role reaches the kubelets"),
        _role("get", "nodes, nodes/metrics"),
        _role("get", "nodes/proxy"),
        cis_eks_check("4.1.10"),
        rbac_good_practices("Access to proxy subresource of Nodes"),
    ),
    _policy(
        "no-token-minting",
        "No role makes tokens of service accounts",
        "A token of an account is the account. Whoever makes tokens is whoever he wants to be.",
        "Take `create` on serviceaccounts/token away; a pod gets its own account's token by a projected volume.",
        _Power(_WRITE, (("", "serviceaccounts/token"),), "the role makes tokens of service accounts", named=True),
        _role("get", "serviceaccounts"),
        _role("create", "serviceaccounts/token"),
        cis_eks_check("4.1.12"),
        rbac_good_practices("Token request"),
    ),
    _policy(
        "no-certificate-approval",
        "No role approves or signs certificates of the cluster",
        "A client certificate of the cluster can have any name, those of the control plane included, and cannot be "
        "revoked.",
        "Leave approving and signing to the cluster's own controllers.",
        _Power(
            _WRITE | {"approve", "sign"},
            tuple(
                ("certificates.k8s.io", kind)
                for kind in (
                    *("certificatesigningrequests/approval", "certificatesigningrequests/status"),
                    "signers",
                )
            ),
            "the role approves or signs certificates",
        ),
        _role("get, list", "certificatesigningrequests", "certificates.k8s.io"),
        _role("update", "certificatesigningrequests/approval", "certificates.k8s.io"),
        rbac_good_practices("CSRs and certificate issuing"),
    ),
    _policy(
        "no-webhook-control",
        "No role changes admission webhooks",
        "A webhook sees every object that is written, secrets included, and a mutating one rewrites them.",
        "Take the webhook configurations out of the role; charts that bring webhooks are installed by the platform.",
        _Power(
            _WRITE,
            tuple(
                ("admissionregistration.k8s.io", f"{kind}webhookconfigurations") for kind in ("mutating", "validating")
            ),
            "the role changes admission webhooks",
            named=True,
        ),
        _role("get, list", "validatingwebhookconfigurations", "admissionregistration.k8s.io"),
        _role("patch", "mutatingwebhookconfigurations", "admissionregistration.k8s.io"),
        cis_eks_check("4.1.11"),
        rbac_good_practices("Control admission webhooks"),
    ),
    _policy(
        "no-persistent-volumes",
        "No role makes persistent volumes",
        "A persistent volume can be a path of the node: whoever makes one reads the node's files from a pod that "
        "mounts nothing but a claim.",
        "Allow persistentvolumeclaims instead; a storage class makes the volumes.",
        _Power(_WRITE, (("", "persistentvolumes"),), "the role makes persistent volumes"),
        _role("create", "persistentvolumeclaims"),
        _role("create", "persistentvolumes"),
        cis_eks_check("4.1.9"),
        rbac_good_practices("Persistent volume creation"),
    ),
)
