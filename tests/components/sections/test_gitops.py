from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from components.errors import SettingsError
from components.sections.gitops import Gitops, KeyKind, delivered, verified
from components.sections.platform import Profile
from components.sections.secrets import Secrets
from tests.support.gitops import PGP_KEY, SSH_KEY, git, oci
from tests.support.stackfiles import Project, put

if TYPE_CHECKING:
    from pathlib import Path

TREE = {"name": "guardrails", "path": "clusters/local/guardrails"}
IDENTITY = {"issuer": "^https://issuer$", "subject": "^https://github.com/x$"}


def _read(section: dict[str, Any]) -> Gitops:
    return Gitops.model_validate_json(json.dumps(section))


def _changed(section: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    put(section, path, value)
    return section


def test_what_the_defaults_are() -> None:
    settings = _read(git())
    assert settings.git is not None
    assert settings.git.branch == "main"
    assert settings.git.verify is not None
    assert settings.git.verify.mode.value == "HEAD"
    assert all(tree.prune and tree.wait for tree in settings.trees)
    assert [signer.kind for signer in settings.git.verify.signers] == [KeyKind.SSH, KeyKind.PGP]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("git/url", "git@github.com:org/repo", "pattern"),
        ("git/url", "https://user:secret@github.com/org/repo", "pattern"),
        ("git/deployKey", None, "is needed to reach a repository over ssh://"),
        ("git/url", "https://github.com/org/repo", "is for ssh:// addresses"),
        ("git/url", "ssh://git@git.example.org/org/repo", "only the keys of github.com are known"),
        ("git/deployKey/knownHosts", ["git.example.org"], "must be lines such as"),
        ("git/deployKey/knownHosts", ["git.example.org ssh-dss AAAA"], "must be lines such as"),
        ("git/branch", "-x", "pattern"),
        ("git/verify/mode", "TagAndHEAD", "needs semver"),
        ("git/verify/mode", "none", "'HEAD', 'Tag' or 'TagAndHEAD'"),
        ("git/verify/signers/0/key", "ssh-ed25519", "must be an armoured OpenPGP public key block"),
        ("git/verify/signers/0/key", PGP_KEY.replace("PUBLIC", "PRIVATE"), "must be an armoured OpenPGP public key"),
        ("git/verify/signers/0/key", SSH_KEY + "\n" + SSH_KEY, "must be an armoured OpenPGP public key"),
        ("git/verify/signers/1/name", "ana", "twice"),
        ("git", None, "either git or oci"),
        ("trees", [], "at least 1 item"),
        ("trees", [TREE, TREE], "twice"),
        ("trees/0/path", "../elsewhere", "a path relative to the project"),
        ("trees/0/dependsOn", ["namespaces"], "must name trees that stand before it: 'namespaces' does not"),
        ("trees/0/dependsOn", ["guardrails"], "must name trees that stand before it"),
        ("trees/0/healthChecks", [{"apiVersion": "v1", "kind": "Pod", "name": "a"}], "only where wait is false"),
        ("trees/0/retryMinutes", 0, "greater than or equal to 1"),
        ("notifications", [{"name": "a", "by": "slack"}], "must have channel, and no repository"),
        ("notifications", [{"name": "a", "by": "github", "channel": "#a"}], "must have repository, and no channel"),
        ("notifications", [{"name": "a", "by": "slack", "channel": "#a"}] * 2, "twice"),
    ],
)
def test_what_is_refused(path: str, value: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        _read(_changed(git(), path, value))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("oci/url", "oci://registry.example.org/clusters:latest", "pattern"),
        ("oci/url", "oci://registry.example.org/clusters", "is for registries such as"),
        ("oci/verify/keys", ["AAAA"], "must be a public key in PEM"),
        ("oci/verify/keys", [], "must have either keys or identities"),
        ("oci/verify/identities", [IDENTITY], "must have either keys or identities"),
        ("oci/verify/identities", [{**IDENTITY, "subject": ".*"}], "pattern"),
    ],
)
def test_what_is_refused_of_an_artifact(path: str, value: object, message: str) -> None:
    assert _read(oci()).oci is not None
    with pytest.raises(ValidationError, match=message):
        _read(_changed(oci(), path, value))


def test_other_hosts_other_keys() -> None:
    section = _changed(git(), "git/url", "ssh://git@git.example.org/org/repo")
    put(section, "git/deployKey/knownHosts", [f"git.example.org {SSH_KEY}"])
    assert _read(section).git is not None


@pytest.mark.parametrize(("section", "where"), [(git(), "git/verify"), (oci(), "oci/verify")])
def test_production_applies_nothing_that_is_not_signed(section: dict[str, Any], where: str) -> None:
    verified(_read(section), Profile.PRODUCAO)
    put(section, where, None)
    verified(_read(section), Profile.STAGING)
    with pytest.raises(ValueError, match="is needed with profile 'producao'"):
        verified(_read(section), Profile.PRODUCAO)


def test_what_is_delivered_is_declared() -> None:
    managed = [{"name": "flux/deploy-key", "description": "Reads the repository."}]
    delivered(_read(git()), Secrets.model_validate_json(json.dumps({"managed": managed})))
    for secrets in (None, Secrets()):
        with pytest.raises(ValueError, match="'flux/deploy-key' is not"):
            delivered(_read(git()), secrets)
    put(section := git(), "git/deployKey", {})
    delivered(_read(section), None)


def test_a_stacks_file_says_where(tmp_path: Path) -> None:
    project = Project(tmp_path)
    section = git()
    put(section, "git/verify", None)
    project.config |= {"cartorio:profile": "producao", "cartorio:gitops": section}
    with pytest.raises(SettingsError, match=r"cartorio:gitops\.git\.verify +is needed with profile 'producao'"):
        project.settings()
