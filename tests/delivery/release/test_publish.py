from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.release import Release
from delivery.github.client import GitHubError
from delivery.release.publish import Releases, TakenError
from tests.delivery.release.conftest import REFERENCE
from tests.support.github_double import Fault

if TYPE_CHECKING:
    from tests.support.github_double import GitHubDouble

RELEASE = Release.model_validate(
    {
        "schema": "cartorio.release/v1",
        "version": "1.4.0",
        "images": {"api": REFERENCE, "workers": REFERENCE},
    }
)
TAG = "staging-v1.4.0"


@pytest.fixture
def releases(github: GitHubDouble, waited: list[float]) -> Releases:
    return Releases("run-token", github.place, wait=waited.append)


def test_a_release_is_made_once_and_never_changed(github: GitHubDouble, releases: Releases) -> None:
    done = releases.publish("staging", RELEASE, '{"the": "file"}', "abc")
    assert (done.tag, done.address, done.made) == (TAG, github.releases[TAG]["html_url"], True)
    page = github.releases[TAG]
    assert page["target_commitish"] == "abc"
    assert '```json\n{"the": "file"}\n```' in page["body"]
    # GitHub gives line ends back as forms have them.
    page["body"] = page["body"].replace("\n", "\r\n")
    assert releases.publish("staging", RELEASE, '{"the": "file"}', "abc").made is False
    with pytest.raises(TakenError, match=r"a release staging-v1\.4\.0 already"):
        releases.publish("staging", RELEASE, '{"another": "file"}', "abc")


@pytest.mark.parametrize("fault", [Fault(502, after=True), Fault(after=True)])
def test_one_that_was_made_and_whose_answer_was_lost_is_there(
    github: GitHubDouble, releases: Releases, fault: Fault
) -> None:
    github.fails("POST", fault)
    assert releases.publish("staging", RELEASE, "{}", None).made is False
    assert list(github.releases) == [TAG]


def test_an_answer_of_another_form_is_said(github: GitHubDouble, releases: Releases) -> None:
    github.fails("GET", Fault(200, body=b'{"tag_name": "staging-v1.4.0"}'))
    with pytest.raises(GitHubError, match="in a form that is not known"):
        releases.publish("staging", RELEASE, "{}", None)


def test_what_github_does_not_let_us_do_is_said(github: GitHubDouble, releases: Releases) -> None:
    github.fails("POST", Fault(403, message="no"))
    with pytest.raises(GitHubError, match="this token may not release") as caught:
        releases.publish("staging", RELEASE, "{}", None)
    assert "contents: write" in (caught.value.remedy or "")
    github.fails("POST", Fault(502))
    with pytest.raises(GitHubError, match="failed with 502"):
        releases.publish("staging", RELEASE, "{}", None)
    assert github.releases == {}
