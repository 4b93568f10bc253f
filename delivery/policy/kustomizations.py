"""Kustomizations, built with the real tool: `kubectl kustomize` writes what `kubectl apply -k` and Flux would apply.

Source: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/. Nothing is fetched: a kustomization that
names something elsewhere, itself or in another that it names, is refused, as it may be given something else later.
The tool takes an address wherever it takes a file: for a patch, a generator's file, a plugin's own settings.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from delivery.policy.documents import UnreadableError
from guardrails import strict_yaml
from guardrails.resources import bounded
from guardrails.resources.texts import texts_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_GROUP: Final = "kustomize.config.k8s.io/"
_REFERENCES: Final = (
    *("resources", "bases", "components", "crds", "configurations"),
    *("generators", "transformers", "validators"),
)
_ELSEWHERE: Final = re.compile(r"://|^git@|\?ref=|^[a-z0-9-]+(\.[a-z0-9-]+)+/[^.]")
# What the tool's loader asks the network for; in a list of files, one may have a name of its own (`key=file`).
_FETCHED: Final = re.compile(r"(?:^|=)https?://\S+$", re.IGNORECASE)
# Fields that name no file: an address in them is text.
_TEXTS: Final = re.compile(
    r"^(?:annotations|buildMetadata|common(?:Annotations|Labels)|generatorOptions|images|labels|metadata|name(?:Prefix|Suffix)"
    r"|vars)\b|(?:^|\.)(?:literals\[\d+\]|options\..*|patch)$"
)
_PLUGIN: Final = "builtin"
# A proxy that is not there: should the tool ask for anything all the same, it gets nothing.
_NO_NETWORK: Final = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9"),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
}
_LOGGED: Final = re.compile(r'^[EF]\d{4} [\d:.]+\s+\d+ \S+\] "command failed" err="(?P<said>.*)"$', re.DOTALL)
_LIMITS: Final = bounded.Limits()
_MOST: Final = 1000


def file_of(folder: Path) -> Path | None:
    """The kustomization of a folder; a file of that name that is another's (Flux's own kind) is none."""
    for name in NAMES:
        file = folder / name
        if os.path.isfile(file) and _content(file) is not None:  # noqa: PTH113 - no where nobody may look
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
            target = os.path.join(folder, entry)  # noqa: PTH118
            if os.path.isdir(target) and not os.path.samefile(target, folder):  # noqa: PTH112, PTH121
                named.add(Path(target).resolve())
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
        return bounded.output([kubectl, "kustomize", "."], "", folder, _LIMITS, _NO_NETWORK)
    except bounded.ProgramError as error:
        raise UnreadableError(f"cannot be built: {_said(str(error))}") from error


def _said(message: str) -> str:
    """The tool's own words, without the time and the process that its log has before them."""
    logged = _LOGGED.match(message)
    return logged["said"].replace('\\"', '"').replace("\\n", " ") if logged else message


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
        try:
            content = _read(file) if file else {}
        except strict_yaml.StrictYamlError as error:
            # Nobody knows what the tool, which is less strict, would take from it.
            raise UnreadableError(f"has a kustomization that is not valid YAML: {error}") from error
        _refuse_fetched(content)
        for entry in _entries(content):
            target = os.path.join(at, entry)  # noqa: PTH118 - an entry may be anything, and these functions say no to it
            if "\n" in entry:
                _refuse_plugin(entry.encode())
            elif os.path.isdir(target):  # noqa: PTH112
                waiting.append(Path(target).resolve())
            elif os.path.isfile(target):  # noqa: PTH113
                _refuse_plugin(_bytes(target))
            elif _ELSEWHERE.search(entry):
                raise _elsewhere(entry)


def _refuse_fetched(content: Mapping[str, Any]) -> None:
    for path, text in texts_in(content, wanted=_FETCHED.search):
        if not _TEXTS.search(path):
            raise _elsewhere(text)


def _refuse_plugin(content: bytes) -> None:
    """Look at the settings of the tool's own plugins, which may be in any file that it is given."""
    try:
        found = list(strict_yaml.documents(content.decode("utf-8-sig")))
    except (UnicodeDecodeError, strict_yaml.StrictYamlError) as error:
        raise UnreadableError(f"takes a file that is not valid YAML: {error}") from error
    for document in found:
        if isinstance(document, Mapping) and document.get("apiVersion") == _PLUGIN:
            _refuse_fetched(document)


def _bytes(file: str) -> bytes:
    try:
        with open(file, "rb") as stream:  # noqa: PTH123 - see above
            content = stream.read(_LIMITS.output_bytes + 1)
    except OSError:
        return b""  # the tool says why
    if len(content) > _LIMITS.output_bytes:
        raise UnreadableError(f"takes a file that is longer than {_LIMITS.output_bytes >> 20} MiB")
    return content


def _elsewhere(entry: str) -> UnreadableError:
    return UnreadableError(
        f"names {entry!r}, which is somewhere else and may change",
        remedy="Vendor it: put a copy beside the kustomization and name that.",
    )


def _entries(content: Mapping[str, Any]) -> Iterator[str]:
    for key in _REFERENCES:
        listed = content.get(key)
        if isinstance(listed, list):
            yield from (entry for entry in listed if isinstance(entry, str))


def _content(file: Path) -> Mapping[str, Any] | None:
    """What a kustomization says; None for another kind of file. One that is broken is still one."""
    try:
        found = _read(file)
    except strict_yaml.StrictYamlError:
        return {}
    version = found.get("apiVersion")
    return found if version is None or str(version).startswith(_GROUP) else None


def _read(file: Path) -> Mapping[str, Any]:
    """What is in the file; nothing where there is no object in it, of which the tool says what is wrong.

    Raises:
        StrictYamlError: it is not YAML, or more than one document.
    """
    try:
        found = strict_yaml.document(file.read_text(encoding="utf-8-sig"))
    except OSError:
        return {}
    except UnicodeDecodeError as error:
        raise strict_yaml.StrictYamlError("is not text in UTF-8") from error
    return found if isinstance(found, Mapping) else {}
