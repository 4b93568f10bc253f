"""What GitHub's API says again and again, for the tests' own doubles of it."""

from __future__ import annotations

from typing import Any

_ADDRESSES = (
    "url html_url followers_url following_url gists_url starred_url subscriptions_url organizations_url repos_url"
    " events_url received_events_url avatar_url"
)
PERSON: dict[str, Any] = {
    "login": "bot",
    "id": 1,
    "node_id": "x",
    "type": "Bot",
    "site_admin": False,
    "gravatar_id": "",
    **dict.fromkeys(_ADDRESSES.split(), "https://github.example/bot"),
}
"""Somebody."""
