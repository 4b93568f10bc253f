from __future__ import annotations

import json
from typing import Any

from components.gitops.objects import known_hosts, public_keys, source
from components.sections.gitops import Gitops
from tests.support.gitops import SSH_KEY, git
from tests.support.stackfiles import put


def _read(section: dict[str, Any]) -> Gitops:
    return Gitops.model_validate_json(json.dumps(section))


def test_a_range_of_versions_takes_the_branchs_place() -> None:
    put(section := git(), "git/semver", ">=1.0.0 <2.0.0")
    put(section, "git/verify/mode", "TagAndHEAD")
    spec = source(_read(section)).spec
    assert spec["ref"] == {"semver": ">=1.0.0 <2.0.0"}
    assert spec["verify"] == {"mode": "TagAndHEAD", "secretRef": {"name": "flux-signers"}}


def test_without_signatures_there_are_no_keys() -> None:
    put(section := git(), "git/verify", None)
    assert public_keys(_read(section)) is None
    assert "verify" not in source(_read(section)).spec


def test_while_nobody_may_sign_nothing_is_verified() -> None:
    put(section := git(), "git/verify", {})
    assert public_keys(_read(section)) == {}
    assert source(_read(section)).spec["verify"] == {"mode": "HEAD", "secretRef": {"name": "flux-signers"}}


def test_a_host_of_ones_own_has_only_its_own_keys() -> None:
    put(section := git(), "git/deployKey/knownHosts", [f"github.com {SSH_KEY}"])
    settings = _read(section)
    assert settings.git is not None
    assert known_hosts(settings.git) == f"github.com {SSH_KEY}\n"


def test_keys_end_in_a_line_break() -> None:
    keys = public_keys(_read(git()))
    assert keys is not None
    assert all(key.endswith("\n") for key in keys.values())
