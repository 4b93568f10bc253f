from __future__ import annotations

import pytest

from delivery.github.place import PUBLIC, Place, run_of, token_of
from lab.errors import UsageError

RUNNER = {
    "GITHUB_REPOSITORY": "org/repo",
    "GITHUB_API_URL": "https://git.example/api/v3",
    "GITHUB_SERVER_URL": "https://git.example",
    "GITHUB_RUN_ID": "7",
}


def test_where_is_what_the_runner_says() -> None:
    assert Place.of({"GITHUB_REPOSITORY": "org/repo"}) == Place("org", "repo", PUBLIC)
    place = Place.of(RUNNER)
    assert (place.api, place.run) == ("https://git.example/api/v3", "https://git.example/org/repo/actions/runs/7")
    assert str(Place.of(RUNNER, "other/one")) == "other/one"
    assert run_of({}) == ""


@pytest.mark.parametrize("name", ["", "org", "org/", "/repo", "org/repo/x", "org/re po", "org/repo\n", "../x/y"])
def test_a_repository_has_an_owner_and_a_name(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        Place.of({"GITHUB_REPOSITORY": name})
    assert "OWNER/NAME" in (caught.value.remedy or "")


@pytest.mark.parametrize(
    "api", ["http://git.example/api/v3", "ftp://git.example", "https://", "git.example", "https://a@evil.example"]
)
def test_a_token_is_not_sent_in_the_clear_nor_to_what_is_no_address(api: str) -> None:
    with pytest.raises(UsageError, match="no address of GitHub's API"):
        Place.of({**RUNNER, "GITHUB_API_URL": api})


@pytest.mark.parametrize("api", ["http://127.0.0.1:8080", "https://api.github.com/", "https://git.example:8443/api/v3"])
def test_addresses(api: str) -> None:
    assert Place.of({**RUNNER, "GITHUB_API_URL": api}).api == api.rstrip("/")


def test_the_token() -> None:
    assert token_of({"GITHUB_TOKEN": "", "GH_TOKEN": "mine"}) == "mine"
    with pytest.raises(UsageError, match="no token for GitHub"):
        token_of({})
