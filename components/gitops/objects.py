"""What Flux is told, as the specifications of its objects. Pure.

https://fluxcd.io/flux/components/source/gitrepositories/, .../ocirepositories/, .../kustomize/kustomizations/,
https://fluxcd.io/flux/components/notification/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from components.gitops.hosts import GITHUB
from components.sections.gitops import NotifyBy

if TYPE_CHECKING:
    from components.base import Text
    from components.sections.gitops import Git, Gitops, Notification, Oci, Tree

NAMESPACE: Final = "flux-system"
SOURCE: Final = "cartorio"
DEPLOY_KEY: Final = "flux-deploy-key"
SIGNERS: Final = "flux-signers"


@dataclass(frozen=True)
class Source:
    """The object that is the source: its API, its kind and what it says."""

    api_version: str
    kind: str
    spec: dict[str, object]


def source(settings: Gitops) -> Source:
    """The source of the settings."""
    if settings.git is not None:
        return Source("source.toolkit.fluxcd.io/v1", "GitRepository", _git(settings.git, settings.interval_minutes))
    if settings.oci is None:
        raise ValueError("the settings have no source")  # their own check has refused them
    return Source("source.toolkit.fluxcd.io/v1", "OCIRepository", _oci(settings.oci, settings.interval_minutes))


def public_keys(settings: Gitops) -> dict[str, str] | None:
    """The keys that may have signed the source, as files; None where no key is asked for."""
    if settings.git is not None and settings.git.verify is not None:
        return {f"{signer.name}.{signer.kind}": f"{signer.key.strip()}\n" for signer in settings.git.verify.signers}
    if settings.oci is not None and settings.oci.verify is not None and settings.oci.verify.keys:
        return {f"key-{index}.pub": key for index, key in enumerate(settings.oci.verify.keys)}
    return None


def known_hosts(git: Git) -> str:
    """The keys of the repository's host."""
    own = git.deploy_key.known_hosts if git.deploy_key else ()
    return "".join(f"{line.strip()}\n" for line in own or GITHUB)


def kustomization(tree: Tree, source_kind: str, account: Text) -> dict[str, object]:
    """What is applied of the source, and with whose rights."""
    checks = [
        {
            "apiVersion": check.api_version,
            "kind": check.kind,
            "name": check.name,
            **({"namespace": check.namespace} if check.namespace else {}),
        }
        for check in tree.health_checks
    ]
    return {
        "sourceRef": {"kind": source_kind, "name": SOURCE},
        "path": f"./{tree.path}",
        "interval": f"{tree.interval_minutes}m",
        "retryInterval": f"{tree.retry_minutes}m",
        "timeout": f"{tree.timeout_minutes}m",
        "prune": tree.prune,
        "wait": tree.wait,
        "serviceAccountName": account,
        **({"healthChecks": checks} if checks else {}),
        **({"dependsOn": [{"name": name} for name in tree.depends_on]} if tree.depends_on else {}),
    }


def provider(notification: Notification) -> dict[str, object]:
    """Who is told."""
    common: dict[str, object] = {
        "type": notification.by.value,
        "secretRef": {"name": credentials(notification)},
    }
    if notification.by is NotifyBy.SLACK:
        return {**common, "channel": notification.channel, "address": "https://slack.com/api/chat.postMessage"}
    return {**common, "address": notification.repository}


def alert(notification: Notification, source_kind: str) -> dict[str, object]:
    """What of."""
    trees = {"kind": "Kustomization", "name": "*"}
    # The state of a commit is told by what was made of it; GitHub has no place for that of a source.
    told = [trees] if notification.by is NotifyBy.GITHUB else [{"kind": source_kind, "name": "*"}, trees]
    return {
        "providerRef": {"name": notification.name},
        "eventSeverity": notification.severity.value,
        "eventSources": told,
    }


def credentials(notification: Notification) -> str:
    """Name of the Secret with the credentials of a notification."""
    return f"flux-{notification.name}"


def _git(git: Git, minutes: int) -> dict[str, object]:
    verify = git.verify
    return {
        "url": git.url,
        "ref": {"semver": git.semver} if git.semver else {"branch": git.branch},
        "interval": f"{minutes}m",
        "timeout": "60s",
        **({"secretRef": {"name": DEPLOY_KEY}} if git.deploy_key else {}),
        **({"verify": {"mode": verify.mode.value, "secretRef": {"name": SIGNERS}}} if verify else {}),
        # What is not applied does not make a new revision.
        "ignore": "/*\n!/clusters\n",
    }


def _oci(oci: Oci, minutes: int) -> dict[str, object]:
    spec: dict[str, object] = {
        "url": oci.url,
        "ref": {"tag": oci.tag},
        "interval": f"{minutes}m",
        "timeout": "60s",
        "provider": oci.access.value,
    }
    if oci.verify is None:
        return spec
    trust: dict[str, object] = {"provider": "cosign"}
    if oci.verify.keys:
        trust["secretRef"] = {"name": SIGNERS}
    else:
        trust["matchOIDCIdentity"] = [
            {"issuer": identity.issuer, "subject": identity.subject} for identity in oci.verify.identities
        ]
    return {**spec, "verify": trust}
