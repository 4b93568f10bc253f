"""Kustomizations, built with the real tool: `kubectl kustomize` writes what `kubectl apply -k` and Flux would apply.

Source: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/. Nothing is fetched: a kustomization that
names something elsewhere, itself or in another that it names, is refused, as it may be given something else later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from delivery.policy.documents import UnreadableError
from guardrails import strict_yaml
from guardrails.resources import bounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_GROUP: Final = "kustomize.config.k8s.io/"
_REFERENCES: Final = ("resources", "bases", "components", "crds", "configurations", "generators", "transformers")
_ELSEWHERE: Final = re.compile(r"://|^git@|\?ref=|^[a-z0-9-]+(\.[a-z0-9-]+)+/[^.]")
_LIMITS: Final = bounded.Limits()
_MOST: Final = 1000


def file_of(folder: Path) -> Path | None:
    """The kustomization of a folder; a file of that name that is another's (Flux's own kind) is none."""
    for name in NAMES:
        file = folder / name
        if file.is_file() and _content(file) is not None:
            return file
    return None


def roots(folders: Iterable[Path]) -> Iterator[Path]:
    """Of folders with kustomizations those that no other one names: what is built is what would be applied."""
    found = sorted({folder.resolve() for folder in folders})
    named: set[Path] = set()
    for folder in found:
        file = file_of(folder)
        content = _content(file) if file else None
        for entry in _entries(content or {}):
            target = (folder / entry).resolve()
            if target != folder:
                named.add(target)
    for folder in found:
        file = file_of(folder)
        content = _content(file) if file else None
        if folder not in named and (content or {}).get("kind") != "Component":
            yield folder


def build(folder: Path, kubectl: str) -> str:
    """What a kustomization makes, as YAML.

    Args:
        folder: its folder.
        kubectl: the program.

    Raises:
        UnreadableError: it cannot be built, in the tool's own words.
    """
    _refuse_elsewhere(folder)
    try:
        return bounded.output([kubectl, "kustomize", "."], "", folder, _LIMITS)
    except bounded.ProgramError as error:
        raise UnreadableError(f"cannot be built: {error}") from error


def _refuse_elsewhere(folder: Path) -> None:
    """Look at every kustomization that this one leads to."""
    waiting, seen = [folder.resolve()], set[Path]()
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        if len(seen) > _MOST:
            raise UnreadableError(f"leads to more than {_MOST} others")
        file = file_of(at)
        for entry in _entries((_content(file) if file else None) or {}):
            if (at / entry).is_dir():
                waiting.append((at / entry).resolve())
            elif _ELSEWHERE.search(entry) and not (at / entry).exists():
                raise UnreadableError(f"names {entry!r}, which is somewhere else and may change")


def _entries(content: Mapping[str, Any]) -> Iterator[str]:
    for key in _REFERENCES:
        listed = content.get(key)
        if isinstance(listed, list):
            yield from (entry for entry in listed if isinstance(entry, str) and "\n" not in entry)


def _content(file: Path) -> Mapping[str, Any] | None:
    """What a kustomization says; None for another kind of file. One that is broken is still one: the tool says why."""
    try:
        found = strict_yaml.document(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, strict_yaml.StrictYamlError):
        return {}
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        return {}
    version = found.get("apiVersion")
    return found if version is None or str(version).startswith(_GROUP) else None
