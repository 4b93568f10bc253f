"""What GitHub's API says of users, comments, issues and releases, for the double of it."""

from __future__ import annotations

from typing import Any

REPOSITORY = "cartorio-digital/infraestrutura"
TIME = "2026-11-25T12:00:00Z"
_LINKS = (
    *("url", "html_url", "avatar_url", "followers_url", "following_url", "gists_url", "starred_url"),
    *("subscriptions_url", "organizations_url", "repos_url", "events_url", "received_events_url"),
)
_NOTHING = ("name", "company", "location", "email", "hireable", "bio")
_NUMBERS = ("public_repos", "public_gists", "followers", "following")
_TIMES = {"created_at": TIME, "updated_at": TIME}


def user(url: str, login: str) -> dict[str, Any]:
    """Somebody, as others see them; `url` is the API's address."""
    told = {"login": login, "id": 1, "node_id": "U_1", "gravatar_id": None, "type": "Bot", "site_admin": False}
    return told | dict.fromkeys(_LINKS, f"{url}/users/x")


def myself(url: str, login: str) -> dict[str, Any]:
    """Somebody, as they see themselves."""
    return user(url, login) | dict.fromkeys(_NOTHING, None) | dict.fromkeys(_NUMBERS, 0) | {"blog": ""} | _TIMES


def comment(url: str, number: int, issue_: int, body: str, login: str) -> dict[str, Any]:
    """A comment on an issue or a pull request."""
    return {
        "id": number,
        "node_id": f"IC_{number}",
        "url": f"{url}/repos/{REPOSITORY}/issues/comments/{number}",
        "html_url": f"{url}/{REPOSITORY}/pull/{issue_}#issuecomment-{number}",
        "issue_url": f"{url}/repos/{REPOSITORY}/issues/{issue_}",
        "body": body,
        "user": user(url, login),
        "author_association": "MEMBER",
    } | _TIMES


def issue(url: str, number: int, body: str, labels: list[str], login: str, title: str = "t") -> dict[str, Any]:
    """An open issue."""
    at = f"{url}/repos/{REPOSITORY}/issues/{number}"
    told = {
        "id": number,
        "node_id": f"I_{number}",
        "number": number,
        "title": title,
        "body": body,
        "state": "open",
        "labels": [{"name": label} for label in labels],
        "user": user(url, login),
        "assignee": None,
        "milestone": None,
        "locked": False,
        "comments": 0,
        "closed_at": None,
        "author_association": "MEMBER",
    }
    return (
        told
        | dict.fromkeys(("url", "html_url", "repository_url", "labels_url", "comments_url", "events_url"), at)
        | _TIMES
    )


def release(url: str, number: int, given: dict[str, Any], login: str) -> dict[str, Any]:
    """A release with its page."""
    at = f"{url}/{REPOSITORY}/releases/{given['tag_name']}"
    told = {
        "id": number,
        "node_id": f"RE_{number}",
        "name": None,
        "body": None,
        "draft": False,
        "prerelease": False,
        "target_commitish": "main",
        "tarball_url": None,
        "zipball_url": None,
        "assets": [],
        "author": user(url, login),
        "created_at": TIME,
        "published_at": TIME,
    }
    return told | dict.fromkeys(("url", "html_url", "assets_url", "upload_url"), at) | given
