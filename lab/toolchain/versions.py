"""Versions as tools print them, and which of them will do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from semver import Version

_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)
_GO = re.compile(r"go(\d+)\.(\d+)(?:\.(\d+)|((?:rc|beta)\d+))?(?=$|[\s-])", re.ASCII)


class Match(StrEnum):
    """How near a version found on PATH has to be to the pinned one."""

    SAME_MAJOR = "major"  # at least the minimum, of the same major release
    SAME_MINOR = "minor"  # any patch of the pinned minor release: parts that have to agree with each other


@dataclass(frozen=True)
class Range:
    """The versions that will do: from `minimum` on, within its major or minor release."""

    minimum: Version
    match: Match

    def admits(self, version: Version) -> bool:
        """Whether `version` will do. A pre-release of the minimum is older than it (semver.org, 11.3)."""
        if self.match is Match.SAME_MINOR:
            return (version.major, version.minor) == (self.minimum.major, self.minimum.minor)
        return version.major == self.minimum.major and version >= self.minimum

    def __str__(self) -> str:
        if self.match is Match.SAME_MINOR:
            return f"{self.minimum.major}.{self.minimum.minor}.x"
        return f">= {self.minimum}, < {self.minimum.major + 1}"


def parse(text: str) -> Version | None:
    """The version in `text` ("v3.260.0", "4.3", "1.32.4-dispatcher"), or None when it is not one."""
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        return None
    major, minor, patch, prerelease = found.groups()
    try:
        return Version.parse(f"{int(major)}.{int(minor)}.{int(patch or 0)}" + (f"-{prerelease}" if prerelease else ""))
    except ValueError:  # a pre-release that semver does not allow ("1.2.3-.x")
        return None


def parse_go(text: str) -> Version | None:
    """Go's own notation ("go1.26.8", "go1.27rc1"), or None ("devel go1.28-3f2a")."""
    found = _GO.match(text.strip())
    if found is None:
        return None
    major, minor, patch, prerelease = found.groups()
    return Version(int(major), int(minor), int(patch or 0), prerelease)
