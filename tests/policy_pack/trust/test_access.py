from __future__ import annotations

from pathlib import Path

import pytest

from guardrails.trust.access import Access
from guardrails.trust.errors import TrustPolicyError
from guardrails.trust.reference import Repository


def test_an_empty_environment_has_nothing_special(tmp_path: Path) -> None:
    access = Access.from_environment({})
    assert access == Access(docker_config=Path("/nonexistent/.docker/config.json"))
    access = Access.from_environment({"HOME": str(tmp_path)})
    assert access.docker_config == tmp_path / ".docker" / "config.json"
    assert access.cache == tmp_path / ".cache" / "cartorio" / "evidence"


def test_what_the_environment_says(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()
    access = Access.from_environment(
        {
            "HOME": str(tmp_path),
            "DOCKER_CONFIG": "/d",
            "XDG_CACHE_HOME": "/x",
            "CARTORIO_REGISTRY_MIRRORS": "r.example=oci:/layouts",
            "CARTORIO_SIGNATURE_REPOSITORIES": "r.example/a/**=s.example/all, r.example/a/b=s.example/b",
            "CARTORIO_TOKEN_SERVICES": "R.example=auth.example,r.example=auth.example:8443",
            "CARTORIO_REGISTRY_CA": str(ca),
        }
    )
    assert str(access.mirrors.locate("r.example")) == "oci:/layouts"
    assert access.services == {"r.example": frozenset({"auth.example", "auth.example:8443"})}
    assert access.authorities == ca
    assert access.cache == Path("/x/cartorio/evidence")
    assert access.docker_config == Path("/d/config.json")
    found = {path: str(access.signatures_of(Repository("r.example", path))) for path in ("a/b", "a/c", "b")}
    assert found == {"a/b": "s.example/b", "a/c": "s.example/all", "b": "r.example/b"}


@pytest.mark.parametrize(("value", "cache"), [("off", None), ("/c", Path("/c"))])
def test_the_cache_is_where_it_is_said_to_be(value: str, cache: Path | None) -> None:
    assert Access.from_environment({"CARTORIO_EVIDENCE_CACHE": value}).cache == cache


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(TrustPolicyError) as caught:
        Access.from_environment(
            {
                "CARTORIO_REGISTRY_MIRRORS": "a.example=http://b.example,c.example=oci:relative",
                "CARTORIO_SIGNATURE_REPOSITORIES": "r.example/a=s.example/x:1,r.example/a=s.example/y,"
                "r.example/a=s.example/z,b,r*.example/a=s.example/y",
                "CARTORIO_TOKEN_SERVICES": "a.example=https://b.example",
                "CARTORIO_REGISTRY_CA": "/nonexistent/ca.pem",
            }
        )
    words = ("plain http", "absolute", "not a repository", "twice", "<name>=<value>", "wildcard", "registry", "a file")
    problems = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == len(words), problems
    assert all(word in problems for word in words), problems
