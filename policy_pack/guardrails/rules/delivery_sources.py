"""What Flux fetches is signed by somebody we know, on a way that nobody else can write to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Finding, Policy, Severity
from guardrails.resources.base import Stack
from guardrails.resources.delivery import Source, Sync
from guardrails.resources.reading import UNKNOWN, Unknown
from guardrails.rules._containers import unknown
from guardrails.rules._objects import at, example, of
from guardrails.rules._sources import flux, ssdf

if TYPE_CHECKING:
    from guardrails.model import Context

_WHERE: Final = {
    "HelmRelease": ("spec.chart.spec.verify", "nothing says whose signature the chart must have"),
    "HelmRepository": ("spec.url", "its charts cannot be verified: only those of an OCI registry can"),
}
_RANGE: Final = re.compile(r"[*^~<>=|\s]|(?:^|\.)[xX](?:\.|$)")


def _judge_verified(fetched: Source | Sync, _context: Context) -> tuple[Finding, ...]:
    if not _by_itself(fetched):
        return ()
    if fetched.kind == "Bucket":
        return (Finding("", "nobody can verify who wrote into a bucket"),)
    path, missing = _WHERE.get(fetched.kind, ("spec.verify", "nothing says whose signature what is fetched must have"))
    if isinstance(fetched.verified, Unknown):
        return (unknown(path, "whether signatures are verified"),)
    return () if fetched.verified else (Finding(path, missing),)


def _by_itself(fetched: Source | Sync) -> bool:
    """Whether it fetches something, and not only what another object of Flux has fetched and verified."""
    if isinstance(fetched, Sync):
        return fetched.kind == "HelmRelease" and fetched.source is not None and fetched.source[0] == "HelmRepository"
    return fetched.kind != "HelmChart" or fetched.of is None or fetched.of[0] != "GitRepository"


def _judge_known(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    sources = of(stack, Source)
    found = []
    for sync in of(stack, Sync):
        path = "spec.sourceRef" if sync.kind == "Kustomization" else "spec.chart.spec.sourceRef"
        if sync.source is None:
            found.append(at(sync, Finding(path, "it names no source")))
            continue
        verdicts = [_is_source(source, sync, sync.source) for source in sources]
        if True in verdicts:
            continue
        if UNKNOWN in verdicts or any(isinstance(part, Unknown) for part in sync.source):
            found.append(at(sync, unknown(path, "which source it follows")))
        else:
            kind, name = sync.source
            found.append(at(sync, Finding(path, f"nobody has judged the {kind} {name} that it follows")))
    return tuple(found)


def _is_source(source: Source, sync: Sync, named: tuple[str | Unknown, str | Unknown]) -> bool | Unknown:
    namespace = sync.namespace if sync.source_namespace is None else sync.source_namespace
    pairs = ((source.kind, named[0]), (source.name, named[1]), (source.namespace, namespace))
    verdicts = [UNKNOWN if isinstance(a, Unknown) or isinstance(b, Unknown) else a == b for a, b in pairs]
    if False in verdicts:
        return False
    return UNKNOWN if UNKNOWN in verdicts else True


def _judge_transport(source: Source, _context: Context) -> tuple[Finding, ...]:
    if isinstance(source.plain, Unknown):
        return (unknown("spec.url", "whether it is fetched by TLS"),)
    return (Finding("spec.url", "it is fetched without TLS"),) if source.plain else ()


def _judge_reference(source: Source, _context: Context) -> tuple[Finding, ...]:
    reference = source.reference
    if reference is None:
        return ()
    if isinstance(reference, Unknown):
        return (unknown("spec.ref", "which version is fetched"),)
    if reference == "latest" or _RANGE.search(reference):
        return (Finding("spec.ref", f"{reference!r} is whatever was pushed last"),)
    return ()


_GIT: Final = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: cartorio, namespace: flux-system}
spec:
  interval: 5m
  url: ssh://git@github.com/cartorio-digital/infraestrutura
  ref: {branch: main}
"""
_VERIFY: Final = "  verify: {mode: HEAD, secretRef: {name: flux-signers}}\n"
_SYNC: Final = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: guardrails, namespace: flux-system}
spec: {interval: 10m, prune: true, path: ./clusters, sourceRef: {kind: GitRepository, name: cartorio}}
"""
_OCI: Final = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: cartorio, namespace: flux-system}
spec:
  interval: 5m
  url: oci://registry.cartorio.internal/cartorio/manifests
  ref: {tag: 1.4.2}
  verify: {provider: cosign, secretRef: {name: release-key}}
"""
_GIT_SPEC: Final = flux("source-controller", "1.9.6", "v1/gitrepositories", "Verification")
_OCI_SPEC: Final = flux("source-controller", "1.9.6", "v1/ocirepositories", "Verification")

POLICIES: Final = (
    Policy(
        id="delivery/source-verified",
        title="Flux verifies who signed what it fetches",
        severity=Severity.CRITICAL,
        rationale=(
            "Flux applies what a source says, by itself, minutes after somebody wrote it there. Without a signature "
            "whoever can push, or holds a stolen token, is the operator of the cluster."
        ),
        resource_types=(Source, Sync),
        remediation=(
            "Give a GitRepository spec.verify with the signers' keys, an OCIRepository or a chart of an OCI registry "
            "one with cosign's key or identities. A Bucket, or a Helm repository over HTTP, cannot be verified."
        ),
        since="0.3.0",
        rule=_judge_verified,
        controls=(_GIT_SPEC, _OCI_SPEC, ssdf("PS.2.1")),
        enforcement=RELAXED_LOCALLY,
        passing=example(_GIT + _VERIFY),
        failing=example(_GIT),
    ),
    Policy(
        id="delivery/known-source",
        title="What Flux follows is a source of this stack",
        severity=Severity.HIGH,
        rationale=(
            "A source that somebody made elsewhere was judged by nobody: that it is verified is a hope. What is "
            "applied automatically follows a source that stands beside it."
        ),
        resource_types=(Stack,),
        remediation="Declare the source in the same program, in the namespace that sourceRef names.",
        since="0.3.0",
        rule=_judge_known,
        controls=(flux("kustomize-controller", "1.9.6", "v1/kustomizations", "Source reference"),),
        enforcement=RELAXED_LOCALLY,
        passing=example(_GIT + _VERIFY, _SYNC),
        failing=example(_GIT + _VERIFY, _SYNC.replace("name: cartorio}", "name: other}")),
    ),
    Policy(
        id="delivery/encrypted-source",
        title="Flux fetches by TLS or SSH",
        severity=Severity.HIGH,
        rationale="Without encryption whoever is on the way sees the credentials, and can hold a security fix back.",
        resource_types=(Source,),
        remediation="Use an ssh://, https:// or oci:// address, and leave `insecure` out.",
        since="0.3.0",
        rule=_judge_transport,
        controls=(flux("source-controller", "1.9.6", "v1/gitrepositories", "URL"),),
        enforcement=RELAXED_LOCALLY,
        passing=example(_GIT + _VERIFY),
        failing=example(_OCI.replace("  ref:", "  insecure: true\n  ref:")),
    ),
    Policy(
        id="delivery/fixed-reference",
        title="No artifact is followed by `latest` or a range",
        severity=Severity.HIGH,
        rationale=(
            "`latest` and a range are whatever was pushed last: a release becomes a push, past its checks and past "
            "whoever approves it. A branch of Git is another matter: what is on it was reviewed."
        ),
        resource_types=(Source,),
        remediation="Name a digest in spec.ref.digest, or one exact tag.",
        since="0.3.0",
        rule=_judge_reference,
        controls=(flux("source-controller", "1.9.6", "v1/ocirepositories", "Reference"),),
        enforcement=RELAXED_LOCALLY,
        passing=example(_OCI),
        failing=example(_OCI.replace("tag: 1.4.2", "semver: '>=1.0.0'")),
    ),
)
