"""What looks like a secret in clear text: shapes of known issuers, and random values under names that ask for them.

Shapes are those that issuers document, so that scanners find them:
https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html (AKIA, ASIA),
https://developer.hashicorp.com/vault/docs/concepts/tokens (hvs., hvb., hvr.), RFC 7519 (JWT), RFC 7468 (PEM),
RFC 3986 section 3.2.1 (passwords in addresses). A value is never part of what is returned.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache
from typing import Final

# No shape is shorter, and no value that is counts as random.
_SHORTEST: Final = 12
_LONGEST: Final = 65536
# Each shape behind a text that has to be there: looking for that first keeps long texts without any cheap.
_SHAPES: Final[tuple[tuple[str, re.Pattern[str], str], ...]] = (
    ("AKIA", re.compile(r"\bAKIA[A-Z2-7]{16}\b"), "an AWS access key"),
    ("ASIA", re.compile(r"\bASIA[A-Z2-7]{16}\b"), "a temporary AWS access key"),
    ("ghp_", re.compile(r"\bghp_[A-Za-z0-9]{36}\b"), "a GitHub token"),
    ("gho_", re.compile(r"\bgho_[A-Za-z0-9]{36}\b"), "a GitHub token"),
    ("ghu_", re.compile(r"\bghu_[A-Za-z0-9]{36}\b"), "a GitHub token"),
    ("ghs_", re.compile(r"\bghs_[A-Za-z0-9]{36}\b"), "a GitHub token"),
    ("ghr_", re.compile(r"\bghr_[A-Za-z0-9]{36,}\b"), "a GitHub token"),
    ("github_pat_", re.compile(r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b"), "a GitHub token"),
    ("glpat-", re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}"), "a GitLab token"),
    ("gldt-", re.compile(r"\bgldt-[A-Za-z0-9_-]{20,}"), "a GitLab token"),
    ("glrt-", re.compile(r"\bglrt-[A-Za-z0-9_-]{20,}"), "a GitLab token"),
    ("xox", re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{20,}"), "a Slack token"),
    (
        "hooks.slack.com/",
        re.compile(r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,}"),
        "a Slack webhook",
    ),
    ("eyJ", re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}"), "a signed token (JWT)"),
    ("PRIVATE KEY", re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,2}PRIVATE KEY(?: BLOCK)?-----"), "a private key"),
    ("hvs.", re.compile(r"\bhvs\.[\w-]{24,}"), "a Vault token"),
    ("hvb.", re.compile(r"\bhvb\.[\w-]{24,}"), "a Vault token"),
    ("hvr.", re.compile(r"\bhvr\.[\w-]{24,}"), "a Vault token"),
    ("AIza", re.compile(r"\bAIza[\w-]{35}\b"), "a Google API key"),
    ("sk_live_", re.compile(r"\bsk_live_[A-Za-z0-9]{20,}"), "a Stripe key"),
    ("npm_", re.compile(r"\bnpm_[A-Za-z0-9]{36}\b"), "an npm token"),
    ("pypi-", re.compile(r"\bpypi-AgE[\w-]{50,}"), "a PyPI token"),
    ("pul-", re.compile(r"\bpul-[0-9a-f]{40}\b"), "a Pulumi token"),
    ("SG.", re.compile(r"\bSG\.[\w-]{22}\.[\w-]{43}\b"), "a SendGrid key"),
    ("AGE-SECRET-KEY-", re.compile(r"\bAGE-SECRET-KEY-1[0-9A-Z]{50,}"), "an age key"),
    ("AccountKey=", re.compile(r"\bAccountKey=[A-Za-z0-9+/]{80,}"), "an Azure storage key"),
    (
        "://",
        re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@?#]{0,64}:(?P<value>[^\s/@?#]{3,128})@"),
        "an address with a password",
    ),
)
# A name that asks for a secret; behind it, what says that it only speaks of one.
_NAME: Final = re.compile(
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|api[_.-]?key|access[_.-]?key|private[_.-]?key"
    r"|client[_.-]?key|signing[_.-]?key|encryption[_.-]?key|auth[_.-]?key|session[_.-]?key|routing[_.-]?key)s?$"
)
_ASSIGNED: Final = re.compile(
    r"(?m)^[ \t]*(?:export[ \t]+)?[\"']?(?P<name>[A-Za-z][\w.-]{2,64})[\"']?[ \t]*[:=][ \t]*(?P<value>\S.*)$"
)
# What stands for a secret without being one: templates, variables, references.
_PLACEHOLDER: Final = re.compile(
    r"\$\{|\$\(|\{\{|^\$[A-Za-z_]|^<|^\*+$|^x{4,}$|^%\(|^env:|^vault:|^ref\+|^file:|^ENC\[", re.IGNORECASE
)
_PLAIN_WORD: Final = re.compile(r"[A-Za-z]+(?:[-_./ ][A-Za-z0-9]+)*|[0-9.]+[a-z]*|true|false|null|none")
_NOT_SECRET: Final = re.compile(
    r"arn:|sha(?:256|512):|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|[a-z0-9.-]+(?::\d+)?/\S*@sha256:"
    r"|https?://|/|alias/|mrk-|-----BEGIN (?:CERTIFICATE|PUBLIC KEY)|LS0tLS1CRUdJTi|ssh-(?:rsa|ed25519)|age1|MII",
    re.IGNORECASE,
)
_RANDOM: Final = re.compile(r"[A-Za-z0-9+/=_.~!@#$%^&*()?,;:<>|\[\]{}-]+")
_LEAST_BITS: Final = 3.0


def secret_in(name: str, text: str) -> str:
    """What a text seems to hold, as "a GitHub token"; empty when nothing.

    Args:
        name: what the text is called, as `DB_PASSWORD`; empty when it has no name.
        text: the text.
    """
    if len(text) < _SHORTEST:
        return ""
    text = text[:_LONGEST]
    for marker, shape, what in _SHAPES:
        if marker in text:
            for found in shape.finditer(text):
                if not _stands_for(found.groupdict().get("value") or found[0]):
                    return what
    if _asks(name) and _random(text.strip()):
        return "a random value under a name that asks for a secret"
    if "\n" in text and any(_asks(one["name"]) and _random(_bare(one["value"])) for one in _ASSIGNED.finditer(text)):
        return "a random value under a name that asks for a secret"
    return ""


def is_long(text: str) -> bool:
    """Whether a text is long enough to hold a secret: for walks through many that are not."""
    return len(text) >= _SHORTEST


def _stands_for(value: str) -> bool:
    """Whether a value stands for a secret: documentation's own, a template, one letter over and over."""
    return "EXAMPLE" in value or bool(_PLACEHOLDER.search(value)) or len(set(value[-12:])) < 3  # noqa: PLR2004 - repeated


@lru_cache(maxsize=4096)
def _asks(name: str) -> bool:
    last = name.rpartition("/")[2]
    return bool(last) and _NAME.search(_words(last)) is not None


def _words(name: str) -> str:
    """`dbPassword` as `db_password`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _bare(value: str) -> str:
    return value.strip().rstrip(",;").strip("\"'")


def _random(value: str) -> bool:
    if len(value) < _SHORTEST or not _RANDOM.fullmatch(value) or _PLAIN_WORD.fullmatch(value):
        return False
    if _NOT_SECRET.match(value) or _stands_for(value):
        return False
    kinds = sum(any(test(one) for one in value) for test in (str.islower, str.isupper, str.isdigit))
    return kinds > 1 and _bits(value) >= _LEAST_BITS


def _bits(value: str) -> float:
    """Shannon's entropy of a character of the value."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in Counter(value).values())
