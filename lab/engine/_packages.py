"""What Python packages an interpreter has, and which Pulumi plugins they ask for.

Imported by the language host for its own interpreter, run as a script by any other (`python -I _packages.py`, which
prints the same as JSON): only the standard library, and only what Python 3.9 has.

A Pulumi SDK holds `pulumi-plugin.json` beside its modules:
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/plugin.go (PulumiPluginJSON)
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

_RELEASE = re.compile(r"\d+\.\d+\.\d+")


def plugins() -> list[dict[str, Any]]:
    """The plugin descriptions (`name`, `version`, ...) of the installed SDKs, ordered by name."""
    found: dict[str, dict[str, Any]] = {}
    for entry in sys.path:
        folder = Path(entry)
        if entry and folder.is_dir():
            for file in folder.glob("*/pulumi-plugin.json"):
                description = json.loads(file.read_text("utf-8"))
                if not description.get("resource"):
                    continue  # the SDK says that it needs no plugin
                description.setdefault("name", file.parent.name.replace("pulumi_", "").replace("_", "-"))
                if not description.get("version"):
                    description["version"] = _distribution_version(file.parent.name)
                found.setdefault(description["name"], description)  # the first on the path is the one imported
    return [found[name] for name in sorted(found)]


def _distribution_version(package: str) -> str:
    from importlib import metadata

    try:
        version = metadata.version(package.replace("_", "-"))
    except metadata.PackageNotFoundError:
        return ""
    return version if _RELEASE.fullmatch(version) else ""  # a pre-release's plugin version cannot be derived


def distributions() -> list[dict[str, Any]]:
    """The installed distributions: `name`, `version`, and in `requires` the names of what they need."""
    from importlib import metadata

    found: dict[str, dict[str, Any]] = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name:
            requires = [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in distribution.requires or ()]
            found.setdefault(_normal(name), {"name": name, "version": distribution.version, "requires": requires})
    return [found[name] for name in sorted(found)]


def direct(installed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of `installed` that no other one requires."""
    required = {_normal(name) for one in installed for name in one["requires"]}
    return [one for one in installed if _normal(one["name"]) not in required]


def _normal(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    json.dump({"version": sys.version.split()[0], "plugins": plugins(), "distributions": distributions()}, sys.stdout)
