"""A stack's settings, read from `Pulumi.<stack>.yaml` without the engine.

Knows how the engine hands a file's values over (https://www.pulumi.com/docs/iac/concepts/config/); what the settings
mean is `components.settings`' business.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import yaml

from components.errors import SettingsError
from components.settings import Settings, parse
from lab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_STACK = re.compile(r"[A-Za-z0-9_.-]{1,100}", re.ASCII)
_LARGEST = 1_000_000  # bytes


def settings_of(stack: str, root: Path) -> Settings:
    """The settings of a stack.

    Args:
        stack: its name, without organisation and project.
        root: the folder of `Pulumi.yaml`.

    Raises:
        UsageError: there is no such stack, or its file cannot be used.
    """
    values, secrets = _values(_config(stack, root))
    try:
        return parse(values, secrets=secrets, stack=stack, root=root, environment=os.environ)
    except SettingsError as error:
        raise UsageError(str(error), where=str(root)) from error


def _config(stack: str, root: Path) -> Mapping[object, object]:
    file = root / f"Pulumi.{stack}.yaml"
    if not _STACK.fullmatch(stack) or not file.is_file():
        known = ", ".join(sorted(path.name.split(".", 1)[1][: -len(".yaml")] for path in root.glob("Pulumi.*.yaml")))
        raise UsageError(f"there is no stack {stack:.100}", where=str(root), remedy=f"name one of: {known or 'none'}")
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise UsageError(f"the file is larger than {_LARGEST} bytes", where=str(file))
        document = yaml.safe_load(content.decode())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the file cannot be read: {error}", where=str(file)) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError(f"the file is not YAML: {error}", where=str(file)) from error
    config = document.get("config") if isinstance(document, dict) else None
    if not isinstance(config, dict):
        raise UsageError("the file has no mapping `config`", where=str(file))
    return config


def _values(config: Mapping[object, object]) -> tuple[dict[str, str], frozenset[str]]:
    """Texts by full key, as the engine hands them over, and the keys of those that are encrypted."""
    values: dict[str, str] = {}
    secrets: set[str] = set()
    for name, value in config.items():
        key = str(name) if ":" in str(name) else f"cartorio:{name}"  # a bare name belongs to the project
        if isinstance(value, dict) and set(value) == {"secure"}:
            secrets.add(key)
        values[key] = value if isinstance(value, str) else json.dumps(value, default=str)
    return values, frozenset(secrets)
