"""The pack's settings, `policy_pack/settings.yaml`, read strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from guardrails import strict_yaml
from guardrails.model import Profile

PACK: Final = Path(__file__).resolve().parent.parent
"""The pack's own folder."""

_KEYS: Final = {"registries", "kubernetes_version", "trust", "accounts", "tags"}
_ACCOUNT: Final = re.compile(r"\d{12}")


class SettingsError(Exception):
    """The settings cannot be used; the message has file and key."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the rules know about the organisation that runs them.

    Args:
        registries: allowed repositories by profile.
        kubernetes_version: what charts are rendered for.
        trust: the trust policy's file.
        accounts: the AWS accounts of each environment, as far as they are named.
        tags: keys of the tags that every resource of AWS carries.
    """

    registries: Mapping[Profile, tuple[str, ...]]
    kubernetes_version: str
    trust: Path
    accounts: Mapping[Profile, tuple[str, ...]] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


def read_settings(file: Path) -> Settings:
    """Read the file; paths in it are relative to it.

    Raises:
        SettingsError: it is missing or malformed.
    """
    try:
        content = strict_yaml.document(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, strict_yaml.StrictYamlError) as error:
        raise SettingsError(f"{file.name}: {error}") from error
    if not isinstance(content, Mapping) or set(content) != _KEYS:
        raise SettingsError(f"{file.name}: expected exactly the keys {', '.join(sorted(_KEYS))}")
    registries, version, trust = content["registries"], content["kubernetes_version"], content["trust"]
    if not isinstance(registries, Mapping) or set(registries) != set(Profile):
        raise SettingsError(f"{file.name}: registries needs an entry for each of {', '.join(Profile)}")
    for profile, names in registries.items():
        if not isinstance(names, list) or not all(isinstance(name, str) and name.strip("/ ") == name for name in names):
            raise SettingsError(
                f"{file.name}: registries.{profile} must be a list of repositories, without a slash at the end"
            )
        if not all(names):
            raise SettingsError(f"{file.name}: registries.{profile} has an empty entry, which would allow everything")
    if not isinstance(version, str) or not isinstance(trust, str):
        raise SettingsError(f"{file.name}: kubernetes_version and trust must be texts")
    return Settings(
        registries={Profile(key): tuple(names) for key, names in registries.items()},
        kubernetes_version=version,
        trust=file.parent / trust,
        accounts=_accounts(content["accounts"], file.name),
        tags=_tags(content["tags"], file.name),
    )


def _accounts(value: object, file: str) -> Mapping[Profile, tuple[str, ...]]:
    if not isinstance(value, Mapping) or set(value) != set(Profile):
        raise SettingsError(f"{file}: accounts needs an entry for each of {', '.join(Profile)}")
    for profile, ids in value.items():
        if not isinstance(ids, list) or not all(isinstance(one, str) and _ACCOUNT.fullmatch(one) for one in ids):
            raise SettingsError(
                f"{file}: accounts.{profile} must be a list of account ids, each twelve digits in quotes"
            )
    named = [one for ids in value.values() for one in ids]
    if len(named) != len(set(named)):
        raise SettingsError(f"{file}: accounts has an account twice: environments share none")
    return {Profile(profile): tuple(ids) for profile, ids in value.items()}


def _tags(value: object, file: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise SettingsError(f"{file}: tags must be a list of keys")
    return tuple(value)


def pack_version() -> str:
    """The pack's version, as its `PulumiPolicy.yaml` says."""
    content = strict_yaml.document((PACK / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
    return str(content["version"])
